/** Errors that teach: who, what, got, wanted, and a remedy where one is known. One class a kind of fault. */
import { meant } from "./edits.ts";

/** Widths or lengths that do not fit together. */
export class ShapeError extends Error {
  /** The name of the class. */
  override name = "ShapeError";
}
/**
 * An option, spec or argument that is unknown, missing, of a wrong kind, out of range, or at odds with
 * another; a call at the wrong time: never fitted, being trained.
 */
export class OptionError extends Error {
  /** The name of the class. */
  override name = "OptionError";
}
/** Values in data or in a file: empty, not finite, of a wrong kind, broken, foreign, impossible. */
export class DataError extends Error {
  /** The name of the class. */
  override name = "DataError";
}
/** Arithmetic that left the finite numbers, or a matrix that is not what an algorithm needs. */
export class NumericError extends Error {
  /** The name of the class. */
  override name = "NumericError";
}
/** The memory of the kernels is full. */
export class MemoryError extends Error {
  /** The name of the class. */
  override name = "MemoryError";
}
/** A model, stream or pool used after dispose(). */
export class DisposedError extends Error {
  /** The name of the class. */
  override name = "DisposedError";
}

/** A value as errors name it. */
export function show(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (value instanceof Object) return value.constructor?.name ?? "object";
  return String(value);
}

/** Options that had another name in 0.1. */
const RENAMED: Readonly<Record<string, string>> = {
  dimension: "output",
  input: "inputs",
  iterations: "steps",
  least: "minDigits",
  prompt: "history",
  warm: "history",
};

/** "; it is called …" for a name of 0.1, "; did you mean …?" where one of the names is near. */
function remedy(word: string, names: readonly string[]): string {
  const now = Object.hasOwn(RENAMED, word) ? RENAMED[word] : undefined;
  if (now !== undefined && names.includes(now)) return `; it is called "${now}" since 0.2`;
  return nearest(word, names);
}

/** "; did you mean …?" where one of the names is near. */
function nearest(word: string, names: readonly string[]): string {
  const name = meant(word, names);
  return name === undefined ? "" : `; did you mean "${name}"?`;
}

/** Words of an error are for reading: a stranger's text is cut. */
const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Throws an OptionError on keys that `allowed` lacks, with them all and the nearest one; and on null. */
export function knownOptions(who: string, given: object | undefined, allowed: readonly string[]): void {
  if (given === undefined) return;
  if (given === null || typeof given !== "object" || Array.isArray(given))
    throw new OptionError(`${who}: options are ${show(given)}, want an object`);
  for (const key of Object.keys(given)) {
    const known = allowed.includes(key);
    if (known && (given as Record<string, unknown>)[key] === null)
      throw new OptionError(`${who}: ${key} is null, want a value; leave it out for the default`);
    if (known) continue;
    const word = short(key);
    throw new OptionError(
      `${who}: unknown option "${word}", want one ` +
        `of ${allowed.join(", ") || "none"}${remedy(word, allowed)}`,
    );
  }
}

/** The value, if it is a finite number in [min, max]; else an OptionError. */
export function inRange(who: string, what: string, value: unknown, min: number, max = Infinity): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= min && value <= max) return value;
  const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new OptionError(`${who}: ${what} is ${show(value)}, want a number ${range}`);
}

const LARGEST_INT = 2 ** 31 - 1;

/** The value, if it is a whole number in [min, max]; else an OptionError. */
export function whole(who: string, what: string, value: unknown, min: number, max = LARGEST_INT): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  const range = max === LARGEST_INT ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new OptionError(`${who}: ${what} is ${show(value)}, want a whole number ${range}`);
}

/** The value, if it is a seed: a whole number from 0 to 2^53 - 1; else an OptionError. */
export const seedOption = (who: string, value: unknown): number =>
  whole(who, "seed", value, 0, Number.MAX_SAFE_INTEGER);

/** The value, if it is one of the names; else an OptionError that lists them. */
export function oneOf<T extends string>(who: string, what: string, value: unknown, names: readonly T[]): T {
  if (names.includes(value as T)) return value as T;
  const near = typeof value === "string" ? nearest(short(value), names) : "";
  throw new OptionError(`${who}: ${what} is ${show(value)}, want one of ${names.join(", ")}${near}`);
}

/** The values, each once, if they are an array of some of the names; else an OptionError that lists them. */
export function someOf<T extends string>(
  who: string,
  what: string,
  values: unknown,
  names: readonly T[],
): readonly T[] {
  if (!Array.isArray(values))
    throw new OptionError(`${who}: ${what} is ${show(values)}, want an array of some of ${names.join(", ")}`);
  return [...new Set(values.map((value: unknown, i) => oneOf(who, `${what}[${i}]`, value, names)))];
}
