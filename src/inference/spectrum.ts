/** Eigenvalues of real square matrices, by the kernels of assembly/eigen.ts. */
import { NumericError } from "../wasm/errors.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./engine.ts";

/** Eigenvalues re[i] + i·im[i]; conjugate pairs side by side, positive imaginary part first. */
export interface Spectrum { readonly re: Float64Array; readonly im: Float64Array }

/** The eigenvalues of A [n,n], row-major. Throws NumericError where A is not finite. */
export function spectrum(engine: InferenceEngine, n: number, A: ArrayLike<number>): Spectrum {
  const { memory, kernels } = engine, arena = new Arena(memory);
  try {
    const a = arena.reals(n * n), re = arena.reals(n), im = arena.reals(n), work = arena.reals(2 * n);
    memory.reals(a, n * n).set(A);
    const left = kernels.eigenvalues(n, a, re, im, work);
    if (left > 0) throw new NumericError(`spectrum: ${left} of ${n} eigenvalues did not converge; check that the matrix is finite`);
    return { re: memory.reals(re, n).slice() as Float64Array, im: memory.reals(im, n).slice() as Float64Array };
  } finally {
    arena.dispose();
  }
}

/** The largest modulus of an eigenvalue of A [n,n]. */
export function spectralRadius(engine: InferenceEngine, n: number, A: ArrayLike<number>): number {
  const { re, im } = spectrum(engine, n, A);
  let most = 0;
  for (let i = 0; i < n; ++i) most = Math.max(most, re[i]! * re[i]! + im[i]! * im[i]!);
  return Math.sqrt(most);
}
