/** The public names of unrolled/durations: hidden semi-Markov models. */
import "../wasm/built-in.ts";

export { hsmm } from "./hsmm.ts";
export { Hsmm } from "./model.ts";
export type { HsmmStream } from "./stream.ts";
export type { HsmmFitOptions, HsmmPrior } from "./model.ts";
export type { HsmmParameters, HsmmSpec, Durations } from "./spec.ts";
