/**
 * A matrix as a value: rows, columns, and its numbers row by row, with the operations that formulas are
 * written in. Every operation gives a new matrix and leaves its operands alone; the arithmetic is that of
 * the float64 kernels, so `C.times(P).timesTransposed(C).plus(R)` has the same bits in every engine.
 */
import { ShapeError } from "../wasm/errors.ts";
import type { Random } from "../wasm/random.ts";
import type { Algebra } from "./matrix.ts";

/** data [rows,columns], row-major; not to be written to once the matrix is in use. */
export class Matrix {
  readonly algebra: Algebra;
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;

  /** Throws ShapeError where data do not hold rows·columns numbers. */
  constructor(algebra: Algebra, rows: number, columns: number, data: Float64Array) {
    if (data.length !== rows * columns)
      throw new ShapeError(`matrix: ${data.length} numbers, want [${rows},${columns}]`);
    this.algebra = algebra;
    this.rows = rows;
    this.columns = columns;
    this.data = data;
  }

  /** 0 [rows,columns] */
  static zeros(algebra: Algebra, rows: number, columns = rows): Matrix {
    return new Matrix(algebra, rows, columns, new Float64Array(rows * columns));
  }

  /** I [n,n] */
  static identity(algebra: Algebra, n: number): Matrix {
    return Matrix.diagonal(algebra, new Float64Array(n).fill(1));
  }

  /** diag(values) */
  static diagonal(algebra: Algebra, values: ArrayLike<number>): Matrix {
    const n = values.length;
    const data = new Float64Array(n * n);
    for (let i = 0; i < n; ++i) data[i * (n + 1)] = values[i];
    return new Matrix(algebra, n, n, data);
  }

  /** values as one column. */
  static column(algebra: Algebra, values: Float64Array): Matrix {
    return new Matrix(algebra, values.length, 1, values);
  }

  /** The element of row i and column j. */
  at(i: number, j: number): number {
    return this.data[i * this.columns + j];
  }

  /** this·B */
  times(B: Matrix): Matrix {
    this.#fits("times", this.columns, B.rows);
    const { algebra, rows, columns } = this;
    return this.#like(rows, B.columns, algebra.multiply(rows, columns, B.columns, this.data, B.data));
  }

  /** this·Bᵀ */
  timesTransposed(B: Matrix): Matrix {
    return this.times(B.transposed());
  }

  /** this·S·thisᵀ */
  congruence(S: Matrix): Matrix {
    return this.times(S).timesTransposed(this);
  }

  /** Mᵀ */
  transposed(): Matrix {
    const { algebra, rows, columns } = this;
    return this.#like(columns, rows, algebra.transpose(rows, columns, this.data));
  }

  /** this + B */
  plus(B: Matrix): Matrix {
    this.#same("plus", B);
    return this.map((x, i) => x + B.data[i]);
  }

  /** this - B */
  minus(B: Matrix): Matrix {
    this.#same("minus", B);
    return this.map((x, i) => x - B.data[i]);
  }

  /** factor·this */
  scaled(factor: number): Matrix {
    return this.map((x) => factor * x);
  }

  /** f of every element and its place in `data`. */
  map(f: (x: number, i: number) => number): Matrix {
    return this.#like(this.rows, this.columns, this.data.map(f));
  }

  /** The diagonal of a square matrix. */
  diagonal(): Float64Array {
    return Float64Array.from({ length: this.rows }, (_, i) => this.data[i * (this.columns + 1)]);
  }

  /** The square matrix with 0 outside its diagonal. */
  diagonalPart(): Matrix {
    return this.map((x, i) => (i % (this.columns + 1) === 0 ? x : 0));
  }

  /** ½(M + Mᵀ), symmetric to the last bit. */
  symmetric(): Matrix {
    const n = this.columns;
    const data = this.data.slice();
    for (let i = 0; i < n; ++i)
      for (let j = 0; j < i; ++j)
        data[i * n + j] = data[j * n + i] = 0.5 * (data[i * n + j] + data[j * n + i]);
    return this.#like(n, n, data);
  }

