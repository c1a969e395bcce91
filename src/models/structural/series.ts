/** Series with what drives them: the user's inputs and, where a family has a constant, a column of ones. */
import { flattenInputs, type Sequences } from "../../data/sequence.ts";
import type { Series } from "../../inference/state-space.ts";
import { NumericError } from "../../wasm/errors.ts";
import type { Family } from "./parametric.ts";

/** y [T] of each series, its inputs [T,m] beside it, the constant's ones last. Throws as `flattenInputs`. */
export function seriesWithInputs(
  who: string,
  { input, constant }: Family,
  y: readonly Float64Array[],
  inputs: Sequences | undefined,
): Series[] {
  const own = input - (constant ? 1 : 0);
  const lengths = y.map((values) => values.length);
  const u = flattenInputs(who, inputs, own, lengths);
  if (input === 0) return y.map((values) => ({ y: values }));
  return y.map((values, i) => ({
    y: values,
    u: Float64Array.from({ length: values.length * input }, (_, k) => {
      const j = k % input;
      return u && j < own ? u[i][Math.floor(k / input) * own + j] : 1;
    }),
  }));
}

/** How many values of a series are known. */
export const knownIn = ({ y }: Series): number =>
  y.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);

/**
 * Throws NumericError where a series has fewer numbers than states that start diffuse: with long seasons it
 * would take minutes to find that they stay unknown.
 */
export function checkLengths(who: string, data: readonly Series[], { diffuse }: Family): void {
  data.forEach((series, i) => {
    const known = knownIn(series);
    if (known >= diffuse) return;
    throw new NumericError(
      `${who}: sequence ${i} has ${known} numbers, want at least ${diffuse}, the states that nothing is ` +
        "known of before; give a longer one, or leave out a season or a difference",
    );
  });
}
