/**
 * Eigenvalues of real square matrices, by the kernels of assembly/algebra/eigen.ts, and of large ones known
 * by their products (Arnoldi 1951).
 */
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";

/** Eigenvalues re[i] + i·im[i]; conjugate pairs side by side, positive imaginary part first. */
export interface Spectrum {
  /** [n] real parts. */
  readonly re: Float64Array;
  /** [n] imaginary parts. */
  readonly im: Float64Array;
}

/** The eigenvalues of A [n,n], row-major. Throws NumericError where A is not finite. */
export function spectrum(engine: InferenceEngine, n: number, A: ArrayLike<number>): Spectrum {
  const { memory, kernels } = engine;
  const arena = new Arena(memory);
  try {
    const a = arena.reals(n * n);
    const re = arena.reals(n);
    const im = arena.reals(n);
    const work = arena.reals(2 * n);
    memory.reals(a, n * n).set(A);
    const left = kernels.eigenvalues(n, a, re, im, work);
    if (left > 0)
      throw new NumericError(
        `spectrum: ${left} of ${n} eigenvalues did not converge; check that the matrix is finite`,
      );
    return {
      re: memory.reals(re, n).slice() as Float64Array,
      im: memory.reals(im, n).slice() as Float64Array,
    };
  } finally {
    arena.dispose();
  }
}

/** The largest modulus of an eigenvalue of A [n,n]. */
export function spectralRadius(engine: InferenceEngine, n: number, A: ArrayLike<number>): number {
  const { re, im } = spectrum(engine, n, A);
  let largest = 0;
  for (let i = 0; i < n; ++i) largest = Math.max(largest, re[i] * re[i] + im[i] * im[i]);
  return Math.sqrt(largest);
}

const GROW = 64; // Krylov vectors between two looks at the Ritz values
// a new direction shorter than this part of the product is rounding: the space is invariant
const RANK = 1e-13;
// relative change of the largest modulus at which it is taken; random reservoirs of 1000 units reach it at
// 250 vectors
const SETTLED = 1e-10;

/**
 * The largest modulus of an eigenvalue of a matrix [n,n] known by its product, from the Ritz values of
 * growing Krylov spaces, each new vector orthogonalized twice; `start` [n] is any vector with a part in every
 * direction. multiply: out [n] = A·v, overwritten.
 */
export function krylovRadius(
  engine: InferenceEngine,
  n: number,
  multiply: (v: Ptr, out: Ptr) => void,
  start: ArrayLike<number>,
): number {
  const { memory, kernels: k } = engine;
  const arena = new Arena(memory);
  const basis: Ptr[] = [];
  const columns: number[][] = [];
  try {
    let w = arena.reals(n);
    let before = NaN;
    let size = 0; // size: ‖A·v‖ of the newest product
    memory.reals(w, n).set(start);
    for (let m = 0; ; ++m) {
      const length = Math.sqrt(k.dot(n, w, w));
      const ended = m === n || !(length > RANK * size);
      if (m > 0 && (ended || m % GROW === 0)) {
        const H = new Float64Array(m * m);
        columns.slice(0, m).forEach((column, j) =>
          column.slice(0, m).forEach((h, i) => {
            H[i * m + j] = h;
          }),
        );
        const radius = spectralRadius(engine, m, H);
        if (ended || Math.abs(radius - before) <= SETTLED * radius) return radius;
        before = radius;
      }
      if (m > 0) columns[m - 1].push(length);
      k.scale(n, 1 / length, w);
      basis.push(w);
      w = arena.reals(n);
      multiply(basis[m], w);
      size = Math.sqrt(k.dot(n, w, w));
      const column: number[] = new Array(m + 1).fill(0);
      for (let pass = 0; pass < 2; ++pass) {
        for (let i = 0; i <= m; ++i) {
          const h = k.dot(n, basis[i], w);
          k.addScaled(n, -h, basis[i], w);
          column[i] += h;
        }
      }
      columns.push(column);
    }
  } finally {
    arena.dispose();
  }
}
