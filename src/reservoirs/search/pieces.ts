/** The data of a search: what candidates are fitted to, and what was held back to compare them on. */
import { checkItems, targetColumns, type DataItem, type DataSpec, type FlatItem } from "../../data/item.ts";
import { DataError, inRange } from "../../wasm/errors.ts";

/** A sequence of which the steps from `from` on were held back. */
export interface Held {
  readonly length: number;
  readonly from: number;
  /** [T,I], or [T] symbols. */
  readonly input: Float64Array;
  /** [T,O]: reals, or one-of-O for a class. */
  readonly target: Float64Array;
  /** [T] */
  readonly weight: Float64Array;
}

/** What is fitted to, and what was held back. */
export interface Pieces {
  readonly fit: readonly DataItem[];
  readonly held: readonly Held[];
}

/** The targets as a net's outputs should be. */
function outputsOf(data: DataSpec, { target, length }: FlatItem): Float64Array {
  if (data.target === "reals") return Float64Array.from(target);
  const O = data.output;
  return Float64Array.from({ length: length * O }, (_, i) => Number(target[Math.floor(i / O)] === i % O));
}

function heldFrom(data: DataSpec, item: FlatItem, from: number): Held {
  const { length, input, weight } = item;
  return {
    ...{ length, from, input: Float64Array.from(input), target: outputsOf(data, item) },
    weight: Float64Array.from({ length }, (_, t) => weight[t] ?? 1),
  };
}

/** The first `steps` steps of an item. */
function start(data: DataSpec, { input, target, weight }: FlatItem, steps: number): DataItem {
  const cut = (x: ArrayLike<number>, width: number): Float64Array =>
    Float64Array.from(x).subarray(0, steps * width);
  return {
    input: cut(input, data.input),
    target: cut(target, targetColumns(data)),
    ...(weight.length > 0 ? { weight: cut(weight, 1) } : {}),
  };
}

/**
 * Held back is the end of every sequence, a share of it, or sequences of their own. Throws DataError where
 * nothing is left on either side.
 */
export function readPieces(
  who: string,
  data: DataSpec,
  items: readonly DataItem[],
  validation: number | readonly DataItem[],
): Pieces {
  const flat = checkItems(who, data, items);
  if (typeof validation !== "number") {
    const others = checkItems(`${who}: validation`, data, validation);
    return { fit: items, held: others.map((item) => heldFrom(data, item, 0)) };
  }
  const share = inRange(who, "validation", validation, 0, 1);
  const cuts = flat.map(({ length }) => Math.floor((1 - share) * length));
  const fit = flat.flatMap((item, i) => (cuts[i] > 0 ? [start(data, item, cuts[i])] : []));
  const held = flat.flatMap((item, i) => (cuts[i] < item.length ? [heldFrom(data, item, cuts[i])] : []));
  if (fit.length === 0 || held.length === 0)
    throw new DataError(
      `${who}: validation of ${share} leaves no step to ${fit.length === 0 ? "fit" : "compare"} on; ` +
        "want a share between 0 and 1, and longer sequences",
    );
  return { fit, held };
}
