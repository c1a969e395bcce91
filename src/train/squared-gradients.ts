/**
 * The mean over sequences of squared gradients, Σ_i g_i² / n: the diagonal from which Martens (2010, section
 * 4.7) builds CG's preconditioner. g_i is the gradient of the loss of sequence i alone, divided by what
 * divides its own loss, and goes through the constraints before it is squared. A sum of squares is not the
 * square of a sum, so each sequence runs by itself: n gradients of one sequence.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { Batch } from "./batch.ts";

/** What it needs of an objective. */
export interface SequenceGradients {
  readonly engine: Engine;
  /** F, the number of free parameters. */
  readonly size: number;
  /** An empty batch of the same net. */
  workspace(): Batch;
  /** g [F] = gradient of one batch's Σ w·ℓ / total through the constraints, overwritten. */
  gradient(batch: Batch, g: Ptr): void;
  /** Called between sequences: lets other work run, and throws to stop. */
  pause(): void | Promise<void>;
}

/** out [F] = Σ_i g_i² / n over all sequences of the shards, overwritten. */
export async function meanSquaredGradient(
  f: SequenceGradients,
  shards: readonly Batch[],
  out: Ptr,
): Promise<void> {
  const {
    engine: { kernels: k, memory },
    size,
  } = f;
  const arena = new Arena(memory);
  const alone = f.workspace();
  try {
    const g = arena.reals(size);
    let n = 0;
    k.fill(size, 0, out);
    for (const shard of shards) {
      for (let b = 0; b < shard.packing.sequences; ++b, ++n) {
        await f.pause();
        f.gradient(alone.load([shard.items[shard.order[b]]]), g);
        k.mulAdd(1, size, g, size, g, size, out, size);
      }
    }
    k.scale(size, 1 / n, out);
  } finally {
    alone.dispose();
    arena.dispose();
  }
}
