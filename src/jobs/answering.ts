/**
 * What answers for a whole sequence: every step of the net, or one step that it makes of them. The same
 * weights lead the training, whole sequences, and streams.
 */
import { pool as pooling } from "../models/network/optional/layers.ts";
import type { Layer } from "../models/network/layers.ts";

/**
 * "steps": the mean of what every step answers; "last": what the last one does; "mean", "max": what is
 * answered to the mean or the maximum of the states over all steps.
 */
export type Pool = "steps" | "last" | "mean" | "max";

/** The names. */
export const pools: readonly Pool[] = ["steps", "last", "mean", "max"];

/** What stands between the layers of a job and its answer. */
export const poolLayers = (pool: Pool): Layer[] => (pool === "mean" || pool === "max" ? [pooling(pool)] : []);

/** [T] what each step of the net counts in the training; they add up to 1. */
export const stepWeights = (pool: Pool, T: number): Float64Array =>
  Float64Array.from({ length: T }, (_, t) => (pool === "last" ? Number(t === T - 1) : 1 / T));

/** The answer [O] to a sequence that is still coming: y of its last step, or the mean over its steps. */
export class RunningAnswer {
  readonly #pool: Pool;
  /** Σ y of the steps but the last. */
  readonly #sum: Float64Array;
  readonly #last: Float64Array;
  #steps = 0;

  constructor(pool: Pool, O: number) {
    this.#pool = pool;
    this.#sum = new Float64Array(O);
    this.#last = new Float64Array(O);
  }

  /** The answer after the net's step y [O]; `again`: y takes the place of the step before. A new array. */
  step(y: ArrayLike<number>, again: boolean): Float64Array {
    if (!again && this.#pool !== "last") {
      for (let j = 0; j < y.length; ++j) this.#sum[j] += this.#last[j];
      ++this.#steps;
    }
    this.#last.set(y);
    if (this.#pool === "last") return this.#last.slice();
    return this.#sum.map((sum, j) => (sum + this.#last[j]) / this.#steps);
  }

  /** Back to the start of a sequence. */
  reset(): void {
    this.#sum.fill(0);
    this.#last.fill(0);
    this.#steps = 0;
  }
}

/** The answer [O] to a whole sequence, from the net's steps y [T,O]. */
export function wholeAnswer(pool: Pool, y: ArrayLike<number>, O: number): Float64Array {
  const running = new RunningAnswer(pool, O);
  let answer = new Float64Array(O);
  for (let i = 0; i < y.length; i += O)
    answer = running.step(
      Array.from({ length: O }, (_, j) => y[i + j]),
      false,
    ) as Float64Array<ArrayBuffer>;
  return answer;
}
