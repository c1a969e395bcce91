/**
 * A loss on a node of a tape: value, gradient and curvature (the Gauss-Newton part, positive semi-definite),
 * each a weighted sum over rows and units times `scale`. Targets and weights are packed like the node's
 * value.
 */
import type { Kernels, Ptr } from "../wasm/kernels.ts";
import type { Memory } from "../wasm/memory.ts";
import type { Values } from "../data/sequence.ts";
import type { Packing } from "../graph/packing.ts";

/** The buffers a loss works on. */
export interface LossSite {
  readonly k: Kernels;
  readonly memory: Memory;
  readonly packing: Packing;
  readonly rows: number;
  readonly columns: number;
  /** [N,O] the node's value: logits for bernoulli and softmax. */
  readonly z: Ptr;
  /** Targets: [N,O] reals, [N] class numbers, or all sequences' labels one after another. */
  readonly target: Ptr;
  /** [B+1] where each sequence's labels begin; NULL for other targets. */
  readonly targetOffsets: Ptr;
  /** Weights: [N,O] where targets are reals, [N] where they are classes, [B] where they are labels. */
  readonly weight: Ptr;
  /** `keptSize(site)` reals, filled by `value`, read by the other two. */
  readonly kept: Ptr;
}

/** One kind of loss. Call `value` first: gradient and curvature may rest on what it keeps. */
export interface Loss {
  readonly name: string;
  /** What a target is: O reals a step, one class number a step, or a row of labels for the sequence. */
  readonly target: "reals" | "class" | "labels";
  /** What a real target may be, where not every finite number has a loss that is bounded below. */
  readonly targets?: Values;
  /** The function to probabilities that is part of the loss; squashed outputs would pass through two. */
  readonly inverseLink?: "logistic" | "softmax";
  /** Reals to keep for such a site. */
  keptSize(s: Omit<LossSite, "kept">): number;
  /**
   * Σ w·ℓ, nats or half squared units. `learning`: of what can be learned, where a loss lets sequences of
   * infinite loss pass.
   */
  value(s: LossSite, learning?: boolean): number;
  /** dz += scale·∂value/∂z. */
  gradient(s: LossSite, scale: number, dz: Ptr): void;
  /** out += scale·H·rz. */
  curvature(s: LossSite, scale: number, rz: Ptr, out: Ptr): void;
  /** y [N,O]: what the value means to a user: probabilities where the loss has them. */
  predict(k: Kernels, rows: number, columns: number, z: Ptr, y: Ptr): void;
}
