/**
 * The summed loss of a net on packed batches, at the full parameters θ [P] that its weights hold:
 *
 *   value Σ w·ℓ      gradient ∂(Σ w·ℓ/total)/∂θ      product Jᵀ·H·(J·v)/total at a point of linearization
 *
 * It owns the tapes it works on, so two of them over the same weights do not disturb each other.
 */
import type { Engine } from "../wasm/engine.ts";
import { NumericError, OptionError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Mode, PackedShape } from "../graph/op.ts";
import type { MemoryBudget, Pieces } from "../graph/pieces.ts";
import { Tape } from "../graph/tape.ts";
import type { Weights } from "../graph/weights.ts";
import type { Loss, LossAnswers, LossSite } from "../losses/loss.ts";
import type { DataSpec } from "../data/item.ts";
import { type Batch, type InputNodes } from "./batch.ts";
import type { addErrorFlow } from "./error-flow.ts";
import type { RemotePasses } from "./remote-passes.ts";
import type { meanSquaredGradient } from "./squared-gradients.ts";
import type { WeightNoise } from "./weight-noise.ts";

/** What a net is to those that ask it. */
export interface NetParts {
  readonly weights: Weights;
  readonly output: NodeId;
  readonly loss: LossAnswers;
  readonly spec: DataSpec;
  readonly nodes: InputNodes;
}

/**
 * Gradients that few trainings ask for, whose code is fetched apart: in pieces, on workers, with noise, with
 * errors kept flowing.
 */
export interface OptionalPasses {
  readonly Pieces: typeof Pieces;
  readonly RemotePasses: typeof RemotePasses;
  readonly WeightNoise: typeof WeightNoise;
  readonly addErrorFlow: typeof addErrorFlow;
  readonly meanSquaredGradient: typeof meanSquaredGradient;
}

/** What a net is to its loss. */
export interface LossParts extends NetParts {
  readonly loss: Loss;
  /** The optional passes, once they have been fetched. */
  passes(): OptionalPasses;
  /** Fetches them. */
  fetchPasses(): Promise<unknown>;
}

/** How a pass runs, and the states that it goes on from where they do not stand on the tape. */
export interface PassMode extends Partial<Mode> {
  /** What the activities of a gradient may take. Default: those of all steps are in memory at once. */
  readonly memory?: MemoryBudget;
  /** What the flow of errors counts beside the loss in a gradient. Default: nothing. */
  readonly errorFlow?: number;
  readonly carried?: readonly Floats[];
}

/** Memory that a loss keeps beside one tape. */
interface Kept {
  readonly arena: Arena;
  reals: number;
  ptr: Ptr;
}

/** A product with the curvature of shard i of those that were linearized. */
export interface ShardProduct {
  readonly i: number;
  readonly shard: Batch;
  /** What the loss is divided by. */
  readonly total: number;
  /** Weight of structural damping. */
  readonly structural: number;
}

/** Value, gradient and curvature of a net's summed loss. */
export class NetLoss {
  readonly engine: Engine;
  /** P, all parameters. */
  readonly size: number;
  readonly #parts: LossParts;
  readonly #tapes = new Map<string, Tape>();
  readonly #kept = new Map<Tape | Pieces, Kept>();
  #pieces: { readonly budget: MemoryBudget; readonly pieces: Pieces } | undefined;
  #linear: Tape[] = [];

  constructor(parts: LossParts) {
    this.#parts = parts;
    this.engine = parts.weights.engine;
    this.size = parts.weights.graph.size;
  }

  /** The tape of the last gradient. */
  get tape(): Tape {
    return this.#tape("gradient");
  }

  /** Σ w·ℓ of a batch, infinite where it is. */
  value(batch: Batch, mode: PassMode): number {
    return this.#forward(this.#tape("value"), batch, false, mode);
  }

  /**
   * g [P] = gradient of Σ w·ℓ / total, overwritten; returns Σ w·ℓ. Throws NumericError where it is not
   * finite.
   */
  gradient(batch: Batch, total: number, mode: PassMode, g: Ptr): number {
    if (mode.memory === undefined) return this.#gradientOn(this.tape, batch, total, mode, g);
    return this.#gradientInPieces(this.#piecesOf(mode.memory), batch, total, mode, g);
  }

  /** The gradient of one sequence by itself: on a tape whose plan changes with every sequence. */
  singleGradient(batch: Batch, total: number, mode: PassMode, g: Ptr): number {
    return this.#gradientOn(this.#tape("single"), batch, total, mode, g);
  }

  /** Throws OptionError where the loss has no curvature. */
  checkCurvature(): void {
    const { name, curvature } = this.#parts.loss;
    if (!curvature)
      throw new OptionError(
        `curvature: the loss "${name}" has no curvature that is never negative, as Gauss-Newton products ` +
          "and hessianFree need; want squared, huber, bernoulli, softmax or ctc, or another optimizer",
      );
  }

