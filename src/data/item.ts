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
  /**
   * [T,D] reals; [T] class numbers where the loss is softmax; any number of labels where it is ctc. T is the
   * steps of the net's output; a number where that is one value.
   */
  readonly target: Sequence | number;
  /** [T] or [T,D]: what each step, or each unit at each step, counts in the loss. Default: 1 everywhere. */
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
  /** O: outputs a step. */
  readonly output: number;
  readonly target: "reals" | "class" | "labels";
  /** D: target values a step, where they are reals. Default O. */
  readonly targetColumns?: number;
  /** Whether a step's targets weigh together. Default: each may have a weight of its own. */
  readonly joint?: boolean;
  /** What a real target may be in column d, where the loss does not take every finite number. */
  targets?(d: number): Values | undefined;
  /** Steps of the output for T steps of the input. Default T. */
  outputSteps?(T: number): number;
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
  /** Steps of the output, and so of the target: `length` unless layers change the time. */
  readonly steps: number;
  readonly target: ArrayLike<number>;
  /** Empty, [T], or [T,D]; for labels empty or [1]. */
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

/** D: target values a step. */
export const targetColumns = (spec: DataSpec): number =>
  spec.target === "reals" ? (spec.targetColumns ?? spec.output) : 1;
/** Weights a step: one for each target, or one. */
export const weightColumns = (spec: DataSpec): number => (spec.joint ? 1 : targetColumns(spec));

/** What a real of such numbers may be: float32 must not round it to infinity. */
export const realValues = (precision: Precision): Values => (precision === "float32" ? finite32 : finite64);
const reals = ({ precision }: DataSpec): Values => realValues(precision);
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
function flattenItem(who: string, spec: DataSpec, item: DataItem, name: string): FlatItem {
  if (item === null || typeof item !== "object")
    throw new DataError(`${who}: ${name} is ${show(item)}, want { input, target, weight? }`);
  for (const field of Object.keys(item))
    if (!FIELDS.includes(field))
      throw new DataError(`${who}: ${name}: unknown field "${field}", want one of ${FIELDS.join(", ")}`);
  const { length: given, input } = flattenInput(who, spec, item.input, name);
  const perStep = targetColumns(spec);
  const listed = typeof item.target === "number" ? [item.target] : item.target;
  const target = flatten(`${who}: ${name}.target`, listed, perStep);
  const length = given || (spec.target === "labels" ? 0 : target.length / perStep);
  if (!(length >= 1)) throw new DataError(`${who}: ${name}: no steps, want at least one`);
  const steps = spec.outputSteps?.(length) ?? length;
  checkTarget(`${who}: ${name}.target`, spec, target, steps);
  return {
    length,
    steps,
    input,
    target,
    weight: flattenWeight(`${who}: ${name}.weight`, spec, item.weight, steps),
    initial: flattenInitial(who, spec, item.initial, name),
  };
}

function checkTarget(who: string, spec: DataSpec, target: ArrayLike<number>, length: number): void {
  const O = spec.output;
  const D = targetColumns(spec);
  if (spec.target === "reals" && target.length !== length * D)
    throw new ShapeError(
      `${who}: ${target.length} values, want ${D === O ? "[T,O]" : "[T,D]"} = [${length},${D}]`,
    );
  if (spec.target === "class" && target.length !== length)
    throw new ShapeError(`${who}: ${target.length} values, want [T] = [${length}] classes`);
  const { targets } = spec;
  if (spec.target !== "reals") return checkValues(who, target, below(O));
  if (!targets) return checkValues(who, target, reals(spec));
  for (let d = 0; d < D; ++d) {
    const column = Array.from({ length }, (_, t) => target[t * D + d]);
    checkValues(who, column, targets(d) ?? reals(spec), (t) => `value ${t * D + d}`);
  }
}

function flattenWeight(
  who: string,
  spec: DataSpec,
  weight: Sequence | undefined,
  length: number,
): ArrayLike<number> {
  if (weight === undefined) return EMPTY;
  const O = weightColumns(spec);
  const flat = flatten(who, weight, O);
  const sizes = {
    labels: { allowed: [0, 1], want: "1" },
    class: { allowed: [0, length], want: `[T] = ${length}` },
    reals: {
      allowed: [0, length, length * O],
      want: `[T] = ${length}${O > 1 ? ` or [T,${O === spec.output ? "O" : "D"}] = ${length * O}` : ""}`,
    },
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
  const columns = weightColumns(spec);
  let total = 0;
  for (const { weight: w, steps: length } of items) {
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
