/**
 * Kalman filter and smoother over one series: buffers, drift and the diffuse start here, the passes in
 * assembly/inference/kalman-filter.ts and kalman-smoother.ts.
 */
import { NumericError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { DiffuseFilter, inPlace, unobserved, type DiffuseStep } from "./diffuse.ts";
import { smoothDiffuse } from "./diffuse-smoother.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import { Matrix } from "./matrix-value.ts";
import { Algebra } from "./matrix.ts";
import { diffuseStart, type LinearGaussian, type Moments, type Series } from "./state-space.ts";

/** The buffers of a pass. Rows of states are [n], of covariances [n,n]. */
interface PassBuffers {
  readonly steps: number;
  /** [T] ln p(y_t | y_<t). */
  readonly ll: Ptr;
  /** [T+1] rows: x_t given y_1..y_{t-1}. With depth "likelihood" one row, the last. */
  readonly predictedMean: Ptr;
  readonly predictedCovariance: Ptr;
  /** [T] rows: x_t given y_1..y_t. With depth "likelihood" one row, the last. */
  readonly filteredMean: Ptr;
  readonly filteredCovariance: Ptr;
  /** [T] rows: x_t given all of y; depth "smooth" only. */
  readonly smoothedMean: Ptr;
  readonly smoothedCovariance: Ptr;
  /** [T] rows: covariance of x_{t+1} with x_t; the last row is 0. */
  readonly lag: Ptr;
  /** [T,p] y less D·u, as the filter saw it. */
  readonly outputs: Ptr;
  /** [T,m] or NULL. */
  readonly inputs: Ptr;
  /** [T,n] B·u or NULL. */
  readonly drift: Ptr;
}

/** One pass: buffers good until the next `run`. */
export interface Pass extends PassBuffers {
  /** ln p(y), nats. */
  readonly logLikelihood: number;
  /** The steps of the diffuse start, in order. */
  readonly start: readonly DiffuseStep[];
}

/** How far a pass goes: only the likelihood and the last state, all filtered states, or smoothed ones too. */
export type Depth = "likelihood" | "filter" | "smooth";

/** A pass at work. */
interface Work extends PassBuffers {
  readonly who: string;
  readonly model: LinearGaussian;
  /** Whether every step keeps its row. */
  readonly keep: boolean;
  /** Relative change of a covariance, per step, from which on it counts as constant; negative: never. */
  readonly tolerance: number;
  /** A, C, Q, R back to back. */
  readonly theta: Ptr;
  /** [T] i32: 1 where covariances are copies of those of t-1. */
  readonly same: Ptr;
  readonly scratch: Ptr;
}

/** 8 units in the last place. */
const STEADY = 2 ** -49;

/** Runs passes in one workspace. */
export class Kalman {
  readonly engine: InferenceEngine;
  readonly algebra: Algebra;
  /** Workspace for passes of one output (scalar-likelihood.ts). */
  readonly workspace: Arena;
  readonly #arena: Arena;

  constructor(engine: InferenceEngine) {
    this.engine = engine;
    this.algebra = new Algebra(engine);
    this.workspace = new Arena(engine.memory);
    this.#arena = new Arena(engine.memory);
  }

  /**
   * One pass over a series. `steady: false` computes every covariance anew. Throws NumericError, beginning
   * with `who`, on a singular innovation covariance or a result that is not finite.
   */
  run(who: string, model: LinearGaussian, series: Series, depth: Depth, { steady = true } = {}): Pass {
    const work = this.#prepare(who, model, series, depth, steady ? STEADY : -1);
    const start = this.#start(work);
    this.#filter(work, start.length);
    const logLikelihood = this.#total(work);
    if (depth === "smooth") this.#smooth(work, start);
    return { ...work, logLikelihood, start };
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#arena.dispose();
    this.workspace.dispose();
    this.algebra.dispose();
  }

  /** Takes the buffers and fills in the model and what is observed. */
  #prepare(who: string, model: LinearGaussian, { y, u }: Series, depth: Depth, tolerance: number): Work {
    const { state: n, output: p, input: m } = model;
    const T = y.length / p;
    const arena = this.#arena;
    arena.reset();
    const keep = depth !== "likelihood";
    const rows = keep ? T : 1;
    const smoothed = (width: number): Ptr => (depth === "smooth" ? arena.reals(T * width) : NULL);
    const work = {
      who,
      model,
      keep,
      tolerance,
      steps: T,
      theta: arena.reals(2 * n * n + n * p + p * p),
      outputs: arena.reals(T * p),
      ll: arena.reals(T),
      scratch: arena.reals(this.engine.kernels.kalmanScratch(n, p)),
      inputs: u ? arena.reals(T * m) : NULL,
      drift: u ? arena.reals(T * n) : NULL,
      predictedMean: arena.reals((rows + 1) * n),
      predictedCovariance: arena.reals((rows + 1) * n * n),
      filteredMean: arena.reals(rows * n),
      filteredCovariance: arena.reals(rows * n * n),
      same: arena.ints(T),
      smoothedMean: smoothed(n),
      smoothedCovariance: smoothed(n * n),
      lag: smoothed(n * n),
    };
    this.#load(work, y);
    if (u) this.#drive(work, u);
    return work;
  }

  #load({ model: { state: n, output: p, A, C, Q, R }, theta, outputs }: Work, y: Float64Array): void {
    const { memory } = this.engine;
    const all = memory.reals(theta, 2 * n * n + n * p + p * p);
    all.set(A.data);
    all.set(C.data, n * n);
    all.set(Q.data, n * n + n * p);
    all.set(R.data, 2 * n * n + n * p);
    memory.reals(outputs, y.length).set(y);
  }

  /** drift = u·Bᵀ, and u·Dᵀ taken off the outputs. */
  #drive({ model, steps: T, inputs, drift, outputs }: Work, u: Float64Array): void {
    const { memory, kernels: k } = this.engine;
    const { state: n, output: p, input: m, B, D } = model;
    const weights = this.#arena.reals(m * Math.max(n, p));
    const effect = this.#arena.reals(T * p);
    memory.reals(inputs, T * m).set(u);
    memory.reals(weights, m * n).set(B.transposed().data);
    k.product(T, n, m, inputs, m, weights, n, drift, n);
    memory.reals(weights, m * p).set(D.transposed().data);
    k.product(T, p, m, inputs, m, weights, p, effect, p);
    k.addScaled(T * p, -1, effect, outputs);
  }

  /** The diffuse steps, if any; writes them and the prediction that they end in. */
  #start(work: Work): DiffuseStep[] {
    const { who, model, steps: T, outputs, drift, keep, ll, same } = work;
    const { memory } = this.engine;
    const { state: n, output: p } = model;
    const filter = new DiffuseFilter(model, diffuseStart(model));
    const steps: DiffuseStep[] = [];
    while (filter.predicted.W.columns > 0) {
      const t = steps.length;
      if (t === T) throw unobserved(who, T, filter.predicted.W);
      const y = new Float64Array(memory.reals(memory.at(outputs, t * p), p));
      const to = drift === NULL ? undefined : new Float64Array(memory.reals(memory.at(drift, t * n), n));
      steps.push(inPlace(`${who}: step ${t}`, () => filter.step(y, to)));
    }
    steps.forEach(({ predicted, filtered, logLikelihood }, t) => {
      const row = keep ? t : 0;
      memory.reals(ll, T)[t] = logLikelihood;
      memory.ints(same, T)[t] = 0;
      if (keep) this.#store(predicted, row, work.predictedMean, work.predictedCovariance);
      this.#store(filtered, row, work.filteredMean, work.filteredCovariance);
    });
    const row = keep ? steps.length : 0;
    this.#store(filter.predicted, row, work.predictedMean, work.predictedCovariance);
    return steps;
  }

  /** The filter from step d on, whose prediction is there. */
  #filter(work: Work, d: number): void {
    const { model, steps: T, keep, drift } = work;
    if (d === T) return;
    const { memory, kernels: k } = this.engine;
    const { state: n, output: p } = model;
    const row = (ptr: Ptr, width: number): Ptr => memory.at(ptr, (keep ? d : 0) * width);
    const failed = k.kalmanFilter(
      T - d,
      n,
      p,
      work.theta,
      memory.at(work.outputs, d * p),
      drift === NULL ? NULL : memory.at(drift, d * n),
      keep ? 1 : 0,
      work.tolerance,
      row(work.predictedMean, n),
      row(work.predictedCovariance, n * n),
      row(work.filteredMean, n),
      row(work.filteredCovariance, n * n),
      memory.at(work.ll, d),
      (work.same + 4 * d) as Ptr,
      work.scratch,
    );
    if (failed)
      throw new NumericError(
        `${work.who}: step ${d + failed - 1}: innovation covariance is not positive definite; give R ` +
          "more noise, or drop repeated outputs",
      );
  }

  /** The smoother from the end to the diffuse start, and through it. */
  #smooth(work: Work, start: readonly DiffuseStep[]): void {
    const { who, model, steps: T, smoothedMean, smoothedCovariance, lag } = work;
    const { memory, kernels: k } = this.engine;
    const { state: n, output: p } = model;
    const from = Math.max(start.length - 1, 0);
    const row = (ptr: Ptr, width: number): Ptr => memory.at(ptr, from * width);
    k.kalmanSmoother(
      T - from,
      n,
      work.theta,
      work.tolerance,
      row(work.predictedMean, n),
      row(work.predictedCovariance, n * n),
      row(work.filteredMean, n),
      row(work.filteredCovariance, n * n),
      (work.same + 4 * from) as Ptr,
      row(smoothedMean, n),
      row(smoothedCovariance, n * n),
      row(lag, n * n),
      p,
      work.scratch,
    );
    for (let t = from - 1; t >= 0; --t) {
      const next = this.#stored(n, t + 1, smoothedMean, smoothedCovariance);
      const step = inPlace(`${who}: step ${t}`, () =>
        smoothDiffuse(model, { filtered: start[t].filtered, predicted: start[t + 1].predicted, next }),
      );
      this.#store(step, t, smoothedMean, smoothedCovariance);
      memory.reals(memory.at(lag, t * n * n), n * n).set(step.lag.data);
    }
    if (!k.allFinite(T * n, smoothedMean) || !k.allFinite(T * n * n, smoothedCovariance))
      throw new NumericError(`${who}: a smoothed state is not finite; data or parameters are too large`);
  }

  #store({ mean, covariance }: Moments, t: number, means: Ptr, covariances: Ptr): void {
    const { memory } = this.engine;
    const n = mean.rows;
    memory.reals(memory.at(means, t * n), n).set(mean.data);
    memory.reals(memory.at(covariances, t * n * n), n * n).set(covariance.data);
  }

  #stored(n: number, t: number, means: Ptr, covariances: Ptr): Moments {
    const { memory } = this.engine;
    const copy = (ptr: Ptr, width: number): Float64Array =>
      new Float64Array(memory.reals(memory.at(ptr, t * width), width));
    return {
      mean: Matrix.column(this.algebra, copy(means, n)),
      covariance: new Matrix(this.algebra, n, n, copy(covariances, n * n)),
    };
  }

  #total({ who, ll, steps: T }: Work): number {
    const each = this.engine.memory.reals(ll, T);
    let sum = 0;
    for (let t = 0; t < T; ++t) sum += each[t];
    if (Number.isFinite(sum)) return sum;
    const at = each.findIndex((x) => !Number.isFinite(x)); // -1 where only their sum overflows
    const where = at < 0 ? "" : `step ${at}: `;
    throw new NumericError(
      `${who}: ${where}the log-likelihood is ${at < 0 ? sum : each[at]}; data or parameters are too large`,
    );
  }
}
