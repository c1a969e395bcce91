/** What every model of `unrolled train series` is to the command: its parts, and how it is asked for. */

/** Means and variances, one a step. */
export interface Gaussians {
  readonly means: ArrayLike<number>;
  readonly variances: ArrayLike<number>;
}

/** A model fitted to a standardized series. */
export interface FittedSeries {
  /** What was chosen in fitting. */
  readonly note: string;
  /** y_t given all before it, for every t; NaN where the model cannot say. */
  oneStep(y: Float64Array): Gaussians;
  /** ln p(y_t | y_<t), where it is not that of a Gaussian. */
  logLikelihoods?(y: Float64Array): ArrayLike<number>;
  /** The next steps after y, each given only y. */
  forecast(y: Float64Array, steps: number): Gaussians | Promise<Gaussians>;
  /** The model as a file that its own `load` reads; its numbers are of the standardized series. */
  save(): Uint8Array;
  /** Variance of its errors and seed of its futures, where these are simulated. */
  readonly simulated?: Omit<SeriesNote, "note">;
  dispose(): void;
}

/** How to fit. */
export interface SeriesOptions {
  readonly seed: number;
  /** Hidden states of lds and hmm, cells of the LSTM, steps of its training. */
  readonly states: number;
  readonly cells: number;
  readonly steps: number;
  readonly signal: AbortSignal;
  progress(fraction: number): void;
}

/** Fits one kind of model to a standardized series y, NaN where a value is missing. */
export type FitSeries = (y: Float64Array, options: SeriesOptions) => Promise<FittedSeries>;

/** What a file says beside the model. */
export interface SeriesNote {
  /** What was chosen in fitting. */
  readonly note: string;
  /** Variance of its errors, and the seed of its futures, where these are simulated. */
  readonly variance: number;
  readonly seed: number;
}

/** A kind of model: fitted to a series, or read again from the bytes of `save`. */
export interface SeriesKind {
  readonly fit: FitSeries;
  open(bytes: Uint8Array, note: SeriesNote, signal: AbortSignal): Promise<FittedSeries>;
}
