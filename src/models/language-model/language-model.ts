/**
 * A neural language model (Bengio et al. 2003): the words before are looked up in one shared table, set side
 * by side, and a tanh layer and, optionally, direct connections give the probabilities of the next word.
 *
 *   x = (C[w_{t-1}], …, C[w_{t-n}])      P(w_t) = softmax(b + W·x + U·tanh(d + H·x))
 *
 * It is a net of this library: embedding, delay taps, dense layers. Sequences begin with a start symbol,
 * zeros before it.
 */
import { DisposedError, OptionError, knownOptions, whole } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { internals } from "../network/internals.ts";
import { Network, network } from "../network/network.ts";
import { drawSequence } from "../network/sample.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../lifetime.ts";
import { fitNet, readFitOptions, type LanguageModelFitOptions, type LanguageModelReport } from "./fit.ts";
import { netOf, type LanguageModelSpec } from "./spec.ts";
import { LanguageModelStream } from "./stream.ts";
import { checkVocabulary, isBare, WordTable, type Words, type WordSequences } from "./words.ts";

/** How to write. */
export interface LanguageModelSampleOptions {
  /** Words before. Default: the start of a sequence. */
  readonly history?: Words;
  /** Default: the model's. */
  readonly seed?: number;
  /** Below 1 the model dares less, above 1 more. Default 1. */
  readonly temperature?: number;
  /** How many words may be drawn: the most probable. Default all. */
  readonly topK?: number;
  /** Share of the probability that the words which may be drawn must reach. Default 1: all. */
  readonly topP?: number;
}

/** What a model expects to come. */
export interface WordForecast {
  /** [steps] numbers of words. */
  sequence: Int32Array;
  /** [steps,V] of every word at each step, given those before. */
  probabilities: Floats;
}

/** What a model writes. */
export interface WordSample {
  /** [length] numbers of words. */
  sequence: Int32Array;
  /** The words themselves, where the model knows them. */
  words?: string[];
}

/** One answer for one bare sequence, an array of them for many. */
export type EachWords<S extends WordSequences, T> = S extends ArrayLike<number> | string ? T : T[];

/** A neural language model. `net` is the net inside. */
export class NeuralLanguageModel {
  readonly #life = new Lifetime("languageModel");
  readonly #vocabulary: WordTable;
  #net: Network;
  /** The net that a fit trains now. */
  #trainee: Network | undefined;

  /** Use `languageModel(spec)`. */
  constructor(net: Network) {
    const { words, size } = net.spec.notes as { words?: readonly string[]; size: number };
    this.#net = net;
    this.#vocabulary = new WordTable(size, words);
  }

  /** The net: its parameters, loss, gradient and products. */
  get net(): Network {
    this.#life.check("net");
    return this.#net;
  }

  /** Copies of the net's parameters, by name; `set` writes one. */
  get parameters(): Network["parameters"] {
    this.#life.check("parameters");
    return this.#net.parameters;
  }

