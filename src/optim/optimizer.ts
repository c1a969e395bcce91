/**
 * What an optimizer sees, and what it is. An objective is a function of one flat vector θ[P] in kernel memory; networks, data,
 * shards, workers and constraints are behind it. An optimizer owns the evaluation point (Nesterov looks ahead, Hessian-free tries
 * several), so it moves θ itself and says `changed()` when it has.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";

/** A differentiable function of θ. Values are means over the current minibatch. */
export interface Objective {
  readonly engine: Engine;
  /** P, the number of free parameters. */
  readonly size: number;
  /** θ [P]: the point; written by the optimizer. */
  readonly theta: Ptr;
  /** θ was written: forget whatever was computed from it. */
  changed(): void;
  /** f(θ). */
  value(): number | Promise<number>;
  /** g [P] = ∇f(θ), overwritten; returns f(θ). */
  gradient(g: Ptr): number | Promise<number>;
  /** out [P] = G(θ)·v, overwritten: the Gauss-Newton product on the curvature batch. */
  gaussNewton?(v: Ptr, out: Ptr): void | Promise<void>;
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
  vectors: Record<string, Ptr>;
  scalars: Record<string, number>;
}

/** An optimizer at work on one objective. Owns its vectors until dispose. */
export interface OptimizerRun {
  step(): Promise<StepReport>;
  /** Live state: vectors may be read or overwritten in place, scalars are written back by `restore`. */
  readonly state: OptimizerState;
  restore(scalars: Record<string, number>): void;
  dispose(): void;
}

/** A reusable description of an optimizer: plain data and a start. */
export interface Optimizer {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  start(objective: Objective): OptimizerRun;
}
