/** Learning from a stream that may never end: one pass, constant memory, an update every few steps. */
import type { AbortSignal } from "../wasm/platform.ts";
import { DataError, NumericError, OptionError, knownOptions, show, whole } from "../wasm/errors.ts";
import { checkOptimizer, type Optimizer } from "../optim/optimizer.ts";
import type { NetworkObjective } from "./objective.ts";
import { Online, type OnlineStep } from "./online.ts";
import type { OptimizerAtWork } from "./optimizer-at-work.ts";
import { Pace } from "./pace.ts";

/** Steps of one sequence, as they come. */
export type StepStream = Iterable<OnlineStep> | AsyncIterable<OnlineStep>;

/** What has been learned so far. */
export interface OnlineReport {
  /** Steps taken. */
  readonly steps: number;
  /** Updates of the weights. */
  readonly updates: number;
  /** Mean loss since the update before the last; NaN before any. */
  readonly loss: number;
}

/** How to learn from a stream. */
export interface OnlineOptions {
  /**
   * As in a training. On a stream without an end let the rate fall, as in adam({ rate: (step) => 0.003 /
   * Math.sqrt(1 + step / 10_000) }): at a constant one Adam's weights wander in the end, and the loss rises
   * again. Default: adam(), or the optimizer of the training before.
   */
  readonly optimizer?: Optimizer;
  /** Steps an update: their gradients are averaged. Default 1. */
  readonly every?: number;
  /** Stops after the current step. */
  readonly signal?: AbortSignal;
  /** Called after each update. */
  readonly onProgress?: (report: OnlineReport) => void;
}

/** Whose net learns. */
export interface Learner {
  readonly objective: NetworkObjective;
  readonly optimizer: OptimizerAtWork;
  /** Throws DisposedError where the net is gone. */
  live(): void;
  /** An update was made. */
  updated(): void;
}

const isStream = (source: unknown): boolean =>
  source instanceof Object && (Symbol.asyncIterator in source || Symbol.iterator in source);

/** Learns until the stream ends or the signal says so. Throws before anything changes where it cannot. */
export async function learn(
  source: StepStream,
  options: OnlineOptions,
  who: string,
  { objective, optimizer, live, updated }: Learner,
): Promise<OnlineReport> {
  knownOptions(who, options, ["optimizer", "every", "signal", "onProgress"]);
  if (!isStream(source))
    throw new DataError(
      `${who}: steps are ${show(source)}, want a (sync or async) iterable of { input, target }`,
    );
  const { signal, onProgress } = options;
  const every = whole(who, "every", options.every ?? 1, 1);
  if (options.optimizer) checkOptimizer(who, options.optimizer);
  if ((options.optimizer ?? optimizer.optimizer)?.needs === "curvature")
    throw new OptionError(`${who}: hessianFree needs whole sequences; want another optimizer`);
  objective.readWeights();
  const online = new Online(who, objective.parts);
  const pace = new Pace();
  let report: OnlineReport = { steps: 0, updates: 0, loss: NaN };
  let steps = 0;
  let sum = 0;
  let total = 0;
  try {
    const run = optimizer.start(who, options.optimizer);
    for await (const step of source) {
      live();
      if (signal?.aborted) break;
      if (!(step instanceof Object))
        throw new DataError(`${who}: step ${steps + 1} is ${show(step)}, want { input, target }`);
      const { value, total: weight } = online.step(who, step);
      sum += value;
      total += weight;
      if (!Number.isFinite(sum))
        throw new NumericError(`${who}: step ${steps + 1}: loss is ${value}; lower the rate, or set clip`);
      if (++steps % every === 0 && total > 0) {
        const loss = sum / total;
        const own = (g: Parameters<Online["take"]>[1]): number => (online.take(total, g), loss);
        await run.step(objective.at({ batch: () => [], total, own }), 1);
        updated();
        report = { steps, updates: report.updates + 1, loss };
        onProgress?.(report);
        sum = total = 0;
      }
      await pace.breathe();
      live();
    }
    return { ...report, steps };
  } finally {
    online.dispose();
  }
}
