/**
 * What users pass as data, checked and flattened: typed arrays or nested arrays of one sequence become
 * row-major vectors. Every error names the sequence and the field.
 */
import { DataError, ShapeError } from "../wasm/errors.ts";

/** Numbers of one sequence: row-major in one array, or one array a step. */
export type Numbers = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** One sequence of T steps with its target. */
export interface DataItem {
  /** [T,I] reals, or [T] symbols where the net takes symbols. */
  readonly input: Numbers;
  /** [T,O] reals; [T] class numbers where the loss is softmax; any number of labels where it is ctc. */
  readonly target: Numbers;
  /** [T] or [T,O]: what each step, or each unit at each step, counts in the loss. Default: 1 everywhere. */
  readonly weight?: Numbers;
  /** Initial states of the units that a recurrent layer takes from data. */
  readonly initial?: ArrayLike<number>;
}

/** What a net wants of its data. */
export interface DataSpec {
  readonly who: string;
  /** I: values a step; with `symbols`, whole numbers below it. 0: the steps have no input. */
  readonly input: number;
  readonly symbols?: number;
  readonly output: number;
  readonly target: "reals" | "class" | "labels";
  /** Initial states that come with each sequence. */
  readonly initial: number;
}

/** One sequence, checked. */
export interface FlatItem {
  readonly length: number;
  readonly input: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  /** Empty, [T], or [T,O]; for labels empty or [1]. */
  readonly weight: ArrayLike<number>;
  readonly initial: ArrayLike<number>;
}

const EMPTY: ArrayLike<number> = new Float64Array(0);
const isNested = (x: Numbers): x is ArrayLike<ArrayLike<number>> => typeof x[0] === "object" && x[0] !== null;

function flatten(who: string, x: unknown, columns: number): ArrayLike<number> {
  if (x === null || typeof x !== "object" || typeof (x as ArrayLike<number>).length !== "number") {
    throw new DataError(
      `${who}: got ${x === null ? "null" : typeof x}, want a typed array or an array of rows`,
    );
  }
  const numbers = x as Numbers;
  if (!isNested(numbers)) return numbers;
  const flat = new Float64Array(numbers.length * columns);
  for (let t = 0; t < numbers.length; ++t) {
    const row = numbers[t];
    if (row.length !== columns)
      throw new ShapeError(`${who}: row ${t} has ${row.length} values, want ${columns}`);
    flat.set(row, t * columns);
  }
  return flat;
}

/**
 * All of x finite, and whole numbers in [0, below) where `below` is given; else a DataError that names the
 * place.
 */
function check(who: string, x: ArrayLike<number>, below?: number): void {
  for (let i = 0; i < x.length; ++i) {
    const value = x[i];
    if (below === undefined ? Number.isFinite(value) : Number.isInteger(value) && value >= 0 && value < below)
      continue;
    throw new DataError(
      `${who}: value ${i} is ${value}, ` +
        `want ${below === undefined ? "a finite number" : `a whole number from 0 to ${below - 1}`}`,
    );
  }
}

/** The input of one sequence. */
export function flattenInput(
  spec: DataSpec,
  input: Numbers,
  name: string,
): { length: number; input: ArrayLike<number> } {
  const who = `${spec.who}: ${name}.input`;
  const I = spec.input;
  if (I === 0) return { length: (input as ArrayLike<number> | undefined)?.length ?? 0, input: EMPTY };
  const flat = flatten(who, input, I);
  if (flat.length === 0) throw new DataError(`${who}: no steps, want at least one`);
  if (flat.length % I !== 0)
    throw new ShapeError(`${who}: ${flat.length} values, want a multiple of ${I}, the inputs a step`);
  check(who, flat, spec.symbols);
  return { length: flat.length / I, input: flat };
}

/** One sequence with its target, checked. `name` is how messages call it: "item 3". */
export function flattenItem(spec: DataSpec, item: DataItem, name: string): FlatItem {
  if (item === null || typeof item !== "object")
    throw new DataError(
      `${spec.who}: ${name} is ${item === null ? "null" : typeof item}, want { input, target, weight? }`,
    );
  const { length: given, input } = flattenInput(spec, item.input, name);
  const who = `${spec.who}: ${name}.target`;
  const O = spec.output;
  const target = flatten(who, item.target, spec.target === "reals" ? O : 1);
  const perStep = spec.target === "reals" ? O : 1;
  const length = given || (spec.target === "labels" ? 0 : target.length / perStep);
  if (!(length >= 1)) throw new DataError(`${spec.who}: ${name}: no steps, want at least one`);
  if (spec.target !== "labels" && target.length !== length * perStep) {
    throw new ShapeError(
      `${who}: ${target.length} values, ` +
        `want ${spec.target === "reals" ? `[T,O] = [${length},${O}]` : `[T] = [${length}] classes`}`,
    );
  }
  check(who, target, spec.target === "reals" ? undefined : O);
  const weight = item.weight === undefined ? EMPTY : flatten(`${spec.who}: ${name}.weight`, item.weight, O);
  const sizes =
    spec.target === "labels" ? [0, 1] : spec.target === "class" ? [0, length] : [0, length, length * O];
  if (!sizes.includes(weight.length)) {
    throw new ShapeError(
      `${spec.who}: ${name}.weight: ${weight.length} values, ` +
        `want ${spec.target === "labels" ? "1" : spec.target === "class" ? `[T] = ${length}` : `[T] = ${length} or [T,O] = ${length * O}`}`,
    );
  }
  check(`${spec.who}: ${name}.weight`, weight);
  for (let i = 0; i < weight.length; ++i)
    if (weight[i] < 0)
      throw new DataError(`${spec.who}: ${name}.weight: value ${i} is ${weight[i]}, want at least 0`);
  return { length, input, target, weight, initial: flattenInitial(spec, item.initial, name) };
}

/** The initial states that come with one sequence. */
export function flattenInitial(
  spec: DataSpec,
  initial: ArrayLike<number> | undefined,
  name: string,
): ArrayLike<number> {
  const got = initial?.length ?? 0;
  if (got !== spec.initial)
    throw new ShapeError(
      `${spec.who}: ${name}.initial has ${got} values, want ${spec.initial}, the units whose initial ` +
        "state is data",
    );
  check(`${spec.who}: ${name}.initial`, initial ?? EMPTY);
  return initial ?? EMPTY;
}
