/** Series of a state-space model, with the inputs beside them. */
import { flattenInputs, flattenSequences, type Sequences } from "../data/sequence.ts";
import type { Series } from "../inference/state-space.ts";
import { flattenHistory } from "../models/lds/history.ts";
import type { AfterHistory } from "../models/lds/answers.ts";
import type { SystemSizes } from "./system.ts";

/** Sequences as series. Throws DataError, ShapeError, OptionError. */
export function seriesOf(
  who: string,
  sizes: SystemSizes,
  y: Sequences,
  inputs: Sequences | undefined,
): Series[] {
  return withInputs(who, sizes, flattenSequences(who, y, sizes.output), inputs);
}

function withInputs(
  who: string,
  { input, output }: SystemSizes,
  y: readonly Float64Array[],
  inputs: Sequences | undefined,
): Series[] {
  const u = flattenInputs(
    who,
    inputs,
    input,
    y.map((values) => values.length / output),
  );
  return y.map((values, i) => ({ y: values, u: u?.[i] }));
}

/** A history and `steps` unknown steps after it, which begin at `from`. */
export function seriesAfter(
  who: string,
  sizes: SystemSizes,
  steps: number,
  { history, inputs }: AfterHistory,
): { series: Series; from: number } {
  const { output: p } = sizes;
  const past = history === undefined ? new Float64Array(0) : flattenHistory(who, history, p);
  const y = new Float64Array(past.length + steps * p).fill(NaN);
  y.set(past);
  const [series] = withInputs(who, sizes, [y], inputs);
  return { series, from: past.length / p };
}
