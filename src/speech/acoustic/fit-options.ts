/** How models that hear learn. */
import type { FitOptions } from "../../models/network/fit.ts";
import type { AugmentOptions } from "../augment/options.ts";

/** How a model that hears learns. */
export interface HearingFitOptions extends Pick<
  FitOptions,
  | "epochs"
  | "batch"
  | "optimizer"
  | "patience"
  | "keepBest"
  | "monitor"
  | "signal"
  | "onProgress"
  | "onRecord"
  | "checkpoint"
  | "pool"
  | "shard"
> {
  /** How recordings are varied; false: not at all. */
  readonly augment?: AugmentOptions | false;
  /** Distorted copies of each recording that are heard before the training. Default 6. */
  readonly copies?: number;
  /** Recordings that are joined to one at most, so that the net learns to go on. */
  readonly join?: number;
}

/** The names of these options. */
export const hearingFitNames = [
  "epochs",
  "batch",
  "optimizer",
  "patience",
  "keepBest",
  "monitor",
  "signal",
  "onProgress",
  "onRecord",
  "checkpoint",
  "pool",
  "shard",
  "augment",
  "copies",
  "join",
] as const;
