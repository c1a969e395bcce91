/** The public names of unrolled/driven: hidden Markov models whose transitions and emissions inputs drive. */
import "../wasm/built-in.ts";

export { iohmm } from "./iohmm.ts";
export { Iohmm } from "./model.ts";
export type { IohmmFiltered, IohmmForecastOptions, IohmmOutputs, IohmmSampleOptions } from "./model.ts";
export type { IohmmStep, IohmmStream } from "./stream.ts";
export type { IohmmParameterName, IohmmParameters, IohmmSpec } from "./spec.ts";
export type { IohmmFitOptions } from "./training.ts";
export type { IohmmPrior } from "./prior.ts";
