/** Steps that regressions without moments of their own learn from: kept whole, with the states' weights. */
import type { Algebra } from "../inference/matrix.ts";
import { NO_WEIGHT } from "../models/hmm/emissions/entries.ts";
import type { Driven, Regressions, Sizes } from "./emission.ts";

/** Steps of one regression that are there: rows x [n,R], values and weights [n]. */
export interface SeenRows {
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
}

/** All sequences of an expectation. */
export class SeenSteps {
  readonly sizes: Sizes;
  #seen: { readonly data: Driven; readonly gamma: Float64Array }[] = [];

  constructor(sizes: Sizes) {
    this.sizes = sizes;
  }

  clear(): void {
    this.#seen = [];
  }

  /** Adds a sequence under γ [T,K]. */
  add(_: Algebra, __: Regressions, data: Driven, gamma: Float64Array): void {
    this.#seen.push({ data, gamma: gamma.slice() });
  }

  /** The steps of state k where entry d is there; none where the state has no weight at them. */
  rows(k: number, d: number): SeenRows | undefined {
    const { K, D, R } = this.sizes;
    const most = this.#seen.reduce((sum, { data }) => sum + data.T, 0);
    const X = new Float64Array(most * R);
    const y = new Float64Array(most);
    const w = new Float64Array(most);
    let n = 0;
    for (const { data, gamma } of this.#seen)
      for (let t = 0; t < data.T; ++t) {
        const value = data.y[t * D + d];
        if (Number.isNaN(value)) continue;
        X.set(data.X.subarray(t * R, (t + 1) * R), n * R);
        y[n] = value;
        w[n] = gamma[t * K + k];
        n += 1;
      }
    if (!(w.reduce((sum, x) => sum + x, 0) > NO_WEIGHT)) return undefined;
    return { X: X.subarray(0, n * R), y: y.subarray(0, n), w: w.subarray(0, n) };
  }
}
