/**
 * Standardization: columns of sequences brought to mean 0 and deviation 1, as the training data have them.
 */
import { DataError } from "../wasm/errors.ts";

/** Mean and standard deviation of each column. Plain data. */
export interface Scale {
  readonly means: readonly number[];
  /** 1 where a column never changes. */
  readonly deviations: readonly number[];
}

/** The scale of flat sequences [T_i,D]: every step counts once. */
export function measureScale(sequences: readonly ArrayLike<number>[], D: number): Scale {
  const steps = sequences.reduce((sum, { length }) => sum + length / D, 0);
  const means = new Array<number>(D).fill(0);
  const squares = new Array<number>(D).fill(0);
  for (const x of sequences) for (let i = 0; i < x.length; ++i) means[i % D] += x[i] / steps;
  for (const x of sequences)
    for (let i = 0; i < x.length; ++i)
      squares[i % D] += ((x[i] - means[i % D]) * (x[i] - means[i % D])) / steps;
  return { means, deviations: squares.map((v) => (v > 0 ? Math.sqrt(v) : 1)) };
}

/** (x - mean) / deviation, column by column. */
export const standardize = ({ means, deviations }: Scale, x: ArrayLike<number>): Float64Array =>
  Float64Array.from(x, (value, i) => (value - means[i % means.length]) / deviations[i % means.length]);

/** The way back. */
export const unstandardize = ({ means, deviations }: Scale, x: ArrayLike<number>): Float64Array =>
  Float64Array.from(x, (value, i) => value * deviations[i % means.length] + means[i % means.length]);

/** A scale from a file. Throws DataError where it is none of D columns. */
export function readScale(who: string, scale: unknown, D: number): Scale {
  const { means, deviations } = (scale ?? {}) as Partial<Scale>;
  const isRow = (x: unknown): boolean => Array.isArray(x) && x.length === D && x.every(Number.isFinite);
  if (!isRow(means) || !isRow(deviations) || !deviations!.every((d) => d > 0))
    throw new DataError(`${who}: the file holds no standardization of ${D} columns`);
  return scale as Scale;
}
