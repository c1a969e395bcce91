/** Functions of plain arrays that inference needs, by the kernels: the same numbers in every engine. */
import { elementwise as mapped } from "../wasm/elementwise.ts";
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

/** All of them, in one engine. */
export function elementwise(engine: InferenceEngine): Elementwise {
  return {
    log: (x) => mapped(engine, "mapLog", x),
    exp: (x) => mapped(engine, "mapExp", x),
    logGamma: (x) => mapped(engine, "mapLogGamma", x),
    digamma: (x) => mapped(engine, "mapDigamma", x),
    trigamma: (x) => mapped(engine, "mapTrigamma", x),
  };
}
