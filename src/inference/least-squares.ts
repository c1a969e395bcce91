/**
 * Linear least squares by Householder QR: the B that minimizes ‖Y - X·B‖. Whether a column of X depends on
 * those before it is seen against its own length, so units do not matter. (Golub & Van Loan, Matrix
 * Computations, 5.3.)
 */
import { NumericError } from "../wasm/errors.ts";
import { Arena } from "../wasm/memory.ts";
import { Matrix } from "./matrix-value.ts";

/** solution [n,k] and the residual products [k,k] = (Y - X·solution)ᵀ(Y - X·solution). */
export interface LeastSquares {
  readonly solution: Matrix;
  readonly residual: Matrix;
}

/**
 * What is left of a column besides those before it, relative to its length, when it depends on them, to
 * rounding.
 */
const DEPENDENT = 1e-12;

/** The index of the first regressor that depends on those before it, as an error. */
export class DependentError extends NumericError {
  override name = "NumericError";
  readonly regressor: number;

  constructor(who: string, regressor: number) {
    super(
      `${who}: regressor ${regressor} depends on those before it; take fewer of them, or data that vary more`,
    );
    this.regressor = regressor;
  }
}

/** How dependence is reported. */
export interface RankOptions {
  /** What is left of a column is compared with this [n]. Default: the columns' lengths. */
  readonly lengths?: Float64Array;
  /** The number that errors give the first column. Default 0. */
  readonly first?: number;
}

/**
 * Least squares for X [m,n], Y [m,k], m ≥ n. Throws DependentError where a column depends on those before
 * it.
 */
export function leastSquares(who: string, X: Matrix, Y: Matrix, options: RankOptions = {}): LeastSquares {
  const { lengths = columnLengths(X), first = 0 } = options;
  const { algebra, rows: m, columns: n } = X;
  const k = Y.columns;
  const { kernels, memory } = algebra.engine;
  const arena = new Arena(memory);
  try {
    const x = arena.reals(m * n);
    const y = arena.reals(m * k);
    const beta = arena.reals(n);
    const work = arena.reals(Math.max(n, k));
    const rest = arena.reals(k * k);
    memory.reals(x, m * n).set(X.data);
    memory.reals(y, m * k).set(Y.data);
    kernels.householderQR(m, n, x, beta, work);
    const R = memory.reals(x, m * n);
    for (let i = 0; i < n; ++i)
      if (!(Math.abs(R[i * n + i]) > DEPENDENT * lengths[i])) throw new DependentError(who, first + i);
    kernels.applyReflections(m, n, x, beta, k, y, 1, work);
    kernels.solveUpper(n, k, x, n, y);
    kernels.fill(k * k, 0, rest);
    kernels.addOuter(k, k, m - n, memory.at(y, n * k), k, memory.at(y, n * k), k, rest, k);
    return {
      solution: new Matrix(algebra, n, k, new Float64Array(memory.reals(y, n * k))),
      residual: new Matrix(algebra, k, k, new Float64Array(memory.reals(rest, k * k))),
    };
  } finally {
    arena.dispose();
  }
}

/** √Σ x² of each column, without over- or underflow. */
export function columnLengths({ rows, columns, data }: Matrix): Float64Array {
  return Float64Array.from({ length: columns }, (_, j) => {
    let largest = 0;
    for (let i = 0; i < rows; ++i) largest = Math.max(largest, Math.abs(data[i * columns + j]));
    if (largest === 0) return 0;
    let squares = 0;
    for (let i = 0; i < rows; ++i) {
      const x = data[i * columns + j] / largest;
      squares += x * x;
    }
    return largest * Math.sqrt(squares);
  });
}
