/** Learning a language model: optimizer steps, from several starts, until they no longer help. */
import type { AbortSignal } from "../../wasm/platform.ts";
import { inRange, knownOptions, OptionError, show, whole } from "../../wasm/errors.ts";
import { adam } from "../../optim/adam.ts";
import { checkOptimizer, type Optimizer } from "../../optim/optimizer.ts";
import type { DataItem } from "../../data/item.ts";
import { network, type Network } from "../network/network.ts";

/** A step of a fit. */
export interface LanguageModelProgress {
  /** Which start it belongs to, from 0. */
  readonly restart: number;
  /** Steps of this start, this one included. */
  readonly step: number;
  /** Of how many. */
  readonly steps: number;
  /** Mean loss of the step's words, nats. */
  readonly loss: number;
}

/** How to fit. */
export interface LanguageModelFitOptions {
  /** Optimizer steps of each start. Default 1000. */
  readonly steps?: number;
  /** Default adam({ rate: 0.003 }). */
  readonly optimizer?: Optimizer;
  /** Sequences a step. Default 32. */
  readonly batch?: number;
  /**
   * Stops when the mean loss of 100 steps is not that much better than that of the 100 before, nats a word.
   * Default 0: never.
   */
  readonly tolerance?: number;
  /** Starts, each with a seed of its own; the most probable model stays. Default 1. */
  readonly restarts?: number;
  /** Stops after the current step. */
  readonly signal?: AbortSignal;
  /** Called after every step. */
  readonly onProgress?: (progress: LanguageModelProgress) => void;
}

/** The result of a fit: plain data. */
export interface LanguageModelReport {
  /** Each step of the start that stayed. */
  readonly history: readonly {
    /** Counted from 1. */
    readonly step: number;
    /** Nats a word, of the step's batch. */
    readonly loss: number;
  }[];
  /** ln p(data) at the end, nats. */
  readonly logLikelihood: number;
  /** Steps of that start. */
  readonly steps: number;
  /** Whether `tolerance` ended it. */
  readonly converged: boolean;
  /** Which start it was, from 0. */
  readonly restart: number;
}

/** Steps whose mean losses are compared to stop by `tolerance`. */
const WINDOW = 100;

/** The options with their defaults. */
type Settings = Required<Omit<LanguageModelFitOptions, "signal" | "onProgress">> &
  Pick<LanguageModelFitOptions, "signal" | "onProgress">;

/** The options, checked. Throws OptionError. */
export function readFitOptions(who: string, options: LanguageModelFitOptions): Settings {
  knownOptions(who, options, [
    "steps",
    "optimizer",
    "batch",
    "tolerance",
    "restarts",
    "signal",
    "onProgress",
  ]);
  const { optimizer = adam({ rate: 0.003 }), signal, onProgress } = options;
  checkOptimizer(who, optimizer);
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw new OptionError(`${who}: onProgress is ${show(onProgress)}, want a function`);
  return {
    optimizer,
    signal,
    onProgress,
    steps: whole(who, "steps", options.steps ?? 1000, 0),
    batch: whole(who, "batch", options.batch ?? 32, 1),
    tolerance: inRange(who, "tolerance", options.tolerance ?? 0, 0),
    restarts: whole(who, "restarts", options.restarts ?? 1, 1),
  };
}

/**
 * Fits the net, and others from other seeds where restarts are asked for; gives the best with its report. The
 * others are disposed, but `first` is its owner's. onNet(net): the net that is trained from now on.
 */
export async function fitNet(
  first: Network,
  data: readonly DataItem[],
  settings: Settings,
  onNet: (net: Network) => void,
): Promise<{ net: Network; report: LanguageModelReport }> {
  const training = new Training(first, data, settings);
  let best = { net: first, report: await training.run(0) };
  try {
    for (let restart = 1; restart < settings.restarts && !settings.signal?.aborted; ++restart) {
      const net = await network({ ...first.spec, seed: first.spec.seed + restart });
      onNet(net);
      const other = { net, report: await fitOther(net, data, settings, restart) };
      const better = other.report.logLikelihood > best.report.logLikelihood;
      const worse = better ? best : other;
      if (better) best = other;
      if (worse.net !== first) worse.net.dispose();
    }
    return best;
  } catch (error) {
    if (best.net !== first) best.net.dispose();
    throw error;
  } finally {
    await training.end();
  }
}

/** Fits a net of its own seed, which is disposed where that fails. */
async function fitOther(
  net: Network,
  data: readonly DataItem[],
  settings: Settings,
  restart: number,
): Promise<LanguageModelReport> {
  const training = new Training(net, data, settings);
  try {
    return await training.run(restart);
  } catch (error) {
    net.dispose();
    throw error;
  } finally {
    await training.end();
  }
}

/** The training of one net. Until it is ended the net refuses what would write, though all steps are done. */
class Training {
  readonly #net: Network;
  readonly #data: readonly DataItem[];
  readonly #settings: Settings;
  readonly #events: ReturnType<Network["train"]>;

  constructor(net: Network, data: readonly DataItem[], settings: Settings) {
    const { optimizer, steps, batch, signal } = settings;
    this.#net = net;
    this.#data = data;
    this.#settings = settings;
    this.#events = net.train(data, { optimizer, steps, batch, signal });
  }

  async run(restart: number): Promise<LanguageModelReport> {
    const { steps, tolerance, onProgress } = this.#settings;
    const history: { step: number; loss: number }[] = [];
    let converged = false;
    while (history.length < steps && !converged) {
      const { value } = await this.#events.next();
      if (!value) break;
      history.push({ step: history.length + 1, loss: value.loss });
      onProgress?.({ restart, step: history.length, steps, loss: value.loss });
      converged = tolerance > 0 && history.length % WINDOW === 0 && gain(history) < tolerance;
    }
    const { loss, steps: words } = await this.#net.evaluate(this.#data);
    return { history, logLikelihood: -loss * words, steps: history.length, converged, restart };
  }

  async end(): Promise<void> {
    await this.#events.return();
  }
}

/** By how much the mean loss of the last steps is below that of as many before; ∞ where there are too few. */
function gain(history: readonly { loss: number }[]): number {
  if (history.length < 2 * WINDOW) return Infinity;
  const mean = (from: number, to?: number): number =>
    history.slice(from, to).reduce((sum, { loss }) => sum + loss, 0) / WINDOW;
  return mean(-2 * WINDOW, -WINDOW) - mean(-WINDOW);
}
