/**
 * Items that a net learns from: a sequence with its target, and what each step counts. Checked and flattened
 * before anything changes; every error names the item and the field.
 */
import { DataError, ShapeError, show } from "../wasm/errors.ts";
import type { Precision } from "../wasm/memory.ts";
import { checkSteps, checkValues, flatten, type Sequence, type Values } from "./sequence.ts";

/** One sequence of T steps with its target. */
export interface DataItem {
  /** [T,I] reals, or [T] symbols where the net takes symbols. */
  readonly input: Sequence;
  /** [T,O] reals; [T] class numbers where the loss is softmax; any number of labels where it is ctc. */
  readonly target: Sequence;
  /** [T] or [T,O]: what each step, or each unit at each step, counts in the loss. Default: 1 everywhere. */
  readonly weight?: Sequence;
  /** Initial states of the units that a recurrent layer takes from data. */
  readonly initial?: ArrayLike<number>;
}

/** What a net wants of its data. */
export interface DataSpec {
  /** Of the net's numbers: values beyond its range are refused. */
  readonly precision: Precision;
  /** I: values a step; with `symbols`, whole numbers below it. 0: the steps have no input. */
  readonly input: number;
  readonly symbols?: number;
  readonly output: number;
  readonly target: "reals" | "class" | "labels";
  /** What a real target may be, where the loss does not take every finite number. */
  readonly targets?: Values;
  /** Initial states that come with each sequence. */
  readonly initial: number;
}

/** The input of one sequence, checked. */
export interface FlatInput {
  readonly length: number;
  readonly input: ArrayLike<number>;
  readonly initial: ArrayLike<number>;
}

/** One sequence with its target, checked. */
export interface FlatItem extends FlatInput {
  readonly target: ArrayLike<number>;
  /** Empty, [T], or [T,O]; for labels empty or [1]. */
  readonly weight: ArrayLike<number>;
}

const EMPTY: ArrayLike<number> = new Float64Array(0);
const FIELDS = ["input", "target", "weight", "initial"];
// the first number that float32 rounds to infinity; the smallest that it holds in full
const [TOO_LARGE, SMALLEST] = [2 ** 128 - 2 ** 103, 2 ** -126];

const finite64: Values = { test: Number.isFinite, want: "a finite number" };
const finite32: Values = {
  test: (x) => Math.abs(x) < TOO_LARGE,
  want: "a finite number within the range of float32, or a net of precision float64",
};
const weights64: Values = {
  test: (x) => x === 0 || (x >= 2 ** -1022 && x < Infinity),
  want: "at least 0, and finite",
};
const weights32: Values = {
  test: (x) => x === 0 || (x >= SMALLEST && x < TOO_LARGE),
  want: "at least 0: 0, or a number from 1.2e-38 to 3.4e38, the range of float32",
};
/** Whole numbers in [0, n). */
const below = (n: number): Values => ({
  test: (x) => Number.isInteger(x) && x >= 0 && x < n,
  want: `a whole number from 0 to ${n - 1}`,
});

/** What a real of a net may be. */
const reals = ({ precision }: DataSpec): Values => (precision === "float32" ? finite32 : finite64);
/** What an input of a net may be. */
export const inputValues = (spec: DataSpec): Values =>
  spec.symbols === undefined ? reals(spec) : below(spec.symbols);

/** The input of one sequence. `name` is how messages call it: "item 3". */
export function flattenInput(
  who: string,
  spec: DataSpec,
  input: Sequence,
  name: string,
): { length: number; input: ArrayLike<number> } {
  const I = spec.input;
  if (I === 0) return { length: (input as ArrayLike<number> | undefined)?.length ?? 0, input: EMPTY };
  const field = `${who}: ${name}.input`;
  const flat = flatten(field, input, I);
  checkSteps(field, flat, I);
  checkValues(field, flat, inputValues(spec));
  return { length: flat.length / I, input: flat };
}

