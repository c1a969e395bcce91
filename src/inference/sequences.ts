/**
 * Sequences as the closed-form models take them: NaN marks a missing value. One sequence is a flat array [T]
 * or [T·D], row-major, or an array of T rows of D numbers; data are an array of sequences, or one bare
 * sequence of numbers. Where a method answers for each sequence, one bare sequence gets one answer.
 */
import { DataError, ShapeError } from "../wasm/errors.ts";

/** One sequence: row-major in one array, or one array a step. */
export type Sequence = ArrayLike<number> | ArrayLike<ArrayLike<number>>;
/** Many sequences, or a single one given flat. */
export type Sequences = readonly Sequence[] | ArrayLike<number>;

/** One answer for one bare sequence, an array of them for an array of sequences. */
export type Each<S extends Sequences, T> = S extends ArrayLike<number> ? T : T[];

const isBare = (data: Sequences): data is ArrayLike<number> => typeof data[0] === "number";

/** The answers as `Each` has them. */
export const each = <S extends Sequences, T>(data: S, answers: readonly T[]): Each<S, T> =>
  (isBare(data) ? answers[0] : answers) as Each<S, T>;

const lengthOf = (x: unknown): number =>
  x !== null && typeof x === "object" ? (x as ArrayLike<unknown>).length : NaN;

/**
 * One [T,D] vector a sequence, checked. `who` begins each message; `allow` says what a value may be besides
 * NaN, as a test and its words. Throws DataError on wrong values and empty data, ShapeError on wrong widths.
 */
export function flattenSequences(
  who: string,
  data: Sequences,
  D: number,
  allow?: { test(x: number): boolean; want: string },
): Float64Array[] {
  const count = lengthOf(data);
  if (!Number.isInteger(count))
    throw new DataError(
      `${who}: sequences are ${data === null ? "null" : typeof data}, want an array of sequences`,
    );
  if (count === 0) throw new DataError(`${who}: no sequences, want at least one`);
  const list = isBare(data) ? [data] : data;
  return Array.from(list, (sequence, i) => flattenSequence(`${who}: sequence ${i}`, sequence, D, allow));
}

function flattenSequence(
  who: string,
  sequence: Sequence,
  D: number,
  allow?: { test(x: number): boolean; want: string },
): Float64Array {
  const count = lengthOf(sequence);
  if (!Number.isInteger(count))
    throw new DataError(
      `${who} is ${sequence === null ? "null" : typeof sequence}, want an array of numbers, or of ` +
        `rows of ${D}`,
    );
  if (count === 0) throw new DataError(`${who} has no steps, want at least one`);
  const nested = typeof sequence[0] === "object";
  if (!nested && count % D !== 0)
    throw new ShapeError(`${who} has ${count} numbers, want a multiple of ${D}, the values a step`);
  const T = nested ? count : count / D;
  const flat = new Float64Array(T * D);
  for (let t = 0; t < T; ++t) {
    const row = nested ? (sequence as ArrayLike<ArrayLike<number>>)[t] : undefined;
    if (row && lengthOf(row) !== D)
      throw new ShapeError(`${who}: step ${t} has ${lengthOf(row)} values, want ${D}`);
    for (let d = 0; d < D; ++d) {
      const value = row ? row[d] : (sequence as ArrayLike<number>)[t * D + d];
      const fine =
        typeof value === "number" &&
        (value !== value || (allow ? allow.test(value) : Math.abs(value) !== Infinity));
      if (!fine)
        throw new DataError(
          `${who}: step ${t}, value ${d} is ${String(value)}, ` +
            `want ${allow?.want ?? "a finite number"}, or NaN where missing`,
        );
      flat[t * D + d] = value;
    }
  }
  return flat;
}

/** Driving inputs beside their sequences: the same number of sequences and steps, and nothing missing. */
export function flattenInputs(
  who: string,
  inputs: Sequences | undefined,
  m: number,
  steps: readonly number[],
): Float64Array[] | undefined {
  if (m === 0) {
    if (inputs !== undefined)
      throw new ShapeError(
        `${who}: inputs were given to a model without inputs; build it with input: 1 or more`,
      );
    return undefined;
  }
  if (inputs === undefined) throw new DataError(`${who}: inputs are missing, want ${m} a step`);
  const flat = flattenSequences(`${who}: inputs`, inputs, m);
  if (flat.length !== steps.length)
    throw new ShapeError(
      `${who}: ${flat.length} sequences of inputs, want ${steps.length}, one for each sequence`,
    );
  flat.forEach((u, i) => {
    if (u.length !== steps[i] * m)
      throw new ShapeError(`${who}: inputs: sequence ${i} has ${u.length / m} steps, want ${steps[i]}`);
    const at = u.findIndex((x) => x !== x);
    if (at >= 0)
      throw new DataError(
        `${who}: inputs: sequence ${i}, step ${Math.floor(at / m)} is missing, want every input`,
      );
  });
  return flat;
}
