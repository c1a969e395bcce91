/**
 * Small f64 matrices in TypeScript, row-major, by the kernels of assembly/algebra/linalg.ts and eigen.ts:
 * products, Cholesky, symmetric eigenvalues. Every method takes and gives plain Float64Arrays; `Matrix` is
 * the same as a value.
 */
import { elementwise } from "../wasm/elementwise.ts";
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";

/** values [n] ascending; row i of vectors [n,n] belongs to values[i] and has length 1. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}
/** A relative pivot of a semidefinite matrix that is rounding. */
const SEMIDEFINITE = 1e-13;

/** Matrix algebra in one engine; its workspace is kept between calls. */
export class Algebra {
  readonly engine: InferenceEngine;
  readonly #arena: Arena;

  constructor(engine: InferenceEngine) {
    this.engine = engine;
    this.#arena = new Arena(engine.memory);
  }

  /** A [m,k] · B [k,n]. */
  multiply(m: number, k: number, n: number, A: ArrayLike<number>, B: ArrayLike<number>): Float64Array {
    return this.#work(() => {
      const a = this.#put(A, m * k);
      const b = this.#put(B, k * n);
      const c = this.#arena.reals(m * n);
      this.engine.kernels.product(m, n, k, a, k, b, n, c, n);
      return this.#take(c, m * n);
    });
  }

  /** Aᵀ [n,m] of A [m,n]. */
  transpose(m: number, n: number, A: ArrayLike<number>): Float64Array {
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; ++i) for (let j = 0; j < n; ++j) out[j * m + i] = A[i * n + j];
    return out;
  }

  /** A·S·Aᵀ for A [m,n], S [n,n]. */
  congruence(m: number, n: number, A: ArrayLike<number>, S: ArrayLike<number>): Float64Array {
    return this.multiply(m, n, m, this.multiply(m, n, n, A, S), this.transpose(m, n, A));
  }

  /**
   * L with L·Lᵀ = A [n,n]. Semidefinite matrices give a factor with zero columns when `semidefinite`; else
   * they, and always indefinite ones, are a NumericError that begins with `who`.
   */
  cholesky(who: string, n: number, A: ArrayLike<number>, { semidefinite = false } = {}): Float64Array {
    return this.#work(() => {
      const a = this.#factor(who, n, A, semidefinite);
      return this.#take(a, n * n);
    });
  }

  /**
   * A⁻¹·B for symmetric positive definite A [n,n], B [n,k]. Throws NumericError, which begins with `who`,
   * on others.
   */
  solve(who: string, n: number, k: number, A: ArrayLike<number>, B: ArrayLike<number>): Float64Array {
    return this.#work(() => this.#solve(this.#factor(who, n, A, false), n, k, B));
  }

  /** One of the solutions X of A·X = B for symmetric positive semidefinite A [n,n], B [n,k]. */
  solveSemidefinite(
    who: string,
    n: number,
    k: number,
    A: ArrayLike<number>,
    B: ArrayLike<number>,
  ): Float64Array {
    return this.#work(() => this.#solve(this.#factor(who, n, A, true), n, k, B));
  }

  /** L⁻¹·B for lower triangular L [n,n], B [n,k]. */
  solveLower(n: number, k: number, L: ArrayLike<number>, B: ArrayLike<number>): Float64Array {
    return this.#work(() => {
      const b = this.#put(B, n * k);
      this.engine.kernels.solveLower(n, k, this.#put(L, n * n), b);
      return this.#take(b, n * k);
    });
  }

  /** ln x, element by element. */
  log(x: ArrayLike<number>): Float64Array {
    return elementwise(this.engine, "mapLog", x);
  }

  /** eˣ, element by element. */
  exp(x: ArrayLike<number>): Float64Array {
    return elementwise(this.engine, "mapExp", x);
  }

  /** Eigenvalues and eigenvectors of symmetric A [n,n]. Throws NumericError where A is not finite. */
  symmetricEigen(who: string, n: number, A: ArrayLike<number>): SymmetricEigen {
    return this.#work(() => {
      const a = this.#put(A, n * n);
      const values = this.#arena.reals(n);
      const vectors = this.#arena.reals(n * n);
      if (this.engine.kernels.symmetricEigen(n, a, values, vectors))
        throw new NumericError(`${who}: the eigenvalues did not converge; check that the matrix is finite`);
      return { values: this.#take(values, n), vectors: this.#take(vectors, n * n) };
    });
  }

  /**
   * The symmetric matrix nearest to A [n,n] whose eigenvalues are at least `floor`; A itself where they are.
   */
  floorEigenvalues(who: string, n: number, A: Float64Array, floor: number): Float64Array {
    const { values, vectors } = this.symmetricEigen(who, n, A);
    if (values[0] >= floor) return A;
    const scaled = vectors.map((v, i) => v * Math.max(values[Math.floor(i / n)], floor));
    const out = this.multiply(n, n, n, this.transpose(n, n, vectors), scaled);
    for (let i = 0; i < n; ++i)
      for (let j = 0; j < i; ++j) out[i * n + j] = out[j * n + i] = 0.5 * (out[i * n + j] + out[j * n + i]);
    return out;
  }

  /** Gives its memory back; a later call takes new memory. */
  dispose(): void {
    this.#arena.dispose();
  }

  #solve(L: Ptr, n: number, k: number, B: ArrayLike<number>): Float64Array {
    const b = this.#put(B, n * k);
    const { kernels } = this.engine;
    kernels.solveLower(n, k, L, b);
    kernels.solveLowerTransposed(n, k, L, b);
    return this.#take(b, n * k);
  }

  #factor(who: string, n: number, A: ArrayLike<number>, semidefinite: boolean): Ptr {
    const a = this.#put(A, n * n);
    const stopped = this.engine.kernels.cholesky(n, a, semidefinite ? SEMIDEFINITE : -1);
    if (stopped)
      throw new NumericError(
        `${who} is not positive ${semidefinite ? "semi" : ""}definite: pivot ${stopped - 1} of ${n} ` +
          "is not positive, or not a number",
      );
    return a;
  }

  #put(x: ArrayLike<number>, n: number): Ptr {
    const ptr = this.#arena.reals(n);
    this.engine.memory.reals(ptr, n).set(x);
    return ptr;
  }

  #take(ptr: Ptr, n: number): Float64Array {
    return this.engine.memory.reals(ptr, n).slice() as Float64Array;
  }

  #work<T>(use: () => T): T {
    this.#arena.reset();
    return use();
  }
}
