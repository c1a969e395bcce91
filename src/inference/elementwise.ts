/** Elementary functions of plain arrays, by the kernels: the same numbers in every engine. */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { InferenceEngine } from "./inference-engine.ts";

/** Functions of one real that the float64 kernels map over arrays. */
export interface Elementwise {
  /** ln x */
  log(x: ArrayLike<number>): Float64Array;
  /** eˣ */
  exp(x: ArrayLike<number>): Float64Array;
  /** ln Γ(x), x > 0 */
  logGamma(x: ArrayLike<number>): Float64Array;
  /** ψ(x) = d ln Γ/dx, x > 0 */
  digamma(x: ArrayLike<number>): Float64Array;
  /** ψ′(x), x > 0 */
  trigamma(x: ArrayLike<number>): Float64Array;
}

/** ln x or eˣ, element by element, in an engine of either precision. */
export function mapped(engine: Engine, map: "mapLog" | "mapExp", x: ArrayLike<number>): Float64Array {
  return through(engine, engine.kernels[map], x);
}

/** All of them, in one engine. */
export function elementwise(engine: InferenceEngine): Elementwise {
  const { mapLog, mapExp, mapLogGamma, mapDigamma, mapTrigamma } = engine.kernels;
  return {
    log: (x) => through(engine, mapLog, x),
    exp: (x) => through(engine, mapExp, x),
    logGamma: (x) => through(engine, mapLogGamma, x),
    digamma: (x) => through(engine, mapDigamma, x),
    trigamma: (x) => through(engine, mapTrigamma, x),
  };
}

function through(
  { memory }: Engine,
  map: (n: number, x: Ptr, out: Ptr) => void,
  x: ArrayLike<number>,
): Float64Array {
  const n = x.length;
  const ptr = memory.allocate(Math.max(n, 1) * memory.realBytes);
  memory.reals(ptr, n).set(x);
  map(n, ptr, ptr);
  const result = Float64Array.from(memory.reals(ptr, n));
  memory.free(ptr);
  return result;
}
