/**
 * The public names of unrolled/reservoirs: nonlinear vector autoregressions, the states of echo state
 * networks, and the search for a good one.
 */
import "../wasm/built-in.ts";

export { nvar, Nvar } from "./nvar/nvar.ts";
export type {
  NvarFitOptions,
  NvarForecast,
  NvarForecastOptions,
  NvarParameters,
  NvarReport,
} from "./nvar/nvar.ts";
export type { NvarProgress } from "./nvar/fit.ts";
export type { NvarSpec } from "./nvar/spec.ts";
export type { NvarStream } from "./nvar/stream.ts";
export { reservoirStates } from "./states.ts";
export { selectEsn } from "./search/select.ts";
export type { EsnSelection, EsnSelectOptions, EsnSelectProgress } from "./search/select.ts";
export type { EsnCandidate, EsnChoices, Range } from "./search/choices.ts";
