/**
 * A training as people know it: epochs, a look at validation data after each, patience, the best weights, and
 * files from which it goes on with the same bits.
 */
import { OptionError } from "../../wasm/errors.ts";
import { isEpochs, isItems, isSource, type TrainingData } from "../../train/feed.ts";
import type { TrainOptions } from "../../train/options.ts";
import type { Trainer, TrainEvent } from "../../train/trainer.ts";
import {
  higherIsBetter,
  readFitOptions,
  type Figures,
  type FitOptions,
  type FitSettings,
} from "./fit-options.ts";
import type { FitRecord, FitState } from "./fit-state.ts";
import type { ParameterView } from "./parameters.ts";
import type { Reading } from "./reading.ts";
import { fetchKinds, optionalKinds } from "./kinds.ts";
import type { Look, Parted } from "./evaluate.ts";

export type { Figures, FitOptions, FitProgress, PlateauOptions } from "./fit-options.ts";
export type { FitRecord } from "./fit-state.ts";

/** The result of a fit: plain data. */
export interface FitReport {
  /** One record an epoch or look where there are such, else one a step. */
  readonly history: readonly FitRecord[];
  /** The record of the best look, where validation data were looked at. */
  readonly best?: FitRecord;
  /** Optimizer steps of this fit. */
  readonly steps: number;
  /** Why it ended: its steps or epochs were done, the data ended, patience was over, or the signal came. */
  readonly stopped: "steps" | "epochs" | "data" | "patience" | "signal";
}

/** What a fit needs of its net. */
export interface FitParts extends Reading {
  readonly trainer: Trainer;
  parameters(): ParameterView[];
  save(state: FitState): Uint8Array<ArrayBuffer>;
}

/** What a net is fitted on: the data, the options, and where a stopped fit stands. */
export interface FitTask {
  readonly data: TrainingData;
  readonly options: FitOptions;
  readonly state?: FitState;
}

/** Fits a net; `state` where a stopped fit goes on. */
export async function fit(who: string, net: FitParts, { data, options, state }: FitTask): Promise<FitReport> {
  const settings = readFitOptions(who, options);
  if (settings.plateau && options.optimizer?.needs === "curvature")
    throw new OptionError(
      `${who}: plateau lowers a rate, and ${options.optimizer.name} has none; leave it out`,
    );
  if (settings.epochs < Infinity && !isItems(data) && !isEpochs(data))
    throw new OptionError(
      `${who}: epochs is ${settings.epochs}, but the data have none; give steps, or items`,
    );
  const { validation } = options;
  if (validation !== undefined && !optionalKinds()) {
    await fetchKinds();
    net.live("fit");
  }
  const { train, look }: Parted =
    validation === undefined
      ? { train: data }
      : optionalKinds()!.validationOf(who, net, { data, validation }, settings.metrics);
  return new Fit(who, net, settings, options, { look, state }).run(train);
}

/** One fit at work. */
class Fit {
  readonly #who: string;
  readonly #net: FitParts;
  readonly #settings: FitSettings;
  readonly #options: FitOptions;
  readonly #look: Look | undefined;
  readonly #history: FitRecord[];
  #state: Omit<FitState, "history">;
  /** Batches of `batch` items in every `items`. */
  #epoch: { readonly batch: number; readonly items: number } | undefined;
  #clock = 0;
  #share = 0;

  constructor(
    who: string,
    net: FitParts,
    settings: FitSettings,
    options: FitOptions,
    { look, state }: { look?: Look; state?: FitState },
  ) {
    this.#who = who;
    this.#net = net;
    this.#settings = settings;
    this.#options = options;
    this.#look = look;
    this.#history = [...(state?.history ?? [])];
    const { step: from, batches } = net.trainer;
    this.#state = state ?? { steps: 0, sum: 0, count: 0, from, batches, best: -1, factor: 1, waited: 0 };
  }

