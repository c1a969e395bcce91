/** A Kalman filter that runs as observations arrive, in constant memory and time. */
import { DataError, ShapeError } from "../../wasm/errors.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import { DiffuseFilter, markInfinite } from "../../inference/diffuse.ts";
import { Kalman, type LinearGaussian } from "../../inference/kalman.ts";

/** What one observation tells. */
export interface StreamStep {
  /** x_t given all so far: [n] and [n,n]. */
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  /** ln p(y_t | y_<t), nats. */
  readonly logLikelihood: number;
}

/** One sequence in progress. */
export class LdsStream {
  readonly #kalman: Kalman;
  readonly #live: () => void;
  readonly #model: LinearGaussian;
  #now!: LinearGaussian;
  #start: DiffuseFilter | undefined;

  constructor(engine: InferenceEngine, model: LinearGaussian, live: () => void) {
    this.#kalman = new Kalman(engine);
    this.#model = model;
    this.#live = live;
    this.reset();
  }

  /**
   * Takes y_t [p] (a number where p = 1; NaN is missing) and, for driven models, u_t [m], which moves the
   * next state.
   */
  step(y: ArrayLike<number> | number, u?: ArrayLike<number> | number): StreamStep {
    this.#live();
    const { output: p, input: m, state: n } = this.#model;
    const values = vector("y", y, p, true);
    const inputs = m > 0 ? vector("u", u, m, false) : undefined;
    if (this.#start) return this.#diffuse(this.#start, values, inputs);
    const pass = this.#kalman.run("stream.step", this.#now, values, inputs, "likelihood");
    const { memory } = this.#kalman.engine;
    const copy = (ptr: typeof pass.ll, size: number): Float64Array =>
      memory.reals(ptr, size).slice() as Float64Array;
    this.#now = {
      ...this.#now,
      initial: { mean: copy(pass.predictedMean, n), covariance: copy(pass.predictedCovariance, n * n) },
    };
    return {
      mean: copy(pass.filteredMean, n),
      covariance: copy(pass.filteredCovariance, n * n),
      logLikelihood: pass.logLikelihood,
    };
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.#now = this.#model;
    this.#start =
      this.#model.initial === "diffuse" ? new DiffuseFilter(this.#kalman.algebra, this.#model) : undefined;
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#kalman.dispose();
  }

  #diffuse(filter: DiffuseFilter, y: Float64Array, u: Float64Array | undefined): StreamStep {
    const { state: n, output: p, input: m, B, D } = this.#model;
    const { algebra } = this.#kalman;
    const effect = u && algebra.multiply(p, m, 1, D, u);
    const drift = u && algebra.multiply(n, m, 1, B, u);
    const { filtered, logLikelihood } = filter.step(effect ? y.map((x, i) => x - effect[i]) : y, drift);
    if (filter.predicted.rank === 0) {
      this.#now = { ...this.#model, initial: filter.predicted };
      this.#start = undefined;
    }
    const covariance = filtered.covariance.slice();
    markInfinite(n, filtered.rank, filtered.W, covariance);
    return { mean: filtered.mean, covariance, logLikelihood };
  }
}

function vector(
  name: string,
  value: ArrayLike<number> | number | undefined,
  size: number,
  missing: boolean,
): Float64Array {
  const x = typeof value === "number" ? [value] : value;
  if (x === undefined || x === null || x.length !== size)
    throw new ShapeError(`stream.step: ${name} has ${x?.length ?? "no"} values, want ${size}`);
  for (let i = 0; i < size; ++i)
    if (!(Number.isFinite(x[i]) || (missing && x[i] !== x[i])))
      throw new DataError(`stream.step: ${name}[${i}] is ${x[i]}, want a finite number`);
  return Float64Array.from(x);
}
