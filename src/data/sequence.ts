/**
 * Sequences as users write them. One sequence of T steps of D numbers is a flat array [T·D], row by row, or
 * an array of T rows. Data are an array of sequences; a bare flat array of numbers is one sequence, and where
 * a method answers for each sequence it gets one answer.
 *
 * An array of two or more arrays of D numbers could be one sequence of rows or many sequences of one step:
 * it is refused, and the error says how to write either.
 */
import { DataError, ShapeError, show } from "../wasm/errors.ts";

/** One sequence: row-major in one array, or one array a step. */
export type Sequence = ArrayLike<number> | ArrayLike<ArrayLike<number>>;
/** Many sequences, or a single one given flat. */
export type Sequences = readonly Sequence[] | ArrayLike<number>;

/** One answer for one bare sequence, an array of them for an array of sequences. */
export type Each<S extends Sequences, T> = S extends ArrayLike<number> ? T : T[];

/** What a value may be, and its words in errors. */
export interface Values {
  test(x: number): boolean;
  readonly want: string;
}

/** A finite number that float64 holds. */
export const finite: Values = { test: Number.isFinite, want: "a finite number" };

/** A finite number, or NaN where it is missing. */
export const observed: Values = { test: (x) => x !== x || Number.isFinite(x), want: finite.want };

const isBare = (data: Sequences): data is ArrayLike<number> =>
  ArrayBuffer.isView(data) || (data.length > 0 && (typeof data[0] !== "object" || data[0] === null));

/** The answers as `Each` has them. */
export const each = <S extends Sequences, T>(data: S, answers: readonly T[]): Each<S, T> =>
  (isBare(data) ? answers[0] : answers) as Each<S, T>;

/** Other answers made of those of each sequence, which may be arrays themselves. */
export const mapEach = <S extends Sequences, A, B>(
  data: S,
  answers: Each<S, A>,
  map: (answer: A) => B,
): Each<S, B> => (isBare(data) ? map(answers as A) : (answers as A[]).map(map)) as Each<S, B>;

/** The longest array. */
const MAX_LENGTH = 2 ** 32 - 1;

/** The length of anything like an array; NaN of anything else. */
export function lengthOf(x: unknown): number {
  const length = x !== null && typeof x === "object" ? (x as ArrayLike<unknown>).length : NaN;
  return Number.isInteger(length) && length >= 0 && length <= MAX_LENGTH ? length : NaN;
}

/** A value of data in the words of errors. */
const shown = (value: unknown): string => {
  const kinds: Record<string, string> = {
    bigint: "the BigInt ",
    string: "the text ",
    boolean: "the boolean ",
  };
  return `${kinds[typeof value] ?? ""}${show(value)}`;
};

/** Throws a DataError unless every x[i] is a number that `allowed` takes. place(i) names it. */
export function checkValues(
  who: string,
  x: ArrayLike<unknown>,
  allowed: Values,
  place: (i: number) => string = (i) => `value ${i}`,
): void {
  for (let i = 0; i < x.length; ++i) {
    const value = x[i];
    if (typeof value === "number" && allowed.test(value)) continue;
    throw wrongValue(who, place(i), value, allowed);
  }
}

const wrongValue = (who: string, place: string, value: unknown, allowed: Values): DataError =>
  new DataError(`${who}: ${place} is ${shown(value)}, want ${allowed.want}`);

/** A copy of numbers [T·D], checked: NaN where missing, else what `allowed` takes. Throws DataError. */
function copyChecked(who: string, x: ArrayLike<unknown>, D: number, allowed: Values): Float64Array {
  const values = { ...allowed, want: `${allowed.want}, or NaN where missing` };
  const place = (i: number): string => `step ${Math.floor(i / D)}, value ${i % D}`;
  if (!(x instanceof Float64Array || x instanceof Float32Array))
    checkValues(who, x, { ...values, test: () => true }, place);
  const copy = new Float64Array(x as ArrayLike<number>);
  const wrong = allowed === finite ? firstInfinite(copy) : firstWrong(copy, allowed.test);
  if (wrong >= 0) throw wrongValue(who, place(wrong), copy[wrong], values);
  return copy;
}

/** The first number that is infinite, or -1: what most data are asked, without a call a number. */
function firstInfinite(x: Float64Array): number {
  for (let i = 0; i < x.length; ++i) if (x[i] === x[i] && x[i] - x[i] !== 0) return i;
  return -1;
}

