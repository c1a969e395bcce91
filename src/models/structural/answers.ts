/** What models of one series are asked beside the series itself, and what they answer. */
import type { Sequences } from "../../data/sequence.ts";
import type { GaussianOutputs } from "../lds/outputs.ts";
import type { ParameterErrors } from "./information.ts";

/** Inputs beside the series: where there is a history and a future, of both in one sequence. */
export interface WithInputs {
  /** [T,m] for each series. Required where the model's `inputs` is above 0. */
  readonly inputs?: Sequences;
}

/** What was found, in the units of the data. */
export interface Estimates {
  /** Natural parameters, in the family's order. */
  readonly natural: Float64Array;
  /** Their standard errors, or why there are none at all: computed when first asked for. */
  readonly errors: () => ParameterErrors | string;
}

/** Where a parameter lies with the probability that was asked for. */
export interface ParameterInterval {
  /** The lower bound; -∞ where the series says nothing of it. */
  readonly lower: number;
  /** The upper bound; ∞ where the series says nothing of it. */
  readonly upper: number;
}

/** A forecast with its interval. */
export interface Forecast extends GaussianOutputs {
  /** [steps] lower bounds of the intervals that hold the value with the probability `level`. */
  readonly lower: Float64Array;
  /** [steps] the upper bounds. */
  readonly upper: Float64Array;
}
