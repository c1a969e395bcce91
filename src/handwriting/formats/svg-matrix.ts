/**
 * Transforms of SVG 1.1 and of CSS in two dimensions: lists of matrix, translate, scale, rotate and skew,
 * with numbers, or with angles in deg, grad, rad or turn and lengths in px.
 */
import { onCircle } from "../../figures/diagram.ts";
import { isCoordinate } from "../ink.ts";
import { listOf, type Quantity } from "./svg-numbers.ts";

/** x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export const product = ([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix => [
  a * p + c * q,
  b * p + d * q,
  a * r + c * s,
  b * r + d * s,
  a * t + c * u + e,
  b * t + d * u + f,
];

export const translation = (x: number, y: number): Matrix => [1, 0, 0, 1, x, y];

/** `matrix` about a point that it leaves where it is, were the matrix a turn. */
export const about = (x: number, y: number, matrix: Matrix): Matrix =>
  product(product(translation(x, y), matrix), translation(-x, -y));

/** Cosine and sine of so many turns. Quarters of a turn are exact. */
export function turnBy(turns: number): [cos: number, sin: number] {
  const quarter = 4 * (turns - Math.floor(turns));
  if (quarter === Math.floor(quarter))
    return [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ][quarter % 4] as [number, number];
  const { x, y } = onCircle(turns);
  return [-y, x];
}

/** Angles of each unit in a turn; numbers are degrees. */
const IN_A_TURN: Readonly<Record<string, number>> = {
  "": 360,
  deg: 360,
  grad: 400,
  rad: 6.283185307179586,
  turn: 1,
};

/** The matrix of some values: lengths, angles in turns, or numbers, whichever the function wants. */
interface TransformFunction {
  /** What each value is. */
  readonly kinds: readonly ("number" | "length" | "angle")[];
  /** Values that may be left out, from the end. */
  readonly optional: number;
  readonly matrix: (...values: number[]) => Matrix;
}

function skew(x: number, y: number): Matrix {
  const [cosX, sinX] = turnBy(x);
  const [cosY, sinY] = turnBy(y);
  return [1, sinY / cosY, sinX / cosX, 1, 0, 0];
}

function rotation(turns: number, x = 0, y = 0): Matrix {
  const [cos, sin] = turnBy(turns);
  return about(x, y, [cos, sin, -sin, cos, 0, 0]);
}

const made = (
  kinds: TransformFunction["kinds"],
  optional: number,
  matrix: (...values: number[]) => Matrix,
): TransformFunction => ({ kinds, optional, matrix });

const FUNCTIONS: ReadonlyMap<string, TransformFunction> = new Map([
  [
    "matrix",
    made(["number", "number", "number", "number", "length", "length"], 0, (...v) => v as unknown as Matrix),
  ],
  ["translate", made(["length", "length"], 1, (x, y = 0) => translation(x, y))],
  ["translateX", made(["length"], 0, (x) => translation(x, 0))],
  ["translateY", made(["length"], 0, (y) => translation(0, y))],
  ["scale", made(["number", "number"], 1, (x, y = x) => [x, 0, 0, y, 0, 0])],
  ["scaleX", made(["number"], 0, (x) => [x, 0, 0, 1, 0, 0])],
  ["scaleY", made(["number"], 0, (y) => [1, 0, 0, y, 0, 0])],
  ["rotate", made(["angle", "length", "length"], 2, rotation)],
  ["skew", made(["angle", "angle"], 1, (x, y = 0) => skew(x, y))],
  ["skewX", made(["angle"], 0, (x) => skew(x, 0))],
  ["skewY", made(["angle"], 0, (y) => skew(0, y))],
]);

/** A value as its function takes it; NaN where its unit is of another kind. */
function valueOf({ value, unit }: Quantity, kind: "number" | "length" | "angle"): number {
  if (kind === "angle") return value / (IN_A_TURN[unit] ?? NaN);
  return unit === "" || (unit === "px" && kind === "length") ? value : NaN;
}

/** One function of a transform; undefined where it is none that can be. */
function matrixOf(name: string, given: readonly Quantity[]): Matrix | undefined {
  const known = FUNCTIONS.get(name);
  if (!known) return undefined;
  const { kinds, optional, matrix } = known;
  // of a turn the center is given whole or not at all
  if (name === "rotate" && given.length === 2) return undefined;
  if (given.length > kinds.length || given.length < kinds.length - optional) return undefined;
  const values = given.map((quantity, i) => valueOf(quantity, kinds[i]));
  if (!values.every(isCoordinate)) return undefined;
  const found = matrix(...values);
  return found.every(isCoordinate) ? found : undefined;
}

/** Values that a function has at most. */
const MOST_VALUES = 6;

const FUNCTION = /(?:\s*,)?\s*([A-Za-z]+)\s*\(([^()]*)\)/y;

/** The matrix of a list of functions; undefined where one of them is none. */
export function transformOf(text: string): Matrix | undefined {
  let all = IDENTITY;
  const trimmed = text.trim();
  FUNCTION.lastIndex = 0;
  while (FUNCTION.lastIndex < trimmed.length) {
    const match = FUNCTION.exec(trimmed);
    const given = match && listOf(match[2], MOST_VALUES, (one) => one);
    const one = match && given ? matrixOf(match[1], given) : undefined;
    if (!one) return undefined;
    all = product(all, one);
  }
  return all;
}
