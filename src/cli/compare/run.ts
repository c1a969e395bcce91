/**
 * One run of the comparison: a way on a task from a seed, until it is solved, gives up, or its time is over.
 */
import { streams } from "../../wasm/streams.ts";
import { Random } from "../../wasm/random.ts";
import { engine } from "../../wasm/engine.ts";
import { longLag, type LongLagName } from "../../tasks/long-lag/long-lag.ts";
import { solvedBelow } from "../../tasks/long-lag/scoring.ts";
import type { Task } from "../../train/task.ts";
import type { Learner } from "./way.ts";
import { ways } from "./ways.ts";

/** What is compared. */
export interface RunKey {
  readonly task: LongLagName;
  readonly way: string;
  readonly lag: number;
  readonly seed: number;
}

/** How a run ended. */
export interface RunResult extends RunKey {
  readonly solved: boolean;
  /** Fraction of fresh sequences with anything wrong. */
  readonly error: number;
  /** Wrong symbols or values a sequence. */
  readonly wrong: number;
  /** Training sequences seen. */
  readonly sequences: number;
  /** Learning alone, tests left out. */
  readonly seconds: number;
}

/** Where an interrupted run was. */
export interface RunState {
  readonly sequences: number;
  readonly seconds: number;
  readonly model: Uint8Array;
}

/** How far a run is. */
export interface RunProgress {
  sequences: number;
  seconds: number;
  loss: number;
  error: number;
}

export interface RunOptions {
  /** Seconds of learning at most; a step at work when they are over stops where it is. Default: no end. */
  readonly budget?: number;
  /**
   * Training sequences at most. Where they are given, a test on the way follows each hundredth of them, so
   * that no clock has a say: the result is the same on every machine.
   */
  readonly sequences?: number;
  /** Fresh sequences of the final test. Default 10,000. */
  readonly test?: number;
  readonly signal: AbortSignal;
  /** Milliseconds, of the wall or of the processor. */
  readonly clock: () => number;
  readonly resume?: RunState;
  readonly onProgress?: (at: RunProgress) => void;
}

const LOOK = 500; // sequences of a test on the way
const LOOKS = 0.1; // of the time at most goes into such tests
const PARTS = 100; // of the sequences, where they are the budget: such a test after each
const SHORTEST = 5; // between two looks at a clock, ms
const LONGEST = 2 ** 31 - 1; // of a timer, ms

/** Does something once a clock, which need not be the wall's, shows `end`; what it gives calls that off. */
function atTime(end: number, clock: () => number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const look = (): void => (clock() < end ? wait() : act());
  const wait = (): void => {
    timer = setTimeout(look, Math.min(Math.max(end - clock(), SHORTEST), LONGEST));
  };
  wait();
  return () => clearTimeout(timer);
}

/** A run at work: the learner, where it is, and how long it may go on. */
class WayRun {
  readonly at: RunProgress;
  readonly #learner: Learner;
  readonly #task: Task;
  readonly #random: Random;
  readonly #options: RunOptions;
  /** Aborted when the time is over: a long step stops where it is. */
  readonly #over: AbortController;
  /** Seconds that went into tests on the way. */
  #looking = 0;
  /** Hundredths of the sequences at the last of these tests. */
  #parts = 0;

  constructor(
    learner: Learner,
    task: Task,
    random: Random,
    { options, over }: { options: RunOptions; over: AbortController },
  ) {
    const { resume } = options;
    this.#learner = learner;
    this.#task = task;
    this.#random = random;
    this.#options = options;
    this.#over = over;
    this.at = { sequences: resume?.sequences ?? 0, seconds: resume?.seconds ?? 0, loss: NaN, error: 1 };
  }

  /** One stretch of learning; whether it was the last one. */
  async advance(): Promise<boolean> {
    const { at } = this;
    const { budget = Infinity, sequences = Infinity, clock, signal } = this.#options;
    const from = clock();
    const end = from + 1000 * Math.max(0, budget - at.seconds);
    const stopWatching = atTime(end, clock, () => this.#over.abort());
    const step = await this.#learner.advance().finally(stopWatching);
    at.sequences = step.sequences;
    at.seconds += (clock() - from) / 1000;
    if (Number.isFinite(step.loss))
      at.loss = Number.isFinite(at.loss) ? 0.9 * at.loss + 0.1 * step.loss : step.loss;
    if (this.#over.signal.aborted || at.seconds >= budget || at.sequences >= sequences) return true;
    return step.done === true && !signal.aborted;
  }

  /** Whether a test on the way is due: by the time that went into others, or by the sequences learned. */
  get #isDue(): boolean {
    const { sequences } = this.#options;
    if (sequences === undefined) return this.#looking <= LOOKS * this.at.seconds;
    const parts = Math.floor((PARTS * this.at.sequences) / sequences);
    const due = parts > this.#parts;
    this.#parts = parts;
    return due;
  }

  /** Tests, shortly, when it is time to; at length when that looks solved or it was the last stretch. */
  async test(last: boolean): Promise<{ solved: boolean; error: number; wrong: number } | undefined> {
    const { at } = this;
    const { clock, test = 10_000 } = this.#options;
    if (!this.#isDue && !last) return undefined;
    const start = clock();
    const quick = await wrongOn(this.#learner, this.#task, this.#random, LOOK);
    at.error = quick.error;
    this.#looking += (clock() - start) / 1000;
    if (!last && quick.error >= solvedBelow) return undefined;
    const { error, wrong } = await wrongOn(this.#learner, this.#task, this.#random, test);
    at.error = error;
    const solved = error < solvedBelow;
    return last || solved ? { solved, error, wrong } : undefined;
  }

  /** From where an interrupted run goes on, if its way can. */
  get state(): RunState | undefined {
    const { sequences, seconds } = this.at;
    return this.#learner.save && { sequences, seconds, model: this.#learner.save() };
  }
}

/** Runs; an interrupted run gives its state in place of a result. */
export async function runWay(
  key: RunKey,
  options: RunOptions,
): Promise<RunResult | { interrupted: RunState | undefined }> {
  const { signal, resume, onProgress } = options;
  const task: Task = longLag[key.task]({ lag: key.lag });
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const learner = await ways[key.way].start(task, key.lag, key.seed, stop, resume?.model);
  try {
    const random = new Random(await engine("float64"), key.seed, streams.comparison);
    const run = new WayRun(learner, task, random, { options, over });
    for (;;) {
      if (signal.aborted) return { interrupted: run.state };
      const tested = await run.test(await run.advance());
      const { sequences, seconds } = run.at;
      if (tested) return { ...key, ...tested, sequences, seconds };
      onProgress?.(run.at);
    }
  } finally {
    learner.dispose();
  }
}

/**
 * Fractions of sequences with anything wrong, and wrong symbols a sequence: on all there are, or on fresh
 * ones.
 */
async function wrongOn(
  learner: Learner,
  task: Task,
  random: Random,
  count: number,
): Promise<{ error: number; wrong: number }> {
  let sequences = 0;
  let any = 0;
  let wrong = 0;
  for (let left = task.all ? task.all.length : count; left > 0;) {
    const items = task.all ?? task.batch(Math.min(left, LOOK), random);
    learner.predict(items).forEach((y, i) => {
      const w = task.wrong(items[i], y);
      wrong += w;
      if (w > 0) ++any;
    });
    sequences += items.length;
    left -= items.length;
  }
  return { error: any / sequences, wrong: wrong / sequences };
}
