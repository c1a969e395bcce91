/**
 * Maximum likelihood by restarts and iterations that never go down: the control around
 * Expectation-Maximization (Dempster, Laird & Rubin 1977) for every model that has an E-step and an M-step.
 */
import type { AbortSignal } from "../wasm/platform.ts";
import { NumericError, OptionError, inRange, knownOptions, whole } from "../wasm/errors.ts";
import { Pace } from "./pace.ts";

/** How to fit. */
export interface EmOptions {
  /** Iterations of one start, at most. Default 100. */
  readonly iterations?: number;
  /** Stops when an iteration gains less than this, nats in total. Default 1e-6. */
  readonly tolerance?: number;
  /** Starts; the best is kept. Default 1. */
  readonly restarts?: number;
  /** Stops after the current iteration, with the best parameters so far. */
  readonly signal?: AbortSignal;
  /** Called after each iteration. */
  readonly onProgress?: (event: EmEvent) => void;
}

/** One iteration. */
export interface EmEvent {
  /** Start, from 0. */
  readonly restart: number;
  /** Iteration of this start, from 1. */
  readonly iteration: number;
  /**
   * What EM maximizes, before this iteration's update: the log-likelihood, plus the log prior where there
   * is one; nats.
   */
  readonly objective: number;
}

/** The result of a fit. */
export interface EmReport {
  /** ln p(data), nats, with the parameters that the model now has. */
  readonly logLikelihood: number;
  /** Iterations of the best start. */
  readonly iterations: number;
  /** Whether the best start gained less than the tolerance at its end. */
  readonly converged: boolean;
  /** Which start was best, from 0. */
  readonly restart: number;
  /** The objective before every iteration of the best start, and after the last: never falls. */
  readonly history: readonly number[];
}

/** A model that EM can fit. P is a snapshot of its parameters. */
export interface EmModel<P> {
  /** Draws the parameters of a start that are not given; trial: of so many draws, from 0. */
  initialize(restart: number, trial: number): void;
  /** From how many draws a start is chosen. Default 1. */
  trials?(restart: number): number;
  /** The objective at the current parameters; remembers what the M-step needs. */
  expect(): number;
  /** Moves the parameters to the maximum of the expected objective. */
  maximize(): void;
  /** ln p(data) at the current parameters. */
  logLikelihood(): number;
  snapshot(): P;
  restore(parameters: P): void;
}

export const emOptionNames = ["iterations", "tolerance", "restarts", "signal", "onProgress"] as const;

/**
 * The options of a fit, checked by name and value. `more`: names the caller knows besides; `defaults`: where
 * its own differ.
 */
export function checkEmOptions(
  who: string,
  options: EmOptions,
  more: readonly string[] = [],
  defaults: EmOptions = {},
): Required<Omit<EmOptions, "signal" | "onProgress">> & Pick<EmOptions, "signal" | "onProgress"> {
  knownOptions(who, options, [...emOptionNames, ...more]);
  const { signal, onProgress } = options;
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw new OptionError(
      `${who}: onProgress is ${onProgress === null ? "null" : typeof onProgress}, want a function`,
    );
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.aborted !== "boolean")
    throw new OptionError(
      `${who}: signal is ${signal === null ? "null" : typeof signal}, want the signal of an AbortController`,
    );
  return {
    iterations: whole(who, "iterations", options.iterations ?? defaults.iterations ?? 100, 0),
    tolerance: inRange(who, "tolerance", options.tolerance ?? defaults.tolerance ?? 1e-6, 0),
    restarts: whole(who, "restarts", options.restarts ?? 1, 1),
    signal,
    onProgress,
  };
}

/** How far an objective may seem to fall by rounding, relative to its size. */
const ROUNDING = 1e-9;

/** Iterations after which the draws of a start are compared. */
const TRIAL = 2;

/**
 * Begins a start: of its draws that which a few iterations take highest (short runs of EM: Biernacki, Celeux
 * & Govaert 2003). A draw that fails says nothing about the others; throws where all do.
 */
async function choose<P>(
  model: EmModel<P>,
  restart: number,
  pace: Pace,
  signal: AbortSignal | undefined,
): Promise<void> {
  const trials = model.trials?.(restart) ?? 1;
  if (trials === 1) return model.initialize(restart, 0);
  const before = model.snapshot();
  let best: { objective: number; trial: number } | undefined;
  let failure: unknown;
  for (let trial = 0; trial < trials && !(best && signal?.aborted); ++trial) {
    try {
      model.restore(before);
      model.initialize(restart, trial);
      for (let i = 0; i < TRIAL; ++i) {
        model.expect();
        model.maximize();
      }
      const objective = model.expect();
      if (!best || objective > best.objective) best = { objective, trial };
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      failure ??= error;
    }
    await pace.breathe();
  }
  if (!best) throw failure;
  model.restore(before);
  model.initialize(restart, best.trial);
}

/**
 * Runs EM. Errors leave the model as it was before; NumericError, the first one, if no start comes through:
 * where the objective falls, or by the model.
 */
export async function expectationMaximization<P>(
  who: string,
  model: EmModel<P>,
  options: EmOptions,
  more: readonly string[] = [],
): Promise<EmReport> {
  const { iterations, restarts, tolerance, signal, onProgress } = checkEmOptions(who, options, more);
  const pace = new Pace();
  const before = model.snapshot();
  let best: { parameters: P; report: Omit<EmReport, "logLikelihood"> } | undefined;
  let failure: NumericError | undefined;
  const ascend = async (restart: number): Promise<Omit<EmReport, "logLikelihood">> => {
    await choose(model, restart, pace, signal);
    const history = [model.expect()];
    let converged = false;
    let iteration = 0;
    while (iteration < iterations && !converged && !signal?.aborted) {
      ++iteration;
      onProgress?.({ restart, iteration, objective: history[history.length - 1] });
      model.maximize();
      history.push(model.expect());
      const was = history[history.length - 2];
      const is = history[history.length - 1];
      if (!(is >= was - ROUNDING * (Math.abs(was) + 1)))
        throw new NumericError(
          `${who}: iteration ${iteration}: the objective fell from ${was} to ${is}; the data may be ` +
            "too badly scaled",
        );
      converged = is - was < tolerance;
      await pace.breathe();
    }
    return { iterations: iteration, converged, restart, history };
  };
  try {
    for (let restart = 0; restart < restarts && (restart === 0 || !signal?.aborted); ++restart) {
      if (restart > 0) model.restore(before);
      try {
        const report = await ascend(restart);
        if (!best || report.history.at(-1)! > best.report.history.at(-1)!)
          best = { parameters: model.snapshot(), report };
      } catch (error) {
        // a bad start says nothing about the others
        if (!(error instanceof NumericError)) throw error;
        failure ??= error;
      }
    }
    if (!best) throw failure!;
    model.restore(best.parameters);
    return { logLikelihood: model.logLikelihood(), ...best.report };
  } catch (error) {
    model.restore(before);
    throw error;
  }
}