  /**
   * Trains by gradient. Throws OptionError and DataError before anything changes, DisposedError where the
   * model is disposed meanwhile.
   */
  async fit(sequences: WordSequences, options: LanguageModelFitOptions = {}): Promise<LanguageModelReport> {
    const who = this.#life.check("fit");
    const settings = readFitOptions(who, options);
    const data = this.#vocabulary.items(who, sequences);
    if (this.#trainee)
      throw new OptionError(`${who}: the model is being fitted already; wait for that fit, or stop it`);
    this.#trainee = this.#net;
    try {
      const { net, report } = await fitNet(this.#net, data, settings, (trainee) => {
        this.#trainee = trainee;
        if (this.#life.over) trainee.dispose();
      });
      if (net !== this.#net) this.#net.dispose();
      this.#net = net;
      if (this.#life.over) net.dispose();
      this.#life.check("fit");
      return report;
    } catch (error) {
      if (error instanceof DisposedError)
        throw new DisposedError(`${who}: the model was disposed while it was being fitted`, { cause: error });
      throw error;
    } finally {
      this.#trainee = undefined;
    }
  }

  /** ln p(sequences), every word and the first too, nats. */
  logLikelihood(sequences: WordSequences): number {
    const who = this.#life.check("logLikelihood");
    const data = this.#vocabulary.items(who, sequences);
    const answers = this.#answers(who, data);
    const V = this.#vocabulary.size;
    return answers.reduce((sum, p, i) => {
      const probabilities = Array.from(data[i].target, (w, t) => p[t * V + w]);
      return sum + elementwise(this.#net.engine, "mapLog", probabilities).reduce((s, x) => s + x, 0);
    }, 0);
  }

  /** e^(-ln p/words): the number of equally likely words that would be as hard to guess. */
  perplexity(sequences: WordSequences): number {
    const data = this.#vocabulary.items(this.#life.check("perplexity"), sequences);
    const words = data.reduce((n, { input }) => n + input.length, 0);
    return elementwise(this.#net.engine, "mapExp", [-this.logLikelihood(sequences) / words])[0];
  }

  /** P(w_t | w_<t) [T,V] of each sequence; one answer for a bare one. */
  predict<S extends WordSequences>(sequences: S): EachWords<S, Floats> {
    const who = this.#life.check("predict");
    const answers = this.#answers(who, this.#vocabulary.items(who, sequences));
    return (isBare(sequences) ? answers[0] : answers) as EachWords<S, Floats>;
  }

  /** The most probable next word, `steps` times, each fed back. */
  forecast(steps: number, options: { history?: Words } = {}): WordForecast {
    const who = this.#life.check("forecast");
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    const V = this.#vocabulary.size;
    const prompt = this.#vocabulary.prompt(who, options.history);
    const sequence = new Int32Array(steps);
    const probabilities =
      this.#net.spec.precision === "float32" ? new Float32Array(steps * V) : new Float64Array(steps * V);
    const stream = this.#net.stream();
    try {
      let p = prompt.map((w) => stream.step(w)).at(-1)!;
      for (let t = 0; t < steps; ++t) {
        probabilities.set(p, t * V);
        sequence[t] = (p as Float64Array).reduce((best, x, w) => (x > p[best] ? w : best), 0);
        p = stream.step(sequence[t]);
      }
    } finally {
      stream.dispose();
    }
    return { sequence, probabilities };
  }

  /** Words drawn one after another, from the start or after `history`. */
  sample(length: number, options: LanguageModelSampleOptions = {}): WordSample {
    const who = this.#life.check("sample");
    knownOptions(who, options, ["seed", "temperature", "history", "topK", "topP"]);
    const { words } = this.#vocabulary;
    const sequence = Int32Array.from(
      drawSequence(who, this.#net, whole(who, "length", length, 1), {
        ...options,
        seed: options.seed ?? this.#net.spec.seed,
        history: this.#vocabulary.prompt(who, options.history),
      }),
    );
    return { sequence, ...(words ? { words: Array.from(sequence, (w) => words[w]) } : {}) };
  }

  /** One word at a time, from the start of a sequence. */
  stream(): LanguageModelStream {
    this.#life.check("stream");
    return new LanguageModelStream(this.#vocabulary, this.#net.stream());
  }

  /** safetensors: the net with its vocabulary and the state of its training. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return this.#net.save();
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    if (!this.#life.end()) return;
    this.#trainee?.dispose();
    this.#net.dispose();
  }

  /** `using lm = await languageModel(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #answers(who: string, data: readonly { readonly input: Int32Array }[]): Floats[] {
    return internals(this.#net).predictEach(
      who,
      data.map(({ input }) => input),
    );
  }
}

async function create(spec: LanguageModelSpec): Promise<NeuralLanguageModel> {
  return new NeuralLanguageModel(await network(netOf("languageModel", spec)));
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<NeuralLanguageModel> {
  const net = await Network.load(bytes, "languageModel.load");
  try {
    checkVocabulary("languageModel.load", net.spec);
    return new NeuralLanguageModel(net);
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** Builds a neural language model: `const lm = await languageModel({ vocabulary, context: 4 })`. */
export const languageModel: ModelFactory<LanguageModelSpec, NeuralLanguageModel> = modelFactory(create, load);