/** One sequence with its target, checked. Throws DataError or ShapeError. */
export function flattenItem(who: string, spec: DataSpec, item: DataItem, name: string): FlatItem {
  if (item === null || typeof item !== "object")
    throw new DataError(`${who}: ${name} is ${show(item)}, want { input, target, weight? }`);
  for (const field of Object.keys(item))
    if (!FIELDS.includes(field))
      throw new DataError(`${who}: ${name}: unknown field "${field}", want one of ${FIELDS.join(", ")}`);
  const { length: given, input } = flattenInput(who, spec, item.input, name);
  const target = flatten(`${who}: ${name}.target`, item.target, spec.target === "reals" ? spec.output : 1);
  const perStep = spec.target === "reals" ? spec.output : 1;
  const length = given || (spec.target === "labels" ? 0 : target.length / perStep);
  if (!(length >= 1)) throw new DataError(`${who}: ${name}: no steps, want at least one`);
  checkTarget(`${who}: ${name}.target`, spec, target, length);
  return {
    length,
    input,
    target,
    weight: flattenWeight(`${who}: ${name}.weight`, spec, item.weight, length),
    initial: flattenInitial(who, spec, item.initial, name),
  };
}

function checkTarget(who: string, spec: DataSpec, target: ArrayLike<number>, length: number): void {
  const O = spec.output;
  if (spec.target === "reals" && target.length !== length * O)
    throw new ShapeError(`${who}: ${target.length} values, want [T,O] = [${length},${O}]`);
  if (spec.target === "class" && target.length !== length)
    throw new ShapeError(`${who}: ${target.length} values, want [T] = [${length}] classes`);
  checkValues(who, target, spec.target === "reals" ? (spec.targets ?? reals(spec)) : below(O));
}

function flattenWeight(
  who: string,
  spec: DataSpec,
  weight: Sequence | undefined,
  length: number,
): ArrayLike<number> {
  if (weight === undefined) return EMPTY;
  const O = spec.output;
  const flat = flatten(who, weight, spec.target === "reals" ? O : 1);
  const sizes = {
    labels: { allowed: [0, 1], want: "1" },
    class: { allowed: [0, length], want: `[T] = ${length}` },
    reals: { allowed: [0, length, length * O], want: `[T] = ${length} or [T,O] = ${length * O}` },
  }[spec.target];
  if (!sizes.allowed.includes(flat.length))
    throw new ShapeError(`${who}: ${flat.length} values, want ${sizes.want}`);
  checkValues(who, flat, spec.precision === "float32" ? weights32 : weights64);
  return flat;
}

/** The initial states that come with one sequence. */
export function flattenInitial(
  who: string,
  spec: DataSpec,
  initial: ArrayLike<number> | undefined,
  name: string,
): ArrayLike<number> {
  const got = initial?.length ?? 0;
  if (got !== spec.initial)
    throw new ShapeError(
      `${who}: ${name}.initial has ${got} values, want ${spec.initial}, the units whose initial ` +
        "state is data",
    );
  checkValues(`${who}: ${name}.initial`, initial ?? EMPTY, reals(spec));
  return initial ?? EMPTY;
}

/**
 * All items checked at once, so that nothing has changed when one is bad. Throws DataError where there are
 * none, or where no step of any counts.
 */
export function checkItems(who: string, spec: DataSpec, data: readonly DataItem[]): FlatItem[] {
  if (!Array.isArray(data)) throw new DataError(`${who}: data is ${show(data)}, want an array of items`);
  if (data.length === 0)
    throw new DataError(`${who}: data is empty, want at least one item { input, target }`);
  const items = data.map((item, i) => flattenItem(who, spec, item as DataItem, `item ${i}`));
  if (items.every(({ weight }) => weight.length > 0 && Array.prototype.every.call(weight, (w) => w === 0)))
    throw new DataError(
      `${who}: every weight is 0, want a step that counts; leave weight out for 1 everywhere`,
    );
  return items;
}

/**
 * What the summed loss of these sequences is divided by: Σ over steps of the largest weight of a unit; for
 * labels, of sequences. Summed in the order of the items.
 */
export function countWeight(spec: DataSpec, items: readonly FlatItem[]): number {
  const columns = spec.target === "reals" ? spec.output : 1;
  let total = 0;
  for (const { weight: w, length } of items) {
    if (spec.target === "labels") total += w[0] ?? 1;
    else if (w.length === 0) total += length;
    else if (w.length === length) for (let t = 0; t < length; ++t) total += w[t];
    else
      for (let t = 0; t < length; ++t) {
        let largest = 0;
        for (let j = 0; j < columns; ++j) largest = Math.max(largest, w[t * columns + j]);
        total += largest;
      }
  }
  return total;
}
