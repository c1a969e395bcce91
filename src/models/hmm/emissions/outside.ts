/**
 * Emissions computed elsewhere: each step is a row of K log-likelihoods ln p(y_t | state), -∞ for what a
 * state cannot emit, from a net or any other model. The chain alone is learned. A row of which an entry is
 * NaN is missing.
 */
import { OptionError } from "../../../wasm/errors.ts";
import { flattenSequences, type Sequences } from "../../../data/sequence.ts";
import type { Emission, Observed, Outputs, Workspace } from "./emission.ts";
import { rowsOf } from "./entries.ts";
import { Parameters } from "./parameters.ts";

/** Rows of log-likelihoods. */
export class Outside extends Parameters implements Emission {
  readonly width: number;

  constructor(K: number) {
    super(K, {});
    this.width = K;
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenSequences(who, sequences, this.width, {
      test: (x) => x < Infinity,
      want: "a log-likelihood, a number or -Infinity",
    });
  }

  rows(space: Workspace, y: Float64Array): Observed {
    const { K } = this;
    return rowsOf(space, y, K, (T, _, out) => {
      const { N, engine } = space;
      const rows = engine.memory.reals(out, T * N);
      for (let t = 0; t < T; ++t) {
        const row = y.subarray(t * K, (t + 1) * K);
        if (row.some((x) => x !== x)) rows.fill(0, t * N, t * N + K);
        else rows.set(row, t * N);
      }
    });
  }

  draw(): void {}
  prepare(): void {}
  clear(): void {}
  add(): void {}
  maximize(): void {}

  logPrior(): number {
    return 0;
  }

  sample(): never {
    throw new OptionError(
      'hmm.sample: emission is "outside", so the model knows states but no outputs; use another emission',
    );
  }

  outputs(): Outputs {
    return {};
  }

  dispose(): void {}
}
