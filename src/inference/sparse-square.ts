/** Square matrices with few entries that are not 0, such as the transitions of structural models. */

/** Nonzero entries of a square matrix, row by row. */
export class SparseSquare {
  readonly n: number;
  readonly #starts: Int32Array;
  readonly #columns: Int32Array;
  readonly #values: Float64Array;
  readonly #product: Float64Array;

  constructor(n: number, at: (i: number, j: number) => number) {
    const columns: number[] = [];
    const values: number[] = [];
    this.n = n;
    this.#starts = new Int32Array(n + 1);
    for (let i = 0; i < n; ++i) {
      for (let j = 0; j < n; ++j)
        if (at(i, j) !== 0) {
          columns.push(j);
          values.push(at(i, j));
        }
      this.#starts[i + 1] = columns.length;
    }
    this.#columns = Int32Array.from(columns);
    this.#values = Float64Array.from(values);
    this.#product = new Float64Array(n * n);
  }

  /** x ← S·x; `work` [n]. */
  apply(x: Float64Array, work: Float64Array): void {
    for (let i = 0; i < this.n; ++i) {
      let sum = 0;
      for (let k = this.#starts[i]; k < this.#starts[i + 1]; ++k)
        sum += this.#values[k] * x[this.#columns[k]];
      work[i] = sum;
    }
    x.set(work);
  }

  /** P ← S·P·Sᵀ of a symmetric P [n,n]. */
  congruence(P: Float64Array): void {
    const n = this.n;
    const starts = this.#starts;
    const columns = this.#columns;
    const values = this.#values;
    const SP = this.#product;
    for (let i = 0; i < n; ++i) {
      const to = i * n;
      for (let j = 0; j < n; ++j) SP[to + j] = 0;
      for (let k = starts[i]; k < starts[i + 1]; ++k) {
        const from = columns[k] * n;
        const value = values[k];
        for (let j = 0; j < n; ++j) SP[to + j] += value * P[from + j];
      }
    }
    for (let j = 0; j < n; ++j)
      for (let i = 0; i <= j; ++i) {
        let sum = 0;
        for (let k = starts[i]; k < starts[i + 1]; ++k) sum += values[k] * SP[j * n + columns[k]];
        P[i * n + j] = sum;
        P[j * n + i] = sum;
      }
  }
}
