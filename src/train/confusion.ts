/** Which classes are taken for which: summed weights [K,K], row the true class, column the predicted one. */

/** Adds up pairs of classes. */
export class Confusion {
  readonly #classes: number;
  readonly #cells: Float64Array;

  constructor(classes: number) {
    this.#classes = classes;
    this.#cells = new Float64Array(classes * classes);
  }

  /** One answer of this weight. */
  add(truth: number, predicted: number, weight: number): void {
    this.#cells[truth * this.#classes + predicted] += weight;
  }

  /** Row by row. */
  rows(): number[][] {
    const K = this.#classes;
    return Array.from({ length: K }, (_, k) => Array.from(this.#cells.subarray(k * K, (k + 1) * K)));
  }

  /** Mean F1 = 2·TP/(2·TP + FP + FN) over the classes that occur or are predicted. */
  f1(): number {
    const K = this.#classes;
    let sum = 0;
    let count = 0;
    for (let k = 0; k < K; ++k) {
      let both = 0; // those that are k, and those that are taken for k
      for (let j = 0; j < K; ++j) both += this.#cells[k * K + j] + this.#cells[j * K + k];
      if (both === 0) continue;
      sum += (2 * this.#cells[k * K + k]) / both;
      ++count;
    }
    return count === 0 ? NaN : sum / count;
  }
}
