/**
 * Which steps answer for a whole sequence: all alike, or the last. The same weights lead the training, whole
 * sequences, and streams.
 */

/** "mean": the mean over the steps; "last": the answer of the last one. */
export type Pool = "mean" | "last";

/** The names. */
export const pools: readonly Pool[] = ["mean", "last"];

/** [T] what each step counts in the training; they add up to 1. */
export const stepWeights = (pool: Pool, T: number): Float64Array =>
  Float64Array.from({ length: T }, (_, t) => (pool === "mean" ? 1 / T : Number(t === T - 1)));

/** The answer [O] to a sequence that is still coming. */
export class RunningAnswer {
  readonly #pool: Pool;
  readonly #sum: Float64Array;
  #steps = 0;

  constructor(pool: Pool, O: number) {
    this.#pool = pool;
    this.#sum = new Float64Array(O);
  }

  /** The answer after the steps y [T,O]; a new array. */
  add(y: ArrayLike<number>): Float64Array {
    const O = this.#sum.length;
    for (let i = 0; i < y.length; i += O) {
      if (this.#pool === "last") this.reset();
      for (let j = 0; j < O; ++j) this.#sum[j] += y[i + j];
      ++this.#steps;
    }
    return this.#sum.map((sum) => sum / this.#steps);
  }

  /** Back to the start of a sequence. */
  reset(): void {
    this.#sum.fill(0);
    this.#steps = 0;
  }
}

/** The answer [O] to a whole sequence, from those of its steps [T,O]. */
export const wholeAnswer = (pool: Pool, y: ArrayLike<number>, O: number): Float64Array =>
  new RunningAnswer(pool, O).add(y);
