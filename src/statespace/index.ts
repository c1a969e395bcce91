/** The public names of unrolled/statespace: state-space models of one's own, linear and not. */
import "../wasm/built-in.ts";

export { stateSpace } from "./state-space.ts";
export { StateSpace } from "./model.ts";
export type { StateSpaceFitOptions } from "./answers.ts";
export type { ParameterOptions, ParameterSpec } from "./parameters.ts";
export type { StateSpaceSpec } from "./spec.ts";
export { SystemStream } from "./stream.ts";
export type { MixedStart } from "./start.ts";
export type { SystemMatrices, SystemStep } from "./system.ts";
export { NonlinearFilter, nonlinearFilter, NonlinearStream } from "./nonlinear.ts";
export type { NonlinearFiltered } from "./nonlinear.ts";
export type { FirstState, NonlinearSpec, StepFunction, StepJacobian } from "./nonlinear-spec.ts";