  /** The loop. */
  async run(data: TrainingData): Promise<FitReport> {
    const { signal } = this.#options;
    this.#epoch = epochOf(data, this.#options.batch ?? 32);
    if (this.#look && !this.#epoch && this.#settings.every === undefined)
      throw new OptionError(`${this.#who}: the data have no epochs to look after; give every: so many steps`);
    this.#clock = performance.now();
    this.#share = this.#done();
    let stopped = this.#over();
    if (!stopped)
      for await (const event of this.#net.trainer.train(
        this.#who,
        data,
        this.#train(data),
        () => this.#state.factor,
      )) {
        await this.#take(event);
        stopped = this.#over();
        if (stopped) break;
      }
    if (!stopped && signal?.aborted) {
      stopped = "signal";
      await this.#checkpoint();
    } else if (this.#look && this.#state.count > 0) await this.#record();
    this.#restoreBest();
    const { best } = this.#state;
    return {
      history: this.#history,
      ...(best >= 0 ? { best: this.#history[best] } : {}),
      steps: this.#state.steps,
      stopped: stopped ?? "data",
    };
  }

  /** The options of the training that is left. */
  #train(data: TrainingData): TrainOptions {
    const { train, epochs } = this.#settings;
    const endless = isItems(data) || isSource(data) || isEpochs(data);
    const usual = endless ? 1000 : undefined;
    const all = train.steps ?? (epochs < Infinity ? 2 ** 31 - 1 : usual);
    return all === undefined ? train : { ...train, steps: Math.max(0, all - this.#state.steps) };
  }

  /** Whole epochs done in this fit. */
  get #epochs(): number | undefined {
    const done = this.#net.trainer.batches - this.#state.batches;
    return this.#epoch && Math.floor((done * this.#epoch.batch) / this.#epoch.items);
  }

  /** Share of the fit that is done; 0 where its end is not known. */
  #done(): number {
    const { epochs, train } = this.#settings;
    const batches = this.#net.trainer.batches - this.#state.batches;
    const ofEpochs = this.#epoch ? (batches * this.#epoch.batch) / this.#epoch.items / epochs : 0;
    return Math.max(ofEpochs, this.#state.steps / (train.steps ?? (epochs < Infinity ? Infinity : 1000)));
  }

  #over(): FitReport["stopped"] | undefined {
    const { epochs, patience, train } = this.#settings;
    if ((this.#epochs ?? 0) >= epochs) return "epochs";
    const steps = train.steps ?? (epochs < Infinity ? Infinity : undefined);
    if (steps !== undefined && this.#state.steps >= steps) return "steps";
    return this.#history.length - 1 - this.#state.best >= patience ? "patience" : undefined;
  }

  async #take(event: TrainEvent): Promise<void> {
    const { sum, count, steps } = this.#state;
    this.#state = { ...this.#state, sum: sum + event.loss, count: count + 1, steps: steps + 1 };
    if (!this.#look && this.#settings.epochs === Infinity) {
      const { ms: _, ...figures } = event;
      const record = { ...this.#where(), ...figures };
      this.#history.push(record);
      this.#state = { ...this.#state, sum: 0, count: 0 };
      await this.#options.onRecord?.(record, false);
    } else if (this.#due()) await this.#record();
    this.#progress(event.loss);
  }

  #where(): { epoch?: number } {
    const epoch = this.#epochs;
    return epoch === undefined ? {} : { epoch };
  }

  /** Whether a record belongs here. */
  #due(): boolean {
    const { every } = this.#settings;
    if (every !== undefined) return this.#state.steps % every === 0;
    return (this.#epochs ?? 0) > (this.#history[this.#history.length - 1]?.epoch ?? 0);
  }

  /** A look, its record, and what follows from it. */
  async #record(): Promise<void> {
    const validation = this.#look && (await this.#look());
    const { sum, count } = this.#state;
    const record: FitRecord = {
      ...this.#where(),
      step: this.#net.trainer.step,
      loss: sum / count,
      ...(validation ? { validation } : {}),
    };
    const better = validation !== undefined && this.#better(validation);
    this.#history.push(record);
    this.#state = { ...this.#state, sum: 0, count: 0 };
    if (better) {
      const bestWeights = this.#settings.keepBest
        ? this.#net.parameters().map(({ data }) => data)
        : undefined;
      this.#state = { ...this.#state, best: this.#history.length - 1, waited: 0, bestWeights };
    } else if (validation) this.#wait();
    await this.#options.onRecord?.(record, better);
    await this.#checkpoint();
  }

  #better(validation: Figures): boolean {
    const { monitor, minimumGain } = this.#settings;
    const value = validation[monitor];
    if (typeof value !== "number")
      throw new OptionError(
        `${this.#who}: monitor is "${monitor}", but a look gives ${Object.keys(validation).join(", ")}; ` +
          "name it in metrics too",
      );
    const before = this.#history[this.#state.best]?.validation?.[monitor] as number | undefined;
    if (before === undefined) return !Number.isNaN(value);
    return (higherIsBetter(monitor) ? value - before : before - value) > minimumGain;
  }

  /** One more look that was no better: the rate falls on a plateau. */
  #wait(): void {
    const { plateau } = this.#settings;
    const waited = this.#state.waited + 1;
    const falls = plateau !== undefined && waited >= plateau.patience;
    const factor = falls
      ? Math.max(plateau.minFactor, this.#state.factor * plateau.factor)
      : this.#state.factor;
    this.#state = { ...this.#state, factor, waited: falls ? 0 : waited };
  }

  async #checkpoint(): Promise<void> {
    await this.#options.checkpoint?.(this.#net.save({ ...this.#state, history: this.#history }));
  }

  #progress(loss: number): void {
    const { onProgress } = this.#options;
    if (!onProgress) return;
    const { epochs, train } = this.#settings;
    const batches = this.#net.trainer.batches - this.#state.batches;
    const done = this.#done();
    const seconds = (performance.now() - this.#clock) / 1000;
    const metrics = this.#history[this.#history.length - 1]?.validation;
    onProgress({
      ...(this.#epoch ? { epoch: (batches * this.#epoch.batch) / this.#epoch.items } : {}),
      step: this.#state.steps,
      ...(train.steps === undefined ? {} : { steps: train.steps }),
      loss,
      ...(metrics ? { metrics } : {}),
      ...(done > this.#share && (epochs < Infinity || train.steps !== undefined)
        ? { secondsLeft: (seconds * Math.max(0, 1 - done)) / (done - this.#share) }
        : {}),
    });
  }

  #restoreBest(): void {
    const { bestWeights, best } = this.#state;
    if (!bestWeights || best === this.#history.length - 1) return;
    this.#net.parameters().forEach((parameter, i) => parameter.set(bestWeights[i]));
  }
}

/** How many items a batch has of those that are an epoch; undefined where the data have no epochs. */
function epochOf(data: TrainingData, batch: number): { batch: number; items: number } | undefined {
  if (isEpochs(data)) return { batch: 1, items: data.batchesPerEpoch };
  return isItems(data) ? { batch: Math.min(batch, data.length), items: data.length } : undefined;
}
