/**
 * Without separate targets, predict the next term: the target is the input advanced by one step (the
 * lecture's 7a). Works for real vectors, for symbols, and for piano rolls.
 */
import { DataError, inRange, knownOptions, ShapeError, whole } from "../wasm/errors.ts";
import type { DataItem } from "../data/item.ts";
import type { Sequence } from "../data/sequence.ts";

/** What a step of the sequences is. */
export interface NextStepOptions {
  /** Values a step, where a sequence is one flat array. Default 1. */
  readonly columns?: number;
  /**
   * Keys of a piano roll: each step is a list of the notes that sound, 0 to roll - 1, and becomes that many
   * zeros and ones.
   */
  readonly roll?: number;
}

/** (x_1 … x_{T-1}, x_2 … x_T) of every sequence; each must have at least two steps. */
export function nextStep(sequences: readonly Sequence[], options: NextStepOptions = {}): DataItem[] {
  knownOptions("nextStep", options, ["columns", "roll"]);
  if (!Array.isArray(sequences))
    throw new DataError(`nextStep: got ${typeof sequences}, want an array of sequences`);
  const { roll } = options;
  if (roll !== undefined) whole("nextStep", "roll", roll, 1);
  return sequences.map((x, i) => {
    const who = `nextStep: sequence ${i}`;
    if (x.length === 0) throw new DataError(`${who} is empty, want at least two steps`);
    if (roll !== undefined) return advance(who, sound(who, x as ArrayLike<ArrayLike<number>>, roll), roll);
    if (typeof x[0] === "number")
      return advance(who, x as ArrayLike<number>, whole("nextStep", "columns", options.columns ?? 1, 1));
    const rows = Array.from(x as ArrayLike<ArrayLike<number>>);
    if (rows.length < 2) throw new DataError(`${who} has 1 step, want at least two`);
    return { input: rows.slice(0, -1), target: rows.slice(1) };
  });
}

function advance(who: string, flat: ArrayLike<number>, columns: number): DataItem {
  if (flat.length % columns !== 0)
    throw new ShapeError(`${who} has ${flat.length} values, want a multiple of ${columns}`);
  if (flat.length < 2 * columns) throw new DataError(`${who} has 1 step, want at least two`);
  const all = ArrayBuffer.isView(flat) ? (flat as Float64Array) : Float64Array.from(flat);
  return { input: all.subarray(0, all.length - columns), target: all.subarray(columns) };
}

/** [T, keys] zeros and ones. */
function sound(who: string, steps: ArrayLike<ArrayLike<number>>, keys: number): Float32Array {
  const rows = new Float32Array(steps.length * keys);
  for (let t = 0; t < steps.length; ++t) {
    for (const note of Array.from(steps[t]))
      rows[t * keys + whole(who, "note", inRange(who, "note", note, 0), 0, keys - 1)] = 1;
  }
  return rows;
}
