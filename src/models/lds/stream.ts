/** A Kalman filter that runs as observations arrive, in constant memory and time. */
import { checkStep, observed } from "../../data/sequence.ts";
import { DiffuseFilter, markInfinite } from "../../inference/diffuse.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import { Kalman } from "../../inference/kalman.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { diffuseStart, type LinearGaussian, type Moments } from "../../inference/state-space.ts";
import type { Lifetime } from "../lifetime.ts";
import { ModelStream } from "../model-stream.ts";
import type { GaussianOutputs } from "./outputs.ts";

/** What one observation tells. */
export interface StreamStep {
  /** x_t given all so far [n]; directions that nothing observed yet have variance ∞. */
  readonly mean: Float64Array;
  /** [n,n] row-major. */
  readonly covariance: Float64Array;
  /** ln p(y_t | y_<t), nats. */
  readonly logLikelihood: number;
}

/** One sequence in progress, with the parameters that the model had when the stream was made. */
export class LdsStream extends ModelStream {
  readonly #kalman: Kalman;
  readonly #model: LinearGaussian;
  #now: Moments | undefined;
  #start: DiffuseFilter;

  /** Use `model.stream()`. */
  constructor(engine: InferenceEngine, model: LinearGaussian, parent: Lifetime) {
    super("lds.stream", parent);
    this.#kalman = this.own(new Kalman(engine));
    this.#model = model;
    this.#start = new DiffuseFilter(model, diffuseStart(model));
    this.reset();
  }

  /**
   * Takes y_t [p] (a number where p = 1; NaN is missing) and, for driven models, u_t [m], which moves the
   * next state. Throws ShapeError, DataError, NumericError or DisposedError.
   */
  step(y: ArrayLike<number> | number, u?: ArrayLike<number> | number): StreamStep {
    const who = this.check("step");
    const { output: p, input: m } = this.#model;
    const values = Float64Array.from(checkStep(who, "y", y, p, observed));
    const inputs = m > 0 ? Float64Array.from(checkStep(who, "u", u as number, m)) : undefined;
    return this.#now ? this.#gaussian(who, this.#now, values, inputs) : this.#diffuse(values, inputs);
  }

  /** Where the next observation is expected, before it arrives: mean [p], covariance [p,p]. */
  get next(): GaussianOutputs {
    this.check("next");
    const { mean, covariance } = this.#now ?? this.#start.predicted;
    const { C, R } = this.#model;
    const covariances = C.congruence(covariance).plus(R).data;
    if (!this.#now) markInfinite(C.times(this.#start.predicted.W), covariances);
    return { means: C.times(mean).data, covariances };
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.check("reset");
    this.#start = new DiffuseFilter(this.#model, diffuseStart(this.#model));
    this.#endStart();
    return this;
  }

  #gaussian(who: string, initial: Moments, y: Float64Array, u: Float64Array | undefined): StreamStep {
    const n = this.#model.state;
    const pass = this.#kalman.run(who, { ...this.#model, initial }, { y, u }, "likelihood");
    const { memory } = this.#kalman.engine;
    const copy = (ptr: typeof pass.ll, size: number): Float64Array =>
      new Float64Array(memory.reals(ptr, size));
    this.#now = {
      mean: Matrix.column(initial.mean.algebra, copy(pass.predictedMean, n)),
      covariance: new Matrix(initial.mean.algebra, n, n, copy(pass.predictedCovariance, n * n)),
    };
    return {
      mean: copy(pass.filteredMean, n),
      covariance: copy(pass.filteredCovariance, n * n),
      logLikelihood: pass.logLikelihood,
    };
  }

  #diffuse(y: Float64Array, u: Float64Array | undefined): StreamStep {
    const { B, D } = this.#model;
    const driven = (M: Matrix): Float64Array | undefined => u && M.times(Matrix.column(M.algebra, u)).data;
    const effect = driven(D);
    const { filtered, logLikelihood } = this.#start.step(
      effect ? y.map((x, i) => x - effect[i]) : y,
      driven(B),
    );
    this.#endStart();
    const covariance = filtered.covariance.data.slice();
    markInfinite(filtered.W, covariance);
    return { mean: filtered.mean.data.slice(), covariance, logLikelihood };
  }

  #endStart(): void {
    const { predicted } = this.#start;
    this.#now = predicted.W.columns === 0 ? predicted : undefined;
  }
}
