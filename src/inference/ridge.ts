/**
 * Ridge regression W = argmin ‖Z·W - Y‖² + λ‖W‖² of rows that come in chunks and are forgotten, so that the
 * data may be of any length (Hoerl & Kennard 1970).
 */
import { inRange, NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";

/** What a regression is of. */
export interface RidgeSizes {
  /** D: columns of Z. */
  readonly features: number;
  /** O: columns of Y. */
  readonly outputs: number;
  /** Rows that are added at once, at most. */
  readonly maxRows: number;
}

/** A regression that rows are added to. */
export interface RidgeRegression {
  /** Rows added so far. */
  readonly rows: number;
  /** Forgets all rows. */
  clear(): void;
  /** Adds R ≤ maxRows rows: Z [R,D], Y [R,O]. */
  add(R: number, Z: Ptr, Y: Ptr): void;
  /**
   * W [D,O] written to `out`. lambda is absolute: compare it with the sum of squares of a column of Z. What
   * was added stays. Throws NumericError where lambda is too small for the columns, or no row was added.
   */
  solve(lambda: number, out: Ptr): void;
  dispose(): void;
}

/** How a ridge regression is solved: by ZᵀZ and its Cholesky factor, or by the triangle of Z itself. */
export const ridgeSolvers = ["cholesky", "qr"] as const;
export type RidgeSolver = (typeof ridgeSolvers)[number];

/** Throws RangeError on more rows than there is room for. */
export function checkRows(R: number, { maxRows }: RidgeSizes): void {
  if (R > maxRows) throw new RangeError(`ridge: ${R} rows at once, want at most ${maxRows}`);
}

/** Throws OptionError on a lambda below 0, NumericError where there is nothing to solve from. */
export function checkSolvable({ rows }: Pick<RidgeRegression, "rows">, lambda: number): void {
  inRange("ridge", "lambda", lambda, 0);
  if (rows === 0) throw new NumericError("ridge: no rows were added, want at least one");
}