/** The first number that is neither missing nor passes, or -1. */
function firstWrong(x: Float64Array, test: Values["test"]): number {
  for (let i = 0; i < x.length; ++i) if (x[i] === x[i] && !test(x[i])) return i;
  return -1;
}

/** Throws ShapeError where step t is no row of D. */
function checkRow(who: string, t: number, row: unknown, D: number): void {
  const got = lengthOf(row);
  if (got === D) return;
  const fault = Number.isNaN(got) ? `is ${shown(row)}` : `has ${got} values`;
  throw new ShapeError(`${who}: step ${t} ${fault}, want ${D} values`);
}

/**
 * One sequence [T,D] as one row-major vector: the array itself where it is flat already. Checks its shape,
 * not its values. Throws DataError on what is no sequence or has no steps, ShapeError on rows of other
 * widths.
 */
export function flatten(who: string, sequence: unknown, D: number): ArrayLike<number> {
  const count = lengthOf(sequence);
  if (Number.isNaN(count))
    throw new DataError(`${who} is ${shown(sequence)}, want an array of numbers, or of rows of ${D}`);
  const list = sequence as ArrayLike<unknown>;
  if (count === 0 || Number.isNaN(lengthOf(list[0]))) return list as ArrayLike<number>;
  for (let t = 0; t < count; ++t) checkRow(who, t, list[t], D);
  const flat = new Array<unknown>(count * D);
  for (let t = 0; t < count; ++t)
    for (let d = 0; d < D; ++d) flat[t * D + d] = (list[t] as ArrayLike<unknown>)[d];
  return flat as number[];
}

/** Throws DataError where a flat sequence is empty, ShapeError where it does not hold whole steps of D. */
export function checkSteps(who: string, flat: ArrayLike<number>, D: number): void {
  if (flat.length === 0) throw new DataError(`${who} has no steps, want at least one`);
  if (flat.length % D !== 0)
    throw new ShapeError(`${who} has ${flat.length} numbers, want a multiple of ${D}, the values a step`);
}

/**
 * Data as a list of sequences, by the rule of one or many. `count`: how many there must be, where that is
 * known already; then nothing is in doubt. Throws DataError.
 */
export function listSequences(who: string, data: Sequences, D: number, count?: number): readonly Sequence[] {
  const n = lengthOf(data);
  if (Number.isNaN(n))
    throw new DataError(`${who}: sequences are ${shown(data)}, want an array of sequences`);
  if (n === 0) throw new DataError(`${who}: no sequences, want at least one`);
  if (isBare(data)) return [data];
  const list = data;
  const isStep = (x: unknown): boolean =>
    lengthOf(x) === D && Number.isNaN(lengthOf((x as ArrayLike<unknown>)[0]));
  if (D === 0 || n < 2) return list;
  for (let i = 0; i < n; ++i) if (!isStep(list[i])) return list;
  if (count === 1) return [list as unknown as Sequence];
  if (count === n) return list;
  throw new DataError(
    `${who}: ${n} arrays of ${D} ${D === 1 ? "number" : "numbers"} could be one sequence of ${n} steps or ` +
      `${n} sequences of one step; write [data] for the one, data.map((row) => [row]) for the many`,
  );
}

/**
 * One [T,D] vector a sequence, checked, NaN where a value is missing. `who` begins each message; `allow` says
 * what a value may be besides NaN; `count` as in `listSequences`. Throws DataError on wrong values and empty
 * data, ShapeError on wrong widths.
 */
export function flattenSequences(
  who: string,
  data: Sequences,
  D: number,
  allow: Values = finite,
  count?: number,
): Float64Array[] {
  return Array.from(listSequences(who, data, D, count), (sequence, i) => {
    const name = `${who}: sequence ${i}`;
    const flat = flatten(name, sequence, D);
    checkSteps(name, flat, D);
    return copyChecked(name, flat, D, allow);
  });
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
  const flat = flattenSequences(`${who}: inputs`, inputs, m, finite, steps.length);
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

/**
 * One step [D] of a stream, checked; a bare number serves where D is 1. Throws ShapeError on other widths,
 * DataError on values that `allowed` does not take. `what` is how messages call the step: "x".
 */
export function checkStep(
  who: string,
  what: string,
  x: ArrayLike<number> | number,
  D: number,
  allowed: Values = finite,
): ArrayLike<number> {
  const row = typeof x === "object" ? x : [x];
  if (lengthOf(row) !== D)
    throw new ShapeError(`${who}: ${what} has ${lengthOf(row) || "no"} values, want ${D}`);
  checkValues(who, row, allowed, (i) => `${what}[${i}]`);
  return row;
}
