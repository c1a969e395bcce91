/**
 * A neural language model (Bengio et al. 2003): the words before are looked up in one shared table, set side
 * by side, and a tanh layer and, optionally, direct connections give the probabilities of the next word.
 *
 *   x = (C[w_{t-1}], …, C[w_{t-n}])      P(w_t) = softmax(b + W·x + U·tanh(d + H·x))
 *
 * It is a net of this library: embedding, delay taps, dense layers. Sequences begin with a start symbol,
 * zeros before it.
 */
import { DataError, OptionError, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import { Arena, type Floats, type Precision } from "../wasm/memory.ts";
import { adam } from "../optim/adam.ts";
import { checkOptimizer, type Optimizer } from "../optim/optimizer.ts";
import { checkEmOptions, type EmOptions, type EmReport } from "../train/em.ts";
import type { DataItem } from "../train/data.ts";
import { delayTaps, dense, embedding, skip } from "./network/layers.ts";
import { Lifetime } from "./lifetime.ts";
import { Network, network } from "./network/network.ts";
import { sample } from "./network/sample.ts";

/** A sequence: numbers of words, words, or a string whose characters are the words. */
export type Words = ArrayLike<number> | readonly string[] | string;
/** Many sequences, or a single one: its words' numbers, or a string. An array of strings is many. */
export type WordSequences = readonly Words[] | ArrayLike<number> | string;

export interface LanguageModelSpec {
  /** The words, or how many there are. */
  readonly vocabulary: number | readonly string[];
  /** Words before that the next one depends on. Default 4. */
  readonly context?: number;
  /** Width of a word's row in the shared table. Default 30. */
  readonly embedding?: number;
  /** Units of the tanh layer; 0: none. Default 60. */
  readonly hidden?: number;
  /** Connections from the table's rows straight to the outputs. Default false. */
  readonly direct?: boolean;
  /** Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
}

/** How to fit: `iterations` are optimizer steps (default 1000). */
export interface LanguageModelFit extends EmOptions {
  /** Default adam({ rate: 0.003 }). */
  readonly optimizer?: Optimizer;
  /** Sequences a step. Default 32. */
  readonly batch?: number;
}

/** What a fit came to; `history` holds each step's loss, nats a word. */
export type LanguageModelReport = EmReport;

/** Steps whose mean losses are compared to stop by `tolerance`. */
const WINDOW = 100;

/** A neural language model. `net` is the net inside. */
export class NeuralLanguageModel {
  readonly #life = new Lifetime("languageModel");
  readonly #numbers: ReadonlyMap<string, number> | undefined;
  readonly #words: readonly string[] | undefined;
  readonly #size: number;
  #net: Network;

  /** Use `languageModel(spec)`. */
  constructor(net: Network) {
    const { words, size } = net.spec.notes as { words?: readonly string[]; size: number };
    this.#net = net;
    this.#size = size;
    this.#words = words;
    this.#numbers = words && new Map(words.map((word, i) => [word, i]));
  }

  /** The net: its parameters, loss, gradient and products. */
  get net(): Network {
    this.#life.check("net");
    return this.#net;
  }

  /**
   * Trains by gradient. With `tolerance`, stops when the mean loss of 100 steps is not that much better than
   * that of the 100 before, nats a word.
   */
  async fit(sequences: WordSequences, options: LanguageModelFit = {}): Promise<LanguageModelReport> {
    const who = this.#life.check("fit");
    const { iterations, tolerance, restarts, signal, onProgress } = checkEmOptions(
      who,
      options,
      ["optimizer", "batch"],
      { iterations: 1000, tolerance: 0 },
    );
    const { optimizer = adam({ rate: 0.003 }) } = options;
    const batch = whole(who, "batch", options.batch ?? 32, 1);
    checkOptimizer(who, optimizer);
    const data = this.#items(who, sequences);
    let best: { net: Network; report: LanguageModelReport } | undefined;
    for (let restart = 0; restart < restarts && (restart === 0 || !signal?.aborted); ++restart) {
      const net =
        restart === 0 ? this.#net : await network({ ...this.#net.spec, seed: this.#net.spec.seed + restart });
      const history: number[] = [];
      let converged = false;
      for await (const { loss } of net.train(data, { optimizer, steps: iterations, batch, signal })) {
        history.push(loss);
        onProgress?.({ restart, iteration: history.length, objective: -loss });
        converged =
          tolerance > 0 &&
          history.length % WINDOW === 0 &&
          history.length >= 2 * WINDOW &&
          mean(history.slice(-2 * WINDOW, -WINDOW)) - mean(history.slice(-WINDOW)) < tolerance;
        if (converged) break;
      }
      const { loss, steps } = await net.evaluate(data);
      const report = {
        logLikelihood: -loss * steps,
        iterations: history.length,
        converged,
        restart,
        history,
      };
      if (best && report.logLikelihood <= best.report.logLikelihood) {
        net.dispose();
        continue;
      }
      if (best) best.net.dispose();
      best = { net, report };
    }
    this.#net = best!.net;
    return best!.report;
  }

  /** ln p(sequences), every word and the first too, nats. */
  logLikelihood(sequences: WordSequences): number {
    const data = this.#items(this.#life.check("logLikelihood"), sequences);
    const { kernels: k, memory } = this.#net.engine;
    const arena = new Arena(memory);
    let sum = 0;
    this.#net.predict(data.map(({ input }) => input)).forEach((p, i) => {
      const target = data[i].target as ArrayLike<number>;
      const T = target.length;
      const ptr = arena.reals(T);
      memory.reals(ptr, T).set(Array.from(target, (w, t) => p[t * this.#size + w]));
      k.mapLog(T, ptr, ptr);
      for (const x of memory.reals(ptr, T)) sum += x;
      arena.reset();
    });
    arena.dispose();
    return sum;
  }

  /** e^(-ln p/words): the number of equally likely words that would be as hard to guess. */
  perplexity(sequences: WordSequences): number {
    const words = this.#items(this.#life.check("perplexity"), sequences).reduce(
      (n, { input }) => n + input.length,
      0,
    );
    const mean = this.logLikelihood(sequences) / words;
    const { kernels: k, memory } = this.#net.engine;
    const arena = new Arena(memory);
    const ptr = arena.reals(1);
    memory.reals(ptr, 1)[0] = -mean;
    k.mapExp(1, ptr, ptr);
    const result = memory.reals(ptr, 1)[0];
    arena.dispose();
    return result;
  }

  /** P(w_t | w_<t) [T,V] of each sequence; one answer for a bare one. */
  predict<S extends WordSequences>(sequences: S): S extends ArrayLike<number> | string ? Floats : Floats[] {
    const answers = this.#net.predict(
      this.#items(this.#life.check("predict"), sequences).map(({ input }) => input),
    );
    return (isBare(sequences) ? answers[0] : answers) as S extends ArrayLike<number> | string
      ? Floats
      : Floats[];
  }

  /**
   * The most probable next word, `steps` times, each fed back; and the probabilities [steps,V] it was chosen
   * from.
   */
  forecast(
    steps: number,
    options: { history?: Words } = {},
  ): { sequence: Int32Array; probabilities: Floats } {
    const who = this.#life.check("forecast");
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    const stream = this.#net.stream();
    const V = this.#size;
    const sequence = new Int32Array(steps);
    const rows: Floats[] = [];
    let p = this.#prompt(who, options.history)
      .map((w) => stream.step(w))
      .at(-1)!;
    for (let t = 0; t < steps; ++t) {
      rows.push(p);
      sequence[t] = (p as Float64Array).reduce((best, x, w) => (x > p[best] ? w : best), 0);
      p = stream.step(sequence[t]);
    }
    stream.dispose();
    const probabilities =
      this.#net.spec.precision === "float32" ? new Float32Array(steps * V) : new Float64Array(steps * V);
    rows.forEach((row, t) => probabilities.set(row, t * V));
    return { sequence, probabilities };
  }

  /**
   * Words drawn one after another, from the start or after `history`. Below temperature 1 the model dares
   * less.
   */
  sample(
    length: number,
    options: { seed?: number; temperature?: number; history?: Words } = {},
  ): { sequence: Int32Array; words?: string[] } {
    const who = this.#life.check("sample");
    knownOptions(who, options, ["seed", "temperature", "history"]);
    const { history, seed, temperature } = options;
    const sequence = Int32Array.from(
      sample(this.#net, {
        length: whole(who, "length", length, 1),
        seed: seed ?? this.#net.spec.seed,
        temperature,
        prompt: this.#prompt(who, history),
      }),
    );
    return { sequence, ...(this.#words ? { words: Array.from(sequence, (w) => this.#words![w]) } : {}) };
  }

  /** safetensors: the net with its vocabulary and the state of its training. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return this.#net.save();
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    if (this.#life.end()) this.#net.dispose();
  }

  /** Inputs begin with the start symbol, targets are the words. */
  #items(who: string, sequences: WordSequences): DataItem[] {
    const bare = isBare(sequences);
    const list = bare ? [sequences] : sequences;
    if (!Array.isArray(list) || list.length === 0)
      throw new DataError(
        `${who}: ${typeof list === "object" && list?.length === 0 ? "no sequences" : `sequences are ${list === null ? "null" : typeof list}`}, want an array of at least one`,
      );
    return (list as readonly Words[]).map((sequence, i) => {
      const ids = this.#encode(`${who}: sequence ${i}`, sequence);
      if (ids.length === 0) throw new DataError(`${who}: sequence ${i} is empty, want at least one word`);
      const input = new Int32Array(ids.length).fill(this.#size);
      input.set(ids.subarray(0, -1), 1);
      return { input, target: ids };
    });
  }

  #prompt(who: string, history: Words | undefined): number[] {
    return [this.#size, ...(history === undefined ? [] : this.#encode(`${who}: history`, history))];
  }

  #encode(who: string, sequence: Words): Int32Array {
    if (sequence === null || (typeof sequence !== "object" && typeof sequence !== "string"))
      throw new DataError(`${who} is ${typeof sequence}, want words or their numbers`);
    return Int32Array.from(Array.from(sequence as ArrayLike<number | string>), (word, t) => {
      const id = typeof word === "string" ? this.#numbers?.get(word) : word;
      if (id !== undefined && Number.isInteger(id) && id >= 0 && id < this.#size) return id;
      throw new DataError(
        `${who}: word ${t} is ${JSON.stringify(word)}, ` +
          `want ${typeof word === "string" && this.#numbers ? "one of the vocabulary" : `a number from 0 to ${this.#size - 1}`}`,
      );
    });
  }
}

const isBare = (data: WordSequences): data is ArrayLike<number> | string =>
  typeof data === "string" || typeof (data as ArrayLike<unknown> | null)?.[0] === "number";
const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

async function create(spec: LanguageModelSpec): Promise<NeuralLanguageModel> {
  const who = "languageModel";
  knownOptions(who, spec, ["vocabulary", "context", "embedding", "hidden", "direct", "seed", "precision"]);
  const { vocabulary, direct = false, seed = 1, precision = "float32" } = spec ?? {};
  const words = Array.isArray(vocabulary) ? (vocabulary as readonly string[]) : undefined;
  if (words && (words.some((w) => typeof w !== "string") || new Set(words).size !== words.length))
    throw new OptionError(`${who}: vocabulary has a word twice, or one that is not a string`);
  const size = whole(
    who,
    words ? "vocabulary's length" : "vocabulary",
    words ? words.length : vocabulary,
    1,
    1e7,
  );
  const context = whole(who, "context", spec.context ?? 4, 1);
  const width = whole(who, "embedding", spec.embedding ?? 30, 1);
  const hidden = whole(who, "hidden", spec.hidden ?? 60, 0);
  if (typeof direct !== "boolean")
    throw new OptionError(`${who}: direct is ${String(direct)}, want true or false`);
  if (hidden === 0 && !direct)
    throw new OptionError(`${who}: hidden is 0 without direct connections, want one of them`);
  oneOf(who, "precision", precision, ["float32", "float64"]);
  const tanh = dense(Math.max(hidden, 1), { activation: "tanh" });
  const middle = hidden === 0 ? [] : [direct ? skip(tanh) : tanh];
  return new NeuralLanguageModel(
    await network({
      input: 1,
      layers: [embedding(size + 1, width), delayTaps(context), ...middle, dense(size)],
      loss: "softmax",
      seed,
      precision,
      notes: { kind: "language model", size, ...(words ? { words } : {}) },
    }),
  );
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<NeuralLanguageModel> {
  const net = await Network.load(bytes, "languageModel.load");
  if (net.spec.notes.kind === "language model") return new NeuralLanguageModel(net);
  net.dispose();
  throw new DataError(
    "languageModel.load: the file holds a net that is not a language model; load it with network.load",
  );
}

/** Builds a neural language model: `const lm = await languageModel({ vocabulary, context: 4 })`. */
export const languageModel: ((spec: LanguageModelSpec) => Promise<NeuralLanguageModel>) & {
  load(bytes: Uint8Array | ArrayBuffer): Promise<NeuralLanguageModel>;
} = Object.assign(create, { load });
