/**
 * Where a fit stands: what a checkpoint holds beside the net, so that a stopped fit goes on with the same
 * bits.
 */
import type { Floats } from "../../wasm/memory.ts";
import type { Evaluation } from "../../train/metrics.ts";

/** A record of a fit's history. */
export interface FitRecord {
  /** Epochs done; where the data have epochs. */
  readonly epoch?: number;
  /** Optimizer steps done since the net was made. */
  readonly step: number;
  /** Mean training loss of the steps since the record before. */
  readonly loss: number;
  /** What the look at the validation data gave. */
  readonly validation?: Partial<Evaluation> & { readonly [name: string]: unknown };
  /** Figures of the optimizer, where each step has a record. */
  readonly [figure: string]: unknown;
}

/** Plain data and, where the best weights are kept, these. */
export interface FitState {
  readonly history: readonly FitRecord[];
  /** Steps of this fit. */
  readonly steps: number;
  /** Σ loss and number of the steps since the last record. */
  readonly sum: number;
  readonly count: number;
  /** Step that the net had when the fit began. */
  readonly from: number;
  /** Batches that were done when the fit began. */
  readonly batches: number;
  /** Place of the best record in the history; -1: none. */
  readonly best: number;
  /** What multiplies the optimizer's rate, and the looks since it last fell or the best was found. */
  readonly factor: number;
  readonly waited: number;
  /** Weights of the best look, by parameter. */
  readonly bestWeights?: readonly Floats[];
}

/** The state, while the net stands where that fit did. */
export const stateAt = (step: number, state: FitState | undefined): FitState | undefined =>
  state && state.from + state.steps === step ? state : undefined;
