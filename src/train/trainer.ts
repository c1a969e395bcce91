/**
 * The training loop: batches in, optimizer steps out, one event a step; stops cleanly, resumes with the same
 * bits. Between two events nothing is half done; readers beside an asynchronous step see the net before it.
 */
import { DisposedError, NumericError, OptionError } from "../wasm/errors.ts";
import type { OptimizerRun, StepReport } from "../optim/optimizer.ts";
import { Committed } from "./committed.ts";
import { DataPosition, type Cut } from "./data-position.ts";
import { feed, isEpochs, isItems, isSource, type Feed, type TrainingData } from "./feed.ts";
import type { Learner } from "./learn.ts";
import { Loader } from "./loader.ts";
import type { PassMode } from "./net-loss.ts";
import { NetworkObjective, type ObjectiveParts } from "./objective.ts";
import { asksForPasses, readTrainOptions, type TrainOptions, type TrainSettings } from "./options.ts";
import { freeNumbers, takeFreeNumbers } from "./free-numbers.ts";
import { OptimizerAtWork } from "./optimizer-at-work.ts";
import { Pace } from "./pace.ts";
import type { TrainingState } from "./training-state.ts";

/** When a step was done. */
export interface StepTime {
  /** Steps done since the net was made, this one included. */
  step: number;
  /** Time of this step, ms. */
  ms: number;
}

/** One optimizer step: what the optimizer reports of it, and when it was done. */
export type TrainEvent<R extends StepReport = StepReport> = R & StepTime;

/** What a net tells its trainer. */
export interface TrainerParts extends ObjectiveParts {
  readonly seed: number;
  /** Plain data from which a worker makes the same net. */
  readonly model: unknown;
}

/** What one call of `train` works with. */
interface Training {
  readonly who: string;
  readonly data: TrainingData;
  readonly settings: TrainSettings;
  readonly run: OptimizerRun;
  readonly next: Feed;
  /** Ends a step that is under way. */
  readonly stop: AbortController;
  readonly pace: Pace;
  /** Between the parts of a step: lets others work, and throws where the training was stopped. */
  readonly pause: () => Promise<void>;
}

/** One net in training. */
export class Trainer {
  readonly objective: NetworkObjective;
  readonly #parts: TrainerParts;
  readonly #loader: Loader;
  readonly #committed: Committed;
  readonly #enter: () => () => void;
  readonly #optimizer: OptimizerAtWork;
  readonly #position: DataPosition;
  #step = 0;
  /** The data of a training that was stopped inside a step. */
  #stopped: TrainingData | undefined;
  #training: Training | undefined;
  #learning = false;
  #working = false;
  #ended = false;

