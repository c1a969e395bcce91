/** What a fit leaves in a forecaster. */
import type { Moment } from "./dates.ts";
import type { FittedSeries } from "./fit-series.ts";
import type { InputScale } from "./table.ts";

/** All that is known of one series. */
export interface KnownSeries {
  readonly name: string;
  /** From its first number on. */
  readonly y: Float64Array;
  /** Steps left out in front. */
  readonly from: number;
  readonly fitted: FittedSeries;
}

/** What a fit leaves. */
export interface ForecasterState {
  readonly series: readonly KnownSeries[];
  /** By column, over history and as much of the future as is known. */
  readonly columns: Record<string, Float64Array>;
  readonly inputScale: InputScale;
  readonly moments: readonly Moment[];
}
