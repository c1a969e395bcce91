/**
 * Options, final-step items and success rules that the long-lag tasks share. A sequence is solved when
 * nothing in it is wrong.
 */
import { knownOptions, oneOf, whole } from "../../wasm/errors.ts";
import type { Item, Task } from "../../train/task.ts";

/** Whose definition: Martens & Sutskever 2011, or Hochreiter & Schmidhuber 1997. */
export type Variant = "ms11" | "hs97";

/** How hard a task of long lags is, and by which paper. */
export interface LongLagOptions {
  /** T, steps between what must be kept and its use, as each task defines it; at least 10. Default 50. */
  lag?: number;
  /** The definition. Default "ms11"; tasks of one paper only have no choice. */
  variant?: Variant;
}

/** Checked options of a task that has the given variants. */
export function longLagOptions(
  name: string,
  options: LongLagOptions,
  variants: readonly Variant[],
): Required<LongLagOptions> {
  const who = `longLag.${name}`;
  knownOptions(who, options, ["lag", "variant"]);
  return {
    lag: whole(who, "lag", options.lag ?? 50, 10, 100_000),
    variant: oneOf(who, "variant", options.variant ?? "ms11", variants),
  };
}

/**
 * What counts as solved, for all these tasks: the fraction of 10,000 fresh sequences with anything wrong
 * stays below this.
 */
export const solvedBelow = 0.01;

/** Tolerance on real targets (both papers). */
const realTolerance = 0.04;

/** An item that counts at its last step only: `last` holds its O reals or its class. */
export function lastStepItem(
  input: Float32Array | Int32Array,
  T: number,
  last: Float32Array | Int32Array,
): Item {
  const target = last instanceof Float32Array ? new Float32Array(T * last.length) : new Int32Array(T);
  const weight = new Float32Array(T);
  target.set(last, target.length - last.length);
  weight[T - 1] = 1;
  return { input, target, weight };
}

/** n items, one after the other. */
export const items = (n: number, make: (i: number) => Item): Item[] =>
  Array.from({ length: n }, (_, i) => make(i));

function count(item: Item, T: number, wrong: (t: number) => boolean): number {
  let total = 0;
  for (let t = 0; t < T; ++t) if ((item.weight?.[t] ?? 1) > 0 && wrong(t)) ++total;
  return total;
}

/** Steps whose real output misses the target by more than 0.04. One output a step. */
export const wrongReals: Task["wrong"] = (item, prediction) =>
  count(item, item.target.length, (t) => !(Math.abs(prediction[t] - item.target[t]) <= realTolerance));

/** Steps whose probability is on the wrong side of ½. One output a step. */
export const wrongBits: Task["wrong"] = (item, prediction) =>
  count(item, item.target.length, (t) => !((prediction[t] - 0.5) * (item.target[t] - 0.5) > 0));

/** Steps whose largest output is not the target class. A tie counts as wrong. */
export const wrongClasses: Task["wrong"] = (item, prediction) => {
  const T = item.target.length;
  const O = prediction.length / T;
  return count(item, T, (t) => {
    const right = prediction[t * O + item.target[t]];
    for (let o = 0; o < O; ++o) if (o !== item.target[t] && !(prediction[t * O + o] < right)) return true;
    return false;
  });
};
