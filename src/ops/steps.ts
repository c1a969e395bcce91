/** The order in which a recurrent layer visits the steps of a packing, forwards or backwards in time. */
import type { Packing } from "../graph/packing.ts";

/** One step: its rows, and where their states come from. */
export interface Step {
  /** Sequences alive. */
  rows: number;
  /** First row in the packed buffers. */
  from: number;
  /**
   * The first `continuing` sequences come from the step visited before, whose first row is `before` and which
   * has `rowsBefore`; the rest start here.
   */
  continuing: number;
  before: number;
  rowsBefore: number;
}

/** Steps in visiting order. `at` reuses one object: read it before the next call. */
export class Steps {
  readonly count: number;
  readonly #packing: Packing;
  readonly #reverse: boolean;
  readonly #step: Step = { rows: 0, from: 0, continuing: 0, before: 0, rowsBefore: 0 };

  constructor(packing: Packing, reverse: boolean) {
    this.count = packing.steps;
    this.#packing = packing;
    this.#reverse = reverse;
  }

  at(i: number): Step {
    const { rowsAt, offsetAt, steps } = this.#packing;
    const step = this.#step;
    const t = this.#reverse ? steps - 1 - i : i;
    const before = this.#reverse ? t + 1 : t - 1;
    step.rows = rowsAt[t]!;
    step.from = offsetAt[t]!;
    step.rowsBefore = i === 0 ? 0 : rowsAt[before];
    step.before = i === 0 ? 0 : offsetAt[before];
    step.continuing = Math.min(step.rowsBefore, step.rows);
    return step;
  }

  /** Visits runs of sequences [from, to) that end at the same step: their last row block begins at `row`. */
  eachEnd(visit: (from: number, to: number, row: number) => void): void {
    const { rowsAt, offsetAt, steps } = this.#packing;
    for (let t = 0; t < steps; ++t) {
      const from = t + 1 < steps ? rowsAt[t + 1] : 0;
      if (from < rowsAt[t]) visit(from, rowsAt[t], offsetAt[t] + from);
    }
  }
}
