/**
 * What an optimizer sees, and what it is. An objective is a function of one flat vector θ[P] in kernel
 * memory; networks, data, shards, workers and constraints are behind it. An optimizer owns the evaluation
 * point (Nesterov looks ahead, Hessian-free tries several), so it moves θ itself and says `changed()` when it
 * has.
 */
import { OptionError, show } from "../wasm/errors.ts";
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";

/**
 * A run of θ, by the names of the parameters that it is of: one, or several where constraints make the same
 * numbers stand for them.
 */
export interface ParameterRange {
  readonly names: readonly string[];
  /** First index in θ, and how many. */
  readonly from: number;
  readonly size: number;
}

/** A differentiable function of θ. Values are means over the current minibatch. */
export interface Objective {
  /** The kernels and the memory that θ lies in. */
  readonly engine: Engine;
  /** P, the number of free parameters. */
  readonly size: number;
  /** θ [P]: the point; written by the optimizer. */
  readonly theta: Ptr;
  /** All of θ by names, in order and without gaps; absent where its numbers have none. */
  readonly ranges?: readonly ParameterRange[];
  /** θ was written: forget whatever was computed from it. */
  changed(): void;
  /** f(θ). */
  value(): number | Promise<number>;
  /** g [P] = ∇f(θ), overwritten; returns f(θ). */
  gradient(g: Ptr): number | Promise<number>;
}

/**
 * What Hessian-free optimization needs beyond an objective. Two batches, both fixed during a step: `value`
 * and `gradient` use the large one, products and `curvatureValue` the small one. All points but the
 * linearization point may be anywhere, so `value` and `curvatureValue` return a non-finite loss as it is;
 * only `gradient` and `linearize` throw on one.
 */
export interface CurvatureObjective extends Objective {
  /**
   * Runs the curvature batch at θ and keeps its activities: products are taken at this point until the next
   * call. Returns its f.
   */
  linearize(): number | Promise<number>;
  /**
   * out [P] = (G + structural·G_S)·v, overwritten, at the point of `linearize` and on the curvature batch,
   * scaled as f is. G = Σ_t J_tᵀ·H_L·J_t. G_S = Σ_t J_xᵀ·diag(w)·J_x with x the pre-activations of every
   * recurrent layer and w the derivative of their activation (1 - h² for tanh), divided by what divides the
   * loss in f. structural = λμ ≥ 0; 0, the default, leaves it out.
   */
  gaussNewton(v: Ptr, out: Ptr, structural?: number): void | Promise<void>;
  /**
   * f(θ) on the curvature batch, for walking back over CG iterates. θ may have moved; `linearize` is called
   * again before products.
   */
  curvatureValue(): number | Promise<number>;
  /**
   * out [P] = Σ_i g_i² / n over the n sequences of the curvature batch, g_i = ∇f of sequence i alone, at the
   * point of `linearize`; for the diagonal preconditioner.
   */
  squaredGradients?(out: Ptr): void | Promise<void>;
  /**
   * Called between CG iterations: lets other work run, and throws to stop. The next `step` then goes on with
   * the same iteration.
   */
  pause?(): void | Promise<void>;
}

/** What one step reports. Optimizers may add figures of their own. */
export interface StepReport {
  /** f at the evaluation point, before the update, nats or squared units of the objective. */
  loss: number;
  /** ‖g‖ before clipping. */
  gradientNorm: number;
  [figure: string]: number;
}

/** Named vectors [P] and scalars: all that a restart needs to replay the same bits. */
export interface OptimizerState {
  /** Where each vector [P] is. */
  vectors: Record<string, Ptr>;
  /** Counters and rates, by name. */
  scalars: Record<string, number>;
}

/** An optimizer at work on one objective. Owns its vectors until dispose. */
export interface OptimizerRun<R extends StepReport = StepReport> {
  /**
   * One step; where it throws, θ is what it was before. f: the objective on the data of this step, its θ the
   * one that the run was started with; default the objective of `start`. factor: multiplies the rate, where
   * there is one; default 1.
   */
  step(f?: Objective, factor?: number): R | Promise<R>;
  /** Whether a step comes back at once, without a promise, where the gradient does. Default false. */
  readonly immediate?: boolean;
  /** Live state: vectors may be read or overwritten in place, scalars are written back by `restore`. */
  readonly state: OptimizerState;
  /**
   * Sets the scalars of `state`; vectors are written in place. Then the next step has the bits that it would
   * have had.
   */
  restore(scalars: Record<string, number>): void;
  /** Gives its vectors back. */
  dispose(): void;
}

/** A reusable description of an optimizer: plain data and a start. R is what each of its steps reports. */
export interface Optimizer<R extends StepReport = StepReport> {
  /** As its factory is called. */
  readonly name: string;
  /** What its objective must give: gradients, or products with the curvature too (`CurvatureObjective`). */
  readonly needs: "gradient" | "curvature";
  /** As given, defaults filled in. */
  readonly options: object;
  /** Begins at the objective's θ. Throws OptionError where the objective lacks what it needs. */
  start(objective: Objective): OptimizerRun<R>;
}

/** Throws OptionError on what is no optimizer. */
export function checkOptimizer(who: string, optimizer: Optimizer): void {
  if (typeof (optimizer as Optimizer | null)?.start === "function") return;
  throw new OptionError(
    `${who}: optimizer is ${show(optimizer)}, want one that a function made, such ` +
      "as adam() or nesterov({ rate: 0.01 })",
  );
}
