/**
 * A loss on a node of a tape: value, gradient and curvature (the Gauss-Newton part, positive semi-definite),
 * each a weighted sum over rows and units times `scale`. Targets and weights are packed like the node's
 * value.
 */
import type { Values } from "../data/sequence.ts";
import type { Kernels, Ptr } from "../wasm/kernels.ts";
import type { Engine } from "../wasm/instantiate.ts";
import type { Memory } from "../wasm/memory.ts";
import type { Random } from "../wasm/random.ts";
import type { Logarithms } from "../inference/draws.ts";
import type { Packing } from "../graph/packing.ts";

/** What a loss computes with. */
export type LossEngine = Pick<Engine, "kernels" | "memory">;

/** Random numbers, and ln and exp by the kernels. */
export interface Drawing extends Logarithms {
  readonly random: Random;
}

/** The buffers a loss works on. */
export interface LossSite {
  readonly k: Kernels;
  readonly memory: Memory;
  readonly packing: Packing;
  readonly rows: number;
  /** O, the outputs of the net. */
  readonly columns: number;
  /** [N,O] the node's value: logits for bernoulli and softmax. */
  readonly z: Ptr;
  /** Targets: [N,D] reals, [N] class numbers, or all sequences' labels one after another. */
  readonly target: Ptr;
  /** [B+1] where each sequence's labels begin; NULL for other targets. */
  readonly targetOffsets: Ptr;
  /** Weights: [N,D] where each target weighs by itself, [N] where steps do, [B] where targets are labels. */
  readonly weight: Ptr;
  /** `keptSize(site)` reals, filled by `value`, read by the other two. */
  readonly kept: Ptr;
}

/** What a loss says of its targets and of the answers of a net. */
export interface LossAnswers {
  readonly name: string;
  /** What a target is: D reals a step, one class number a step, or a row of labels for the sequence. */
  readonly target: "reals" | "class" | "labels";
  /** What a real target may be in column d, where not every finite number has a bounded loss. */
  targets?(d: number): Values | undefined;
  /** The function to probabilities that is part of the loss; squashed outputs would pass through two. */
  readonly inverseLink?: "logistic" | "softmax";
  /** Whether the loss is -ln p(target). */
  readonly likelihood: boolean;
  /** Whether a step's targets weigh together, because the loss is no sum over them. Default: each alone. */
  readonly joint?: boolean;
  /** Class of no label, counted from the last where negative (ctc). */
  readonly blank?: number;
  /** D for a net of O outputs. Default O. Throws ShapeError where there is none. */
  targetColumns?(outputs: number): number;
  /** Names of the O columns of `predict`. Default: none. */
  names?(outputs: number): readonly string[];
  /** y [N,O]: what the value means to a user: probabilities where the loss has them. */
  predict(engine: LossEngine, rows: number, columns: number, z: Ptr, y: Ptr): void;
  /** [rows,D] the one guess at the target that `predict`'s y [rows,O] makes. Default: y itself. */
  point?(y: ArrayLike<number>, columns: number): ArrayLike<number>;
  /** [D] a target drawn from what `predict` says of one step, y [O]. `bias` ≥ 0 makes it more certain. */
  draw?(y: ArrayLike<number>, source: Drawing, bias: number): number[];
}

/** One kind of loss. Call `value` first: gradient and curvature may rest on what it keeps. */
export interface Loss extends LossAnswers {
  /** Reals to keep for such a site. */
  keptSize(s: Omit<LossSite, "kept">): number;
  /**
   * Σ w·ℓ, nats or half squared units. `learning`: of what can be learned, where a loss lets sequences of
   * infinite loss pass.
   */
  value(s: LossSite, learning?: boolean): number;
  /** dz += scale·∂value/∂z. */
  gradient(s: LossSite, scale: number, dz: Ptr): void;
  /** out += scale·H·rz; undefined where the loss is not convex in z, or has no curvature. */
  curvature?(s: LossSite, scale: number, rz: Ptr, out: Ptr): void;
}
