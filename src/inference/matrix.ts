/**
 * Small f64 matrices in TypeScript, row-major, by the kernels of assembly/algebra/linalg.ts and eigen.ts: products,
 * Cholesky, QR, least squares, symmetric eigenvalues, ridge. Every method takes and gives plain
 * Float64Arrays.
 */
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";

/** Q [m,n] with orthonormal columns and R [n,n] upper triangular. */
export interface QR {
  readonly Q: Float64Array;
  readonly R: Float64Array;
}
/** values [n] ascending; row i of vectors [n,n] belongs to values[i] and has length 1. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}
/** solution [n,k] and the residual products [k,k] = (Y - X·solution)ᵀ(Y - X·solution). */
export interface LeastSquares {
  readonly solution: Float64Array;
  readonly residual: Float64Array;
}

/** A diagonal element of R this far below the largest: its column depends on the others, to rounding. */
const DEPENDENT = 1e-12;
/** A relative pivot of a semidefinite matrix that is rounding. */
const SEMIDEFINITE = 1e-13;

/** Matrix algebra in one engine; the room it works in is kept between calls. */
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
    return Float64Array.from({ length: m * n }, (_, i) => A[(i % m) * n + Math.floor(i / m)]);
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
   * A⁻¹·B for symmetric positive (semi)definite A [n,n], B [n,k]; where A is singular, one of the solutions.
   */
  solve(
    who: string,
    n: number,
    k: number,
    A: ArrayLike<number>,
    B: ArrayLike<number>,
    { semidefinite = false } = {},
  ): Float64Array {
    return this.#work(() => {
      const a = this.#factor(who, n, A, semidefinite);
      const b = this.#put(B, n * k);
      const { kernels } = this.engine;
      kernels.solveLower(n, k, a, b);
      kernels.solveLowerTransposed(n, k, a, b);
      return this.#take(b, n * k);
    });
  }

  /** L⁻¹·B for lower triangular L [n,n], B [n,k]. */
  solveLower(n: number, k: number, L: ArrayLike<number>, B: ArrayLike<number>): Float64Array {
    return this.#work(() => {
      const b = this.#put(B, n * k);
      this.engine.kernels.solveLower(n, k, this.#put(L, n * n), b);
      return this.#take(b, n * k);
    });
  }

  /** (XᵀX + λI)⁻¹·XᵀY from XX [n,n] and XY [n,k]: ridge regression from sufficient statistics. */
  ridge(
    who: string,
    n: number,
    k: number,
    XX: ArrayLike<number>,
    XY: ArrayLike<number>,
    lambda: number,
  ): Float64Array {
    const A = Float64Array.from(XX);
    for (let i = 0; i < n; ++i) A[i * n + i] += lambda;
    return this.solve(who, n, k, A, XY);
  }

  /** ln |A| for symmetric positive definite A [n,n]. */
  logDeterminant(who: string, n: number, A: ArrayLike<number>): number {
    const L = this.cholesky(who, n, A);
    return 2 * this.log(L.filter((_, i) => i % (n + 1) === 0)).reduce((sum, x) => sum + x, 0);
  }

  /** ln x, element by element. */
  log(x: ArrayLike<number>): Float64Array {
    return this.#map("mapLog", x);
  }

  /** eˣ, element by element. */
  exp(x: ArrayLike<number>): Float64Array {
    return this.#map("mapExp", x);
  }

  /** A [m,n] = Q·R with m ≥ n, by Householder reflections. */
  qr(m: number, n: number, A: ArrayLike<number>): QR {
    return this.#work(() => {
      const { kernels, memory } = this.engine;
      const arena = this.#arena;
      const a = this.#put(A, m * n);
      const beta = arena.reals(n);
      const work = arena.reals(n);
      const q = arena.reals(m * n);
      const R = new Float64Array(n * n);
      kernels.householderQR(m, n, a, beta, work);
      const reduced = memory.reals(a, m * n);
      for (let i = 0; i < n; ++i) for (let j = i; j < n; ++j) R[i * n + j] = reduced[i * n + j]!;
      const identity = memory.reals(q, m * n).fill(0);
      for (let i = 0; i < n; ++i) identity[i * n + i] = 1;
      kernels.applyReflections(m, n, a, beta, n, q, 0, work);
      return { Q: this.#take(q, m * n), R };
    });
  }

  /**
   * The B that minimizes ‖Y - X·B‖ for X [m,n], Y [m,k], m ≥ n, by QR. Throws NumericError where columns of X
   * depend on each other.
   */
  leastSquares(
    who: string,
    m: number,
    n: number,
    k: number,
    X: ArrayLike<number>,
    Y: ArrayLike<number>,
  ): LeastSquares {
    return this.#work(() => {
      const { kernels, memory } = this.engine;
      const arena = this.#arena;
      const width = Math.max(n, k);
      const x = this.#put(X, m * n);
      const y = this.#put(Y, m * k);
      const beta = arena.reals(n);
      const work = arena.reals(width);
      const rest = arena.reals(k * k);
      kernels.householderQR(m, n, x, beta, work);
      const R = memory.reals(x, m * n);
      let most = 0;
      for (let i = 0; i < n; ++i) most = Math.max(most, Math.abs(R[i * n + i]));
      for (let i = 0; i < n; ++i) {
        if (Math.abs(R[i * n + i]) > DEPENDENT * most) continue;
        throw new NumericError(
          `${who}: regressor ${i} depends on those before it; take fewer of them, or data that vary more`,
        );
      }
      kernels.applyReflections(m, n, x, beta, k, y, 1, work);
      kernels.solveUpper(n, k, x, n, y);
      kernels.fill(k * k, 0, rest);
      kernels.addOuter(k, k, m - n, memory.at(y, n * k), k, memory.at(y, n * k), k, rest, k);
      return { solution: this.#take(y, n * k), residual: this.#take(rest, k * k) };
    });
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

  /** Gives its memory back; a later call takes new room. */
  dispose(): void {
    this.#arena.dispose();
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

  #map(name: "mapLog" | "mapExp", x: ArrayLike<number>): Float64Array {
    return this.#work(() => {
      const ptr = this.#put(x, x.length);
      this.engine.kernels[name](x.length, ptr, ptr);
      return this.#take(ptr, x.length);
    });
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
