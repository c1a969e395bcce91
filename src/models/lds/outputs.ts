/** Gaussian states and outputs, read from a pass of the filter. */
import { markInfinite } from "../../inference/diffuse.ts";
import type { Kalman, Pass } from "../../inference/kalman.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import type { Ptr } from "../../wasm/kernels.ts";

/** Gaussian states of one sequence: rows of n, and of n×n. */
export interface GaussianStates {
  /** [T,n] */
  readonly means: Float64Array;
  /** [T,n,n] */
  readonly covariances: Float64Array;
}

/** Outputs: rows of p, and of p×p. */
export type GaussianOutputs = GaussianStates;

/** Copies of the rows of a pass. */
export class PassReader {
  readonly #kalman: Kalman;
  readonly #model: LinearGaussian;

  constructor(kalman: Kalman, model: LinearGaussian) {
    this.#kalman = kalman;
    this.#model = model;
  }

  /** `count` numbers from a buffer. */
  numbers(ptr: Ptr, count: number): Float64Array {
    return new Float64Array(this.#kalman.engine.memory.reals(ptr, count));
  }

  /** T states, row by row. */
  states(T: number, means: Ptr, covariances: Ptr): GaussianStates {
    const n = this.#model.state;
    return { means: this.numbers(means, T * n), covariances: this.numbers(covariances, T * n * n) };
  }

  /** x_t given y_1..y_t; directions that nothing observed yet have variance ∞. */
  filtered(pass: Pass): GaussianStates {
    const n = this.#model.state;
    const states = this.states(pass.steps, pass.filteredMean, pass.filteredCovariance);
    pass.start.forEach(({ filtered }, t) =>
      markInfinite(filtered.W, states.covariances.subarray(t * n * n, (t + 1) * n * n)),
    );
    return states;
  }

  /** y_t = C·x_t + D·u_t given y_1..y_{t-1}, with C·P·Cᵀ + R, for steps from `from` on. */
  outputs(pass: Pass, u: Float64Array | undefined, from = 0): GaussianOutputs {
    const { state: n, output: p, input: m, C, D, R } = this.#model;
    const { algebra, engine } = this.#kalman;
    const T = pass.steps - from;
    const at = (ptr: Ptr, width: number): Ptr => engine.memory.at(ptr, from * width);
    const { means: x, covariances: P } = this.states(
      T,
      at(pass.predictedMean, n),
      at(pass.predictedCovariance, n * n),
    );
    let means = new Matrix(algebra, T, n, x).timesTransposed(C);
    if (u) means = means.plus(new Matrix(algebra, T, m, u.slice(from * m)).timesTransposed(D));
    const PC = new Matrix(algebra, T * n, n, P).timesTransposed(C).data;
    const covariances = new Float64Array(T * p * p);
    for (let t = 0; t < T; ++t) {
      const own = covariances.subarray(t * p * p, (t + 1) * p * p);
      const start = pass.start[from + t]?.predicted;
      own.set(C.times(new Matrix(algebra, n, p, PC.subarray(t * n * p, (t + 1) * n * p))).plus(R).data);
      if (start) markInfinite(C.times(start.W), own);
    }
    return { means: means.data, covariances };
  }
}
