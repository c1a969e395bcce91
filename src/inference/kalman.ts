/**
 * Kalman filter and smoother over one series: shape, drift and the diffuse start here, the passes in
 * assembly/inference/gauss.ts.
 */
import { NumericError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { DiffuseFilter, smoothDiffuse, type DiffuseStep, type StateSpace } from "./diffuse.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import { Algebra } from "./matrix.ts";

/** Where x_1 starts. */
export type InitialState = "diffuse" | { readonly mean: Float64Array; readonly covariance: Float64Array };

/** x_{t+1} = A·x_t + B·u_t + N(0, Q), y_t = C·x_t + D·u_t + N(0, R). B [n,m], D [p,m]. */
export interface LinearGaussian extends StateSpace {
  readonly input: number;
  readonly B: Float64Array;
  readonly D: Float64Array;
  readonly initial: InitialState;
}

interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** One pass: buffers good until the next `run`. Rows of states are [n], of covariances [n,n]. */
export interface Pass {
  readonly steps: number;
  /** ln p(y), nats. */
  readonly logLikelihood: number;
  /** [T]: ln p(y_t | y_<t). */
  readonly ll: Ptr;
  /** [T+1] rows: x_t given y_1..y_{t-1}. With depth "likelihood" one row, the last. */
  readonly predictedMean: Ptr;
  readonly predictedCovariance: Ptr;
  /** [T] rows: x_t given y_1..y_t. */
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
  /** The steps of the diffuse start, in order. */
  readonly start: readonly DiffuseStep[];
}

/** How far a pass goes: only the likelihood and the last state, all filtered states, or smoothed ones too. */
export type Depth = "likelihood" | "filter" | "smooth";

/**
 * Relative change of a covariance, per step, from which on it counts as constant: 8 units in the last place.
 */
const STEADY = 2 ** -49;

/** Runs passes in one workspace. */
export class Kalman {
  readonly engine: InferenceEngine;
  readonly algebra: Algebra;
  readonly #arena: Arena;

  constructor(engine: InferenceEngine) {
    this.engine = engine;
    this.algebra = new Algebra(engine);
    this.#arena = new Arena(engine.memory);
  }

  /**
   * One pass over y [T,p] (NaN where missing) with inputs u [T,m]. `steady: false` computes every covariance
   * anew. Throws NumericError, beginning with `who`, on a singular innovation covariance or a result that is
   * not finite.
   */
  run(
    who: string,
    model: LinearGaussian,
    y: Float64Array,
    u: Float64Array | undefined,
    depth: Depth,
    { steady = true } = {},
  ): Pass {
    const { memory, kernels: k } = this.engine;
    const { state: n, output: p, input: m } = model;
    const nn = n * n;
    const T = y.length / p;
    const arena = this.#arena;
    arena.reset();
    const keep = depth !== "likelihood";
    const rows = keep ? T : 1;
    const smooth = depth === "smooth";
    const theta = arena.reals(2 * nn + n * p + p * p);
    const outputs = arena.reals(T * p);
    const ll = arena.reals(T);
    const scratch = arena.reals(k.kalmanScratch(n, p));
    const inputs = u ? arena.reals(T * m) : NULL;
    const drift = u ? arena.reals(T * n) : NULL;
    const predictedMean = arena.reals((rows + 1) * n);
    const predictedCovariance = arena.reals((rows + 1) * nn);
    const filteredMean = arena.reals(rows * n);
    const filteredCovariance = arena.reals(rows * nn);
    const same = arena.ints(T);
    const smoothedMean = smooth ? arena.reals(T * n) : NULL;
    const smoothedCovariance = smooth ? arena.reals(T * nn) : NULL;
    const lag = smooth ? arena.reals(T * nn) : NULL;
    this.#load(model, theta, y, u, outputs, inputs, drift);
    const { start, next } = this.#start(who, model, T, outputs, drift);
    const d = start.length;
    const at = keep ? d : 0;
    start.forEach((step, t) => {
      memory.reals(ll, T)[t] = step.logLikelihood;
      if (keep) {
        this.#store(step.predicted, t, predictedMean, predictedCovariance);
        this.#store(step.filtered, t, filteredMean, filteredCovariance);
      } else this.#store(step.filtered, 0, filteredMean, filteredCovariance);
      memory.ints(same, T)[t] = 0;
    });
    this.#store(next, at, predictedMean, predictedCovariance);
    if (d < T) {
      const row = (ptr: Ptr, width: number): Ptr => memory.at(ptr, at * width);
      const failed = k.kalmanFilter(
        T - d,
        n,
        p,
        theta,
        memory.at(outputs, d * p),
        u ? memory.at(drift, d * n) : NULL,
        keep ? 1 : 0,
        steady ? STEADY : -1,
        row(predictedMean, n),
        row(predictedCovariance, nn),
        row(filteredMean, n),
        row(filteredCovariance, nn),
        memory.at(ll, d),
        (same + 4 * d) as Ptr,
        scratch,
      );
      if (failed)
        throw new NumericError(
          `${who}: step ${d + failed - 1}: innovation covariance is not positive definite; give R ` +
            "more noise, or drop repeated outputs",
        );
    }
    const logLikelihood = this.#total(who, ll, T);
    if (smooth) {
      const from = Math.max(d - 1, 0);
      const row = (ptr: Ptr, width: number): Ptr => memory.at(ptr, from * width);
      k.kalmanSmoother(
        T - from,
        n,
        theta,
        steady ? STEADY : -1,
        row(predictedMean, n),
        row(predictedCovariance, nn),
        row(filteredMean, n),
        row(filteredCovariance, nn),
        (same + 4 * from) as Ptr,
        row(smoothedMean, n),
        row(smoothedCovariance, nn),
        row(lag, nn),
        p,
        scratch,
      );
      for (let t = from - 1; t >= 0; --t)
        this.#smoothStart(who, model, start[t], start[t + 1], t, smoothedMean, smoothedCovariance, lag);
      if (!k.allFinite(T * n, smoothedMean) || !k.allFinite(T * nn, smoothedCovariance)) {
        throw new NumericError(`${who}: a smoothed state is not finite; data or parameters are too large`);
      }
    }
    return {
      steps: T,
      logLikelihood,
      ll,
      predictedMean,
      predictedCovariance,
      filteredMean,
      filteredCovariance,
      smoothedMean,
      smoothedCovariance,
      lag,
      outputs,
      inputs,
      start,
    };
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#arena.dispose();
    this.algebra.dispose();
  }

  #load(
    model: LinearGaussian,
    theta: Ptr,
    y: Float64Array,
    u: Float64Array | undefined,
    outputs: Ptr,
    inputs: Ptr,
    drift: Ptr,
  ): void {
    const { memory, kernels: k } = this.engine;
    const { state: n, output: p, input: m, A, C, Q, R, B, D } = model;
    const T = y.length / p;
    const all = memory.reals(theta, 2 * n * n + n * p + p * p);
    all.set(A);
    all.set(C, n * n);
    all.set(Q, n * n + n * p);
    all.set(R, 2 * n * n + n * p);
    memory.reals(outputs, T * p).set(y);
    if (!u) return;
    memory.reals(inputs, T * m).set(u);
    const weights = this.#arena.reals(m * Math.max(n, p));
    const effect = this.#arena.reals(T * p);
    memory.reals(weights, m * n).set(this.algebra.transpose(n, m, B));
    k.product(T, n, m, inputs, m, weights, n, drift, n);
    memory.reals(weights, m * p).set(this.algebra.transpose(p, m, D));
    k.product(T, p, m, inputs, m, weights, p, effect, p);
    k.addScaled(T * p, -1, effect, outputs);
  }

  /** The diffuse steps, if any, and the prediction they end in. */
  #start(
    who: string,
    model: LinearGaussian,
    T: number,
    outputs: Ptr,
    drift: Ptr,
  ): { start: DiffuseStep[]; next: Moments } {
    const steps: DiffuseStep[] = [];
    const { memory } = this.engine;
    const { state: n, output: p } = model;
    if (model.initial !== "diffuse") return { start: steps, next: model.initial };
    const filter = new DiffuseFilter(this.algebra, model);
    while (filter.predicted.rank > 0) {
      const t = steps.length;
      if (t === T)
        throw new NumericError(
          `${who}: ${T} steps leave ${filter.predicted.rank} of ${n} directions of a diffuse start ` +
            "unobserved; give initial: { mean, covariance }",
        );
      const y = memory.reals(memory.at(outputs, t * p), p).slice();
      const to = drift === NULL ? undefined : memory.reals(memory.at(drift, t * n), n).slice();
      try {
        steps.push(filter.step(y, to));
      } catch (error) {
        throw error instanceof NumericError ? new NumericError(`${who}: step ${t}: ${error.message}`) : error;
      }
    }
    return { start: steps, next: filter.predicted };
  }

  #store({ mean, covariance }: Moments, t: number, means: Ptr, covariances: Ptr): void {
    const { memory } = this.engine;
    const n = mean.length;
    memory.reals(memory.at(means, t * n), n).set(mean);
    memory.reals(memory.at(covariances, t * n * n), n * n).set(covariance);
  }

  #smoothStart(
    who: string,
    model: LinearGaussian,
    now: DiffuseStep,
    after: DiffuseStep,
    t: number,
    means: Ptr,
    covariances: Ptr,
    lag: Ptr,
  ): void {
    const { memory } = this.engine;
    const n = model.state;
    const nn = n * n;
    const mean = memory.reals(memory.at(means, (t + 1) * n), n).slice() as Float64Array;
    const covariance = memory.reals(memory.at(covariances, (t + 1) * nn), nn).slice() as Float64Array;
    let step;
    try {
      step = smoothDiffuse(this.algebra, model, now.filtered, after.predicted, mean, covariance);
    } catch (error) {
      throw error instanceof NumericError ? new NumericError(`${who}: step ${t}: ${error.message}`) : error;
    }
    this.#store(step, t, means, covariances);
    memory.reals(memory.at(lag, t * nn), nn).set(step.lag);
  }

  #total(who: string, ll: Ptr, T: number): number {
    const each = this.engine.memory.reals(ll, T);
    let sum = 0;
    for (let t = 0; t < T; ++t) {
      if (!Number.isFinite(each[t]))
        throw new NumericError(
          `${who}: step ${t}: the log-likelihood is ${each[t]}; data or parameters are too large`,
        );
      sum += each[t];
    }
    return sum;
  }
}