  /** [this B], side by side. */
  beside(B: Matrix): Matrix {
    this.#fits("beside", this.rows, B.rows);
    const columns = this.columns + B.columns;
    const data = new Float64Array(this.rows * columns);
    for (let i = 0; i < this.rows; ++i) {
      data.set(this.data.subarray(i * this.columns, (i + 1) * this.columns), i * columns);
      data.set(B.data.subarray(i * B.columns, (i + 1) * B.columns), i * columns + this.columns);
    }
    return this.#like(this.rows, columns, data);
  }

  /** The elements of the given rows and columns, in their order. */
  part(rows: readonly number[], columns: readonly number[]): Matrix {
    const width = columns.length;
    const data = new Float64Array(rows.length * width);
    rows.forEach((i, r) => columns.forEach((j, c) => (data[r * width + c] = this.at(i, j))));
    return this.#like(rows.length, width, data);
  }

  /** Columns from..to-1. */
  columnRange(from: number, to: number): Matrix {
    const width = to - from;
    const data = new Float64Array(this.rows * width);
    for (let i = 0; i < this.rows; ++i)
      data.set(this.data.subarray(i * this.columns + from, i * this.columns + to), i * width);
    return this.#like(this.rows, width, data);
  }

  /**
   * Lower triangular L with L·Lᵀ = this. A semidefinite matrix gives a factor with zero columns when
   * `semidefinite`; else it, and always an indefinite one, is a NumericError that begins with `who`.
   */
  cholesky(who: string, { semidefinite = false } = {}): Matrix {
    const L = this.algebra.cholesky(who, this.rows, this.data, { semidefinite });
    return this.#like(this.rows, this.rows, L);
  }

  /**
   * this⁻¹·B for a symmetric positive definite matrix. With `semidefinite` it may be singular, and the
   * result is one of the solutions. Throws NumericError, which begins with `who`, on other matrices.
   */
  solve(who: string, B: Matrix, { semidefinite = false } = {}): Matrix {
    this.#fits("solve", this.rows, B.rows);
    const { algebra } = this;
    const data = semidefinite
      ? algebra.solveSemidefinite(who, this.rows, B.columns, this.data, B.data)
      : algebra.solve(who, this.rows, B.columns, this.data, B.data);
    return this.#like(B.rows, B.columns, data);
  }

  /**
   * ln |M| of a symmetric positive definite matrix. Throws NumericError, which begins with `who`, on
   * others.
   */
  logDeterminant(who: string): number {
    return 2 * sum(this.algebra.log(this.cholesky(who).diagonal()));
  }

  /** The symmetric matrix with no eigenvalue below `floor` that is nearest to this one. */
  floorEigenvalues(who: string, floor: number): Matrix {
    const data = this.algebra.floorEigenvalues(who, this.rows, this.data, floor);
    return this.#like(this.rows, this.columns, data);
  }

  #like(rows: number, columns: number, data: Float64Array): Matrix {
    return new Matrix(this.algebra, rows, columns, data);
  }

  #fits(what: string, got: number, want: number): void {
    if (got !== want)
      throw new ShapeError(`matrix.${what}: ${got} beside ${want}, want the same number of them`);
  }

  #same(what: string, B: Matrix): void {
    this.#fits(what, this.rows, B.rows);
    this.#fits(what, this.columns, B.columns);
  }
}

/** x₀ + x₁ + …, in this order. */
export function sum(x: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < x.length; ++i) total += x[i];
  return total;
}

/** a·b, in the order of places. */
export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; ++i) total += a[i] * b[i];
  return total;
}

/** L·e with e ~ N(0, I): a draw from N(0, L·Lᵀ) for lower triangular L [n,n]. */
export function triangularNormals(random: Random, { rows: n, data: L }: Matrix): Float64Array {
  const e = Float64Array.from({ length: n }, () => random.normal());
  return Float64Array.from(e, (_, i) => {
    let x = 0;
    for (let j = 0; j <= i; ++j) x += L[i * n + j] * e[j];
    return x;
  });
}

/** ln 2π */
export const LOG_TWO_PI = 1.8378770664093453;
