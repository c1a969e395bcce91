/**
 * Linear regression as its data arrive, the old ones forgotten (recursive least squares; Haykin 2002, ch. 9):
 *
 *   g = P·x/(λ + xᵀ·P·x)    W += g·eᵀ    P ← (P - g·(P·x)ᵀ)/λ
 *
 * With λ = 1 and e = y - Wᵀ·x, W is that of ridge regression on all that came before.
 */

/** While the data leave a direction alone, forgetting lets P grow there: at most so much beyond its start. */
const LARGEST_GROWTH = 1e5;

/** How it learns. */
export interface RecursiveOptions {
  /** λ, within 0..1: what a step's weight is multiplied by at each later one. */
  readonly forgetting: number;
  /** Of the weights' squares, above 0: P starts at 1/ridge. */
  readonly ridge: number;
}

/** Weights [n,O] of n inputs on O outputs. */
export class RecursiveLeastSquares {
  /** [n,O] row-major; live. */
  readonly weights: Float64Array;
  readonly #n: number;
  readonly #outputs: number;
  readonly #forgetting: number;
  readonly #limit: number;
  /** [n,n], symmetric. */
  readonly #P: Float64Array;
  readonly #Px: Float64Array;

  constructor(n: number, outputs: number, { forgetting, ridge }: RecursiveOptions) {
    this.weights = new Float64Array(n * outputs);
    this.#n = n;
    this.#outputs = outputs;
    this.#forgetting = forgetting;
    this.#limit = (LARGEST_GROWTH * n) / ridge;
    this.#P = new Float64Array(n * n);
    for (let i = 0; i < n; ++i) this.#P[i * n + i] = 1 / ridge;
    this.#Px = new Float64Array(n);
  }

  /** Wᵀ·x [O] */
  predict(x: Float64Array): Float64Array {
    const O = this.#outputs;
    const y = new Float64Array(O);
    for (let i = 0; i < this.#n; ++i) for (let o = 0; o < O; ++o) y[o] += this.weights[i * O + o] * x[i];
    return y;
  }

  /** Moves the weights by the error [O] that `predict` made at x [n], or by what of it is to be believed. */
  learn(x: Float64Array, error: ArrayLike<number>): void {
    const n = this.#n;
    const O = this.#outputs;
    const P = this.#P;
    const Px = this.#Px;
    let scale = this.#forgetting;
    for (let i = 0; i < n; ++i) {
      let sum = 0;
      for (let j = 0; j < n; ++j) sum += P[i * n + j] * x[j];
      Px[i] = sum;
    }
    for (let i = 0; i < n; ++i) scale += Px[i] * x[i];
    let trace = 0;
    for (let i = 0; i < n; ++i) {
      const g = Px[i] / scale;
      for (let o = 0; o < O; ++o) this.weights[i * O + o] += g * error[o];
      for (let j = 0; j <= i; ++j) P[j * n + i] = P[i * n + j] -= g * Px[j];
      trace += P[i * n + i];
    }
    if (this.#forgetting === 1 || trace > this.#limit) return;
    for (let i = 0; i < P.length; ++i) P[i] /= this.#forgetting;
  }
}
