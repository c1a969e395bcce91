/**
 * What all jobs by name have in common: the verbs that users meet. A job adds what its items are, and what it
 * makes of the net's answers.
 */
import type { Floats } from "../wasm/memory.ts";
import type { DataItem } from "../data/item.ts";
import { each, type Each, type Sequence, type Sequences } from "../data/sequence.ts";
import { DISPOSE } from "../models/lifetime.ts";
import type { FitReport } from "../models/network/fit.ts";
import type { Network } from "../models/network/network.ts";
import type { Stream } from "../models/network/stream.ts";
import type { NetworkSummary } from "../models/network/summary.ts";
import { JobNet, type JobFitOptions, type ReadItem } from "./job-net.ts";
import type { Scale } from "./scale.ts";

/** Answers while a sequence comes: `step` makes one of the net's answer y [O] to one more step. */
export interface Running<Answer> {
  /** The answer after one more step; `again`: y is of the net's step before, of which more is known now. */
  step(y: Floats, again: boolean): Answer;
  /** Back to the start of a sequence. */
  reset(): void;
}

/** A sequence in progress, with an answer after every step. */
export class JobStream<Answer> {
  readonly #stream: Stream;
  readonly #running: Running<Answer>;
  readonly #scaled: (x: ArrayLike<number> | number) => Float64Array;
  readonly #outputSteps: (T: number) => number;
  #steps = 0;

  /** Use a job's `stream()`. */
  constructor(
    stream: Stream,
    scaled: (x: ArrayLike<number> | number) => Float64Array,
    running: Running<Answer>,
    outputSteps: (T: number) => number,
  ) {
    this.#outputSteps = outputSteps;
    this.#stream = stream;
    this.#scaled = scaled;
    this.#running = running;
  }

  /** The answer after one more step x [I]. Throws DisposedError, ShapeError, DataError. */
  step(x: ArrayLike<number> | number): Answer {
    const y = this.#stream.step(this.#scaled(x));
    const before = this.#steps > 0 ? this.#outputSteps(this.#steps) : 0;
    return this.#running.step(y, this.#outputSteps(++this.#steps) === before);
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.#stream.reset();
    this.#steps = 0;
    this.#running.reset();
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#stream.dispose();
  }

  /** `using stream = job.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }
}

/**
 * A job by name: Answer is what it says of a sequence, RunningAnswer of one in progress, Evaluation how well
 * it does.
 */
export abstract class SequenceJob<
  Item extends {
    /** What is asked about. */
    readonly input: Sequence;
  },
  Answer,
  Evaluation extends {
    /** Mean, as training counts it. */
    readonly loss: number;
  },
  RunningAnswer = Answer,
> {
  readonly #who: string;
  readonly #job: JobNet<Item>;

  /** Use a job's own function. */
  constructor(who: string, fields: readonly string[], net: Network, scale?: Scale) {
    this.#who = who;
    this.#job = new JobNet<Item>(
      net,
      {
        who,
        fields,
        check: (where, item) => this.check(where, item),
        prepare: (items) => this.prepare(items),
        target: (item, T) => this.target(item, T),
        evaluate: (where, items) => ({ ...this.#evaluate(where, items) }),
        notes: () => this.notes(),
      },
      scale,
    );
  }

  /** The net inside. */
  get net(): Network {
    return this.#job.net;
  }

  /** Learns. Data are standardized by the first ones that it learns from. Throws as `net.fit` does. */
  fit(items: readonly Item[], options: JobFitOptions<Item> = {}): Promise<FitReport> {
    return this.#job.fit(items, options);
  }

  /** The answer to each sequence, or to one bare one. Throws OptionError where it was never fitted. */
  predict<S extends Sequences>(inputs: S): Each<S, Answer> {
    const answers = this.#job.answers(`${this.#who}.predict`, inputs);
    return each(
      inputs,
      answers.map((y) => this.answer(y)),
    );
  }

  /** How well it does on items with their answers. */
  async evaluate(items: readonly Item[]): Promise<Evaluation> {
    return this.#evaluate(`${this.#who}.evaluate`, items);
  }

  /** One step at a time, with a running answer. Throws OptionError for nets that read backwards in time. */
  stream(): JobStream<RunningAnswer> {
    const who = `${this.#who}.stream`;
    this.#job.checkFitted(who);
    const scaled = (x: ArrayLike<number> | number): Float64Array =>
      this.#job.scaled(who, this.#job.read("stream.step: x", typeof x === "number" ? [x] : x));
    return new JobStream(this.net.stream(), scaled, this.running(), (T) => this.#job.outputSteps(T));
  }

  /** Layers, shapes, weights, bytes, multiply-adds a step. */
  summary(): NetworkSummary {
    return this.net.summary();
  }

  /** safetensors: the net, what the job needs beside it, and the training's state. */
  save(options?: { training?: boolean }): Uint8Array<ArrayBuffer> {
    return this.#job.save(options);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.net.dispose();
  }

  /** `using job = await sequenceClassifier(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** What Node prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.#who}: ${String(this.summary())}`;
  }

  /** Throws DataError where an item is none of this job; its fields are the right ones. */
  protected abstract check(who: string, item: Item): void;
  /** The target and weights of the net for an item of T steps. */
  protected abstract target(item: Item, T: number): Pick<DataItem, "target" | "weight">;
  /** What the net's answers [T,O] to a sequence say. */
  protected abstract answer(y: Floats): Answer;
  /** The same of a sequence in progress. */
  protected abstract running(): Running<RunningAnswer>;
  /** Figures of items, from the net's answers [T,O] and its items. */
  protected abstract measure(
    items: readonly Item[],
    answers: readonly Floats[],
    own: readonly DataItem[],
  ): Evaluation;
  /** Plain data that the file keeps beside the net. */
  protected abstract notes(): Record<string, unknown>;
  /** Called with the training items before the first fit; what comes back takes it back. */
  protected prepare(_items: readonly ReadItem<Item>[]): () => void {
    return () => {};
  }

  #evaluate(who: string, items: readonly Item[]): Evaluation {
    const { items: own, answers } = this.#job.answersTo(who, items);
    return this.measure(items, answers, own);
  }
}
