/** Errors that teach: who, what, got, want, and a remedy where one is known. One class a family. */

/** Widths or lengths that do not fit together. */
export class ShapeError extends Error {
  override name = "ShapeError";
}
/** An option that is unknown, missing, or out of its range. */
export class OptionError extends Error {
  override name = "OptionError";
}
/** Data that is empty, not finite, of a wrong kind, or a file that is broken or foreign. */
export class DataError extends Error {
  override name = "DataError";
}
/** A value that left the finite numbers, or a matrix that is not what an algorithm needs. */
export class NumericError extends Error {
  override name = "NumericError";
}
/** A model used after dispose(). */
export class DisposedError extends Error {
  override name = "DisposedError";
}

/** A value in the words of errors. */
export const show = (value: unknown): string =>
  typeof value === "string"
    ? `"${value}"`
    : value instanceof Object && !Array.isArray(value)
      ? (value.constructor?.name ?? "object")
      : Array.isArray(value)
        ? `array of ${value.length}`
        : String(value);

/** Throws on keys that `allowed` lacks, with the nearest known name. */
export function knownOptions(who: string, given: object | undefined, allowed: readonly string[]): void {
  if (given === undefined) return;
  if (given === null || typeof given !== "object" || Array.isArray(given))
    throw new OptionError(`${who}: options are ${show(given)}, want an object`);
  for (const key of Object.keys(given)) {
    if (!allowed.includes(key))
      throw new OptionError(`${who}: unknown option "${key}", want one of ${allowed.join(", ") || "none"}`);
  }
}

/** The value, if it is a finite number in [least, most]; else an OptionError. */
export function inRange(who: string, what: string, value: unknown, least: number, most = Infinity): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= least && value <= most) return value;
  throw new OptionError(
    `${who}: ${what} is ${show(value)}, want a ` +
      `number ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}`,
  );
}

/** The value, if it is a whole number in [least, most]; else an OptionError. */
export function whole(who: string, what: string, value: unknown, least: number, most = 2 ** 31 - 1): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw new OptionError(
    `${who}: ${what} is ${show(value)}, want a whole ` +
      `number ${most === 2 ** 31 - 1 ? `of at least ${least}` : `from ${least} to ${most}`}`,
  );
}

/** The value, if it is one of the names; else an OptionError that lists them. */
export function oneOf<T extends string>(who: string, what: string, value: unknown, names: readonly T[]): T {
  if (names.includes(value as T)) return value as T;
  throw new OptionError(`${who}: ${what} is ${show(value)}, want one of ${names.join(", ")}`);
}