  /**
   * Runs shards at θ and keeps their activities for `product`. Returns Σ w·ℓ; throws where it is not finite.
   */
  linearize(shards: readonly Batch[], total: number, mode: PassMode): number {
    this.checkCurvature();
    while (this.#linear.length < shards.length) this.#linear.push(new Tape(this.#parts.weights));
    let sum = 0;
    shards.forEach((shard, i) => {
      sum += this.#forward(this.#linear[i], shard, true, mode);
    });
    if (!Number.isFinite(sum / total)) throw this.#nonFinite(this.#linear[0], sum / total);
    return sum;
  }

  /**
   * out [P] = (G + structural·G_S)·v / total of shard i at the point of `linearize`, overwritten. v [P].
   */
  product(v: Ptr, out: Ptr, { i, shard, total, structural }: ShardProduct): void {
    const { output, loss } = this.#parts;
    const tape = this.#linear[i];
    tape.jvp(v);
    tape.vjp(
      out,
      () => loss.curvature!(this.#site(tape, shard), 1 / total, tape.tangent(output), tape.adjoint(output)),
      structural / total,
    );
  }

  /** Σ w·ℓ of a batch whose values stand on a tape, infinite where a sequence's is. */
  lossOn(tape: Tape, batch: Batch): number {
    return this.#parts.loss.value(this.#site(tape, batch));
  }

  /** Gives all memory back. */
  dispose(): void {
    for (const tape of [...this.#tapes.values(), ...this.#linear]) tape.dispose();
    for (const { arena } of this.#kept.values()) arena.dispose();
    this.#pieces?.pieces.dispose();
    this.#tapes.clear();
    this.#kept.clear();
    this.#linear = [];
  }

  #tape(name: string): Tape {
    let tape = this.#tapes.get(name);
    if (!tape) this.#tapes.set(name, (tape = new Tape(this.#parts.weights)));
    return tape;
  }

  #piecesOf(budget: MemoryBudget): Pieces {
    if (this.#pieces?.budget !== budget) {
      this.#pieces?.pieces.dispose();
      const { weights, output } = this.#parts;
      this.#pieces = { budget, pieces: new (this.#parts.passes().Pieces)(weights, output, budget) };
    }
    return this.#pieces.pieces;
  }

  #gradientInPieces(pieces: Pieces, batch: Batch, total: number, mode: PassMode, g: Ptr): number {
    const { loss } = this.#parts;
    pieces.plan(batch.packing, batch.inputs);
    pieces.forward(mode);
    const sum = loss.value(this.#siteOn(pieces, pieces.shape(), pieces.value(), batch), true);
    if (!Number.isFinite(sum)) throw this.#nonFinite(pieces, sum / total);
    pieces.vjp(g, () =>
      loss.gradient(this.#siteOn(pieces, pieces.shape(), pieces.value(), batch), 1 / total, pieces.adjoint()),
    );
    return sum;
  }

  #gradientOn(tape: Tape, batch: Batch, total: number, mode: PassMode, g: Ptr): number {
    const { loss, output, spec } = this.#parts;
    const { errorFlow } = mode;
    const sum = this.#forward(tape, batch, true, mode);
    if (!Number.isFinite(sum)) throw this.#nonFinite(tape, sum / total);
    tape.vjp(g, () => loss.gradient(this.#site(tape, batch), 1 / total, tape.adjoint(output)));
    if (errorFlow) this.#parts.passes().addErrorFlow(tape, g, { spec, batch, total, errorFlow });
    return sum;
  }

  #forward(tape: Tape, batch: Batch, gradient: boolean, mode: PassMode): number {
    tape.plan(batch.packing, batch.inputs, gradient);
    if (mode.carried) tape.setCarried(mode.carried);
    tape.forward(mode);
    return this.#parts.loss.value(this.#site(tape, batch), true);
  }

  #site(tape: Tape, batch: Batch): LossSite {
    const { output } = this.#parts;
    return this.#siteOn(tape, tape.shape(output), tape.value(output), batch);
  }

  #siteOn(owner: Tape | Pieces, { rows, columns, packing }: PackedShape, z: Ptr, batch: Batch): LossSite {
    const { loss } = this.#parts;
    const site = {
      kept: NULL,
      k: this.engine.kernels,
      memory: this.engine.memory,
      packing,
      rows,
      columns,
      z,
      target: batch.target,
      targetOffsets: batch.targetOffsets,
      weight: batch.weight,
    };
    site.kept = this.#keep(owner, loss.keptSize(site));
    return site;
  }

  #keep(tape: Tape | Pieces, reals: number): Ptr {
    let kept = this.#kept.get(tape);
    if (!kept)
      this.#kept.set(
        tape,
        (kept = { arena: new Arena(this.engine.memory, "gradients of nets"), reals: -1, ptr: NULL }),
      );
    if (reals > kept.reals) {
      kept.arena.dispose();
      kept.reals = -1; // an allocation that fails leaves no size behind
      kept.ptr = kept.arena.reals(reals);
      kept.reals = reals;
    }
    return kept.ptr;
  }

  #nonFinite(tape: Tape | Pieces, loss: number): NumericError {
    const node = tape.firstNonFinite();
    return new NumericError(
      `loss is ${loss}${node ? `, first at "${node.name}"` : ""}; lower the rate, set clip, or check ` +
        "the data",
    );
  }
}