  /** enter(): what is computed on is kept until the function that comes back is called. */
  constructor(parts: TrainerParts, enter: () => () => void) {
    this.#parts = parts;
    this.#enter = enter;
    this.objective = new NetworkObjective(parts);
    this.#loader = new Loader(parts, parts.model);
    this.#committed = new Committed(this.objective);
    this.#optimizer = new OptimizerAtWork(this.objective);
    this.#position = new DataPosition(parts.spec);
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Batches done, those of an accumulated step one by one. */
  get batches(): number {
    return this.#position.batches;
  }

  /** Whether a training is under way. */
  get busy(): boolean {
    return this.#training !== undefined || this.#learning;
  }

  /** Trains; yields after every step. Bad options or items throw first. factor() multiplies the rate. */
  async *train<R extends StepReport = StepReport>(
    who: string,
    data: TrainingData,
    options: TrainOptions<R> = {},
    factor: () => number = () => 1,
  ): AsyncGenerator<TrainEvent<R>, void, void> {
    this.#live(who);
    const training = this.#start(who, data, options);
    const { settings, pace } = training;
    const abort = (): void => training.stop.abort(settings.signal!.reason);
    settings.signal?.addEventListener("abort", abort, { once: true });
    if (settings.signal?.aborted) abort();
    try {
      if (asksForPasses(settings)) await this.#parts.fetchPasses();
      this.#live(who);
      let done = 0;
      const over = (): boolean => done >= settings.steps || training.stop.signal.aborted;
      while (!over()) {
        const cuts = await this.#position.next(training.next, settings);
        this.#live(who);
        if (!cuts) return;
        for (const cut of cuts) {
          if (over()) return;
          const from = performance.now();
          const report = await this.#advance(training, cut, factor());
          if (!report) return;
          ++done;
          const ms = performance.now() - from;
          yield { ...(report as R), step: this.#step, ms };
          this.#live(who);
          await pace.breathe();
          this.#live(who);
        }
      }
    } finally {
      settings.signal?.removeEventListener("abort", abort);
      this.#training = undefined;
    }
  }

  /** Learns from a stream as learn(who, learner) does: see learn.ts. */
  async learn<R>(who: string, learn: (who: string, learner: Learner) => Promise<R>): Promise<R> {
    this.#checkIdle(who);
    this.#learning = true;
    try {
      return await learn(who, {
        objective: this.objective,
        optimizer: this.#optimizer,
        live: () => this.#live(who),
        updated: () => this.#stepped(),
      });
    } finally {
      this.#learning = false;
    }
  }

  /** look() at the net as it was after the last whole step. It must not await. */
  read<R>(look: () => R): R {
    if (this.#ended) throw this.#gone("network");
    return this.#committed.read(look);
  }

  /** Parameters were written: a step that was stopped is begun anew. Throws OptionError in a training. */
  write(who: string, change: () => void): void {
    this.#checkIdle(who);
    change();
    this.#parts.weights.changed();
    this.#optimizer.forgetStep();
  }

  /** The state to save, or undefined before the first training. */
  state(): TrainingState | undefined {
    const held = this.#committed.state;
    const optimizer = this.#optimizer.snapshot(held);
    if (!optimizer || this.#step === 0) return undefined;
    return {
      optimizer: optimizer.optimizer,
      step: this.#step,
      batches: this.#position.batches,
      scalars: optimizer.scalars,
      vectors: { ...optimizer.vectors, ...freeNumbers(this.objective, held?.free) },
      position: this.#position.inside(() => held?.carried ?? this.objective.loss.tape.carried),
    };
  }

  /** Goes on from a saved state at the next training. */
  restore(state: TrainingState): void {
    this.#optimizer.restore({ ...state, vectors: takeFreeNumbers(this.objective, state.vectors) });
    this.#step = state.step;
    this.#position.restore(state.batches, state.position);
  }

  /** Ends a training that is under way: it rejects with DisposedError. */
  stop(): void {
    this.#ended = true;
    if (this.#training && this.#working) this.#training.stop.abort(this.#gone(this.#training.who));
  }

  /** Gives all memory back. */
  dispose(): void {
    this.stop();
    this.#optimizer.dispose();
    this.#loader.dispose();
    this.#committed.dispose();
    this.objective.dispose();
  }

  #gone(who: string): DisposedError {
    return new DisposedError(`${who}: the net was disposed while it was being trained`);
  }

  #stepped(): void {
    ++this.#step;
    this.#optimizer.stepped();
  }

  #checkIdle(who: string): void {
    if (this.busy)
      throw new OptionError(`${who}: the net is being trained; wait for that training, or stop it`);
  }

  #live(who: string): void {
    if (this.#ended) throw this.#gone(who);
  }

  /** Everything checked, then the optimizer started or taken up again. */
  #start(who: string, data: TrainingData, options: TrainOptions): Training {
    const { spec, seed } = this.#parts;
    const settings = readTrainOptions(who, options, {
      spec,
      endless: isItems(data) || isSource(data) || isEpochs(data),
      optimizer: this.#optimizer.optimizer,
    });
    this.#checkIdle(who);
    const next = feed(who, this.objective.engine, spec, data, { ...settings, seed });
    this.objective.readWeights();
    const run = this.#optimizer.start(who, settings.optimizer);
    // a step that was stopped inside goes on only with the batch that it began with
    if (this.#stopped !== undefined && this.#stopped !== data) this.#optimizer.forgetStep();
    this.#stopped = undefined;
    const stop = new AbortController();
    const pace = new Pace();
    const pause = (): Promise<void> => {
      stop.signal.throwIfAborted();
      return pace.breathe();
    };
    this.#training = { who, data, settings, run, next, stop, pace, pause };
    return this.#training;
  }

  /** One step, done whole or not at all; undefined where it was stopped. */
  async #advance(training: Training, cut: Cut, factor: number): Promise<StepReport | undefined> {
    const { run, settings, stop, who } = training;
    const step = this.#loader.load(cut.batches, settings, {
      mode: this.#mode(cut, settings),
      noise:
        settings.weightNoise > 0
          ? { deviation: settings.weightNoise, seed: this.#parts.seed, draw: this.#step }
          : undefined,
      pause: training.pause,
      signal: stop.signal,
    });
    const f = this.objective.at(step);
    if (!run.immediate || settings.pool) this.#committed.hold(run, cut.index > 0);
    const leave = this.#enter();
    this.#working = true;
    try {
      const result = run.step(f, factor);
      const report = result instanceof Promise ? await result : result;
      this.#live(who);
      this.#stepped();
      this.#position.advance(cut);
      return report;
    } catch (error) {
      return this.#undo(error, training, cut);
    } finally {
      this.#working = false;
      this.#committed.release();
      leave();
    }
  }

  #mode(cut: Cut, { memory, errorFlow }: TrainSettings): PassMode {
    const mode = { training: true, seed: this.#parts.seed, draw: this.#step, memory, errorFlow };
    return cut.truncate === Infinity ? mode : { ...mode, ...this.#position.carry(cut) };
  }

  /** A step that failed or was stopped: θ, the optimizer and the states carried on are what they were. */
  #undo(error: unknown, { who, data, stop }: Training, cut: Cut): undefined {
    if (this.#ended) throw this.#gone(who);
    const held = this.#committed.state !== undefined;
    const carried = this.#committed.undo();
    this.#position.undo(cut, held ? carried : undefined);
    if (stop.signal.aborted && error === stop.signal.reason) {
      this.#stopped = data;
      return undefined;
    }
    if (error instanceof NumericError)
      throw new NumericError(
        `${who}: step ${this.#step + 1}: ${error.message} (the weights are those before this step)`,
        { cause: error },
      );
    throw error;
  }
}
