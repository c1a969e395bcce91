/**
 * One label a sequence. The net answers at every step; a sequence's probabilities are the mean over its
 * steps, or those of its last step, and training weighs the steps alike.
 */
import { DataError, OptionError, knownOptions, oneOf, show } from "../wasm/errors.ts";
import type { Floats, Precision } from "../wasm/memory.ts";
import { each, type Each, type Sequence, type Sequences } from "../data/sequence.ts";
import { DISPOSE, modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { dense, lstm, type Layer } from "../models/network/layers.ts";
import { network, type Network } from "../models/network/network.ts";
import type { FitReport } from "../models/network/fit.ts";
import type { NetworkSummary } from "../models/network/summary.ts";
import type { Stream } from "../models/network/stream.ts";
import { Confusion } from "../train/confusion.ts";
import { JobNet, loadJob, type JobFitOptions } from "./job-net.ts";
import type { Scale } from "./scale.ts";

const WHO = "sequenceClassifier";
const UNITS = 48;

/** What a classifier is. */
export interface SequenceClassifierSpec {
  /** Names of the classes, at least two. */
  readonly labels: readonly string[];
  /** Values a step. */
  readonly input: number;
  /** Layers in front of the answer. Default lstm(48). */
  readonly layers?: readonly Layer[];
  /** Which steps answer for the sequence: all alike, or the last. Default "mean". */
  readonly pool?: "mean" | "last";
  /** Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
}

/** A sequence with its label. */
export interface LabeledSequence {
  /** [T,I]. */
  readonly input: Sequence;
  /** One of the classifier's `labels`. */
  readonly label: string;
}

/** An answer. */
export interface Classification {
  /** The most probable label. */
  readonly label: string;
  /** By label; they add up to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** How well a classifier does. */
export interface ClassifierEvaluation {
  /** Mean loss of a step, nats. */
  readonly loss: number;
  /** Share of sequences whose most probable label is right. */
  readonly accuracy: number;
  /** [K][K] sequences: row the true label, column the predicted one. */
  readonly confusion: readonly (readonly number[])[];
  /** Mean F1 of the labels. */
  readonly f1: number;
  /** How many the figures are of. */
  readonly sequences: number;
}

/** A sequence in progress, with a running guess. */
export class ClassifierStream {
  readonly #stream: Stream;
  readonly #answer: (sum: Float64Array, steps: number) => Classification;
  readonly #scaled: (x: ArrayLike<number> | number) => Float64Array;
  readonly #last: boolean;
  readonly #sum: Float64Array;
  #steps = 0;

  /** Use `classifier.stream()`. */
  constructor(
    stream: Stream,
    classes: number,
    last: boolean,
    read: {
      scaled(x: ArrayLike<number> | number): Float64Array;
      answer(sum: Float64Array, steps: number): Classification;
    },
  ) {
    this.#stream = stream;
    this.#last = last;
    this.#scaled = (x) => read.scaled(x);
    this.#answer = (sum, steps) => read.answer(sum, steps);
    this.#sum = new Float64Array(classes);
  }

  /** The guess after one more step x [I]. Throws DisposedError, ShapeError, DataError. */
  step(x: ArrayLike<number> | number): Classification {
    const p = this.#stream.step(this.#scaled(x));
    this.#steps = this.#last ? 1 : this.#steps + 1;
    for (let k = 0; k < p.length; ++k) this.#sum[k] = p[k] + (this.#last ? 0 : this.#sum[k]);
    return this.#answer(this.#sum, this.#steps);
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.#stream.reset();
    this.#sum.fill(0);
    this.#steps = 0;
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#stream.dispose();
  }

  /** `using stream = classifier.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }
}

/** Says which of some labels a sequence has. */
export class SequenceClassifier {
  /** Names of the classes, in the order of all probabilities. */
  readonly labels: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #last: boolean;
  readonly #job: JobNet<LabeledSequence>;

  /** Use `sequenceClassifier(spec)`. */
  constructor(net: Network, labels: readonly string[], pool: "mean" | "last", scale?: Scale) {
    this.labels = labels;
    this.#numbers = new Map(labels.map((label, k) => [label, k]));
    this.#last = pool === "last";
    this.#job = new JobNet<LabeledSequence>(
      net,
      {
        who: WHO,
        check: (who, item) => this.#check(who, item),
        target: ({ label }, T) => ({
          target: new Int32Array(T).fill(this.#numbers.get(label)!),
          weight: Float64Array.from({ length: T }, (_, t) => this.#weight(t, T)),
        }),
        evaluate: (items) => ({ ...this.#evaluate(`${WHO}.fit`, items) }),
        notes: () => ({ labels, pool }),
      },
      scale,
    );
  }

  /** The net inside. */
  get net(): Network {
    return this.#job.net;
  }

  /** Learns. Inputs are standardized by the first data that it learns from. Throws as `net.fit` does. */
  fit(items: readonly LabeledSequence[], options: JobFitOptions<LabeledSequence> = {}): Promise<FitReport> {
    return this.#job.fit(items, options);
  }

  /** The label of each sequence, or of one bare one. Throws OptionError where it was never fitted. */
  predict<S extends Sequences>(inputs: S): Each<S, Classification> {
    const answers = this.#job.answers(`${WHO}.predict`, inputs);
    return each(
      inputs,
      answers.map((p) => this.#classify(p)),
    );
  }

  /** Accuracy, confusion and F1 on labeled sequences. */
  async evaluate(items: readonly LabeledSequence[]): Promise<ClassifierEvaluation> {
    return this.#evaluate(`${WHO}.evaluate`, items);
  }

  /** One step at a time, with a running guess. Throws OptionError for nets that read backwards in time. */
  stream(): ClassifierStream {
    const who = `${WHO}.stream`;
    this.#job.scaled(who, new Float64Array(this.#job.width));
    return new ClassifierStream(this.net.stream(), this.labels.length, this.#last, {
      scaled: (x) => this.#job.scaled(who, this.#job.read("stream.step: x", typeof x === "number" ? [x] : x)),
      answer: (sum, steps) => this.#answer(sum.map((p) => p / steps)),
    });
  }

  /** Layers, shapes, weights, bytes, multiply-adds a step. */
  summary(): NetworkSummary {
    return this.net.summary();
  }

  /** safetensors: the net, the labels, the standardization and the training's state. */
  save(options?: { training?: boolean }): Uint8Array<ArrayBuffer> {
    return this.#job.save(options);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.net.dispose();
  }

  /** `using c = await sequenceClassifier(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #weight(t: number, T: number): number {
    if (!this.#last) return 1 / T;
    return t === T - 1 ? 1 : 0;
  }

  #check(who: string, item: LabeledSequence): void {
    const unknown = Object.keys(item).find((field) => !["input", "label"].includes(field));
    if (unknown !== undefined)
      throw new DataError(`${who}: unknown field "${unknown}", want input and label`);
    if (!this.#numbers.has(item.label))
      throw new DataError(`${who}.label is ${show(item.label)}, want one of ${this.labels.join(", ")}`);
  }

  #evaluate(who: string, items: readonly LabeledSequence[]): ClassifierEvaluation {
    const checked = this.#job.items(who, items);
    const confusion = new Confusion(this.labels.length);
    const answers = this.#job.answersTo(who, checked);
    let right = 0;
    answers.forEach((p, i) => {
      const truth = this.#numbers.get(items[i].label)!;
      const predicted = this.#numbers.get(this.#classify(p).label)!;
      confusion.add(truth, predicted, 1);
      if (truth === predicted) ++right;
    });
    const loss = -this.net.logLikelihood(checked) / items.length;
    return {
      loss,
      accuracy: right / items.length,
      confusion: confusion.rows(),
      f1: confusion.f1(),
      sequences: items.length,
    };
  }

  /** The answer to a sequence from those of its steps [T,K]. */
  #classify(p: Floats): Classification {
    const K = this.labels.length;
    const T = p.length / K;
    const mean = new Float64Array(K);
    for (let t = this.#last ? T - 1 : 0; t < T; ++t) for (let k = 0; k < K; ++k) mean[k] += p[t * K + k];
    return this.#answer(this.#last ? mean : mean.map((sum) => sum / T));
  }

  #answer(p: Float64Array): Classification {
    const best = p.reduce((top, x, k) => (x > p[top] ? k : top), 0);
    return {
      label: this.labels[best],
      probabilities: Object.fromEntries(this.labels.map((label, k) => [label, p[k]])),
    };
  }
}

/** Names of classes, each once. */
export function checkLabels(who: string, labels: readonly string[]): readonly string[] {
  if (!Array.isArray(labels) || labels.length < 2 || labels.some((label) => typeof label !== "string"))
    throw new OptionError(`${who}: labels is ${show(labels)}, want an array of at least two names`);
  if (new Set(labels).size !== labels.length) throw new OptionError(`${who}: labels names a class twice`);
  return labels as readonly string[];
}

async function create(spec: SequenceClassifierSpec): Promise<SequenceClassifier> {
  knownOptions(WHO, spec, ["labels", "input", "layers", "pool", "seed", "precision"]);
  const { input, layers = [lstm(UNITS)], pool = "mean", seed, precision } = spec;
  const labels = checkLabels(WHO, spec.labels);
  oneOf(WHO, "pool", pool, ["mean", "last"]);
  const net = await network({
    input,
    layers: [...layers, dense(labels.length)],
    loss: "softmax",
    ...(seed === undefined ? {} : { seed }),
    ...(precision === undefined ? {} : { precision }),
  });
  return new SequenceClassifier(net, labels, pool);
}

async function load(bytes: Uint8Array | ArrayBuffer): Promise<SequenceClassifier> {
  const { net, scale, notes } = await loadJob(WHO, bytes);
  const { labels, pool } = notes as { labels: string[]; pool: "mean" | "last" };
  try {
    oneOf(`${WHO}.load`, "pool", pool, ["mean", "last"]);
    return new SequenceClassifier(net, checkLabels(`${WHO}.load`, labels), pool, scale);
  } catch (error) {
    net.dispose();
    throw new DataError((error as Error).message, { cause: error });
  }
}

/** A classifier: `const c = await sequenceClassifier({ labels: ["a", "b"], input: 12 })`. */
export const sequenceClassifier: ModelFactory<SequenceClassifierSpec, SequenceClassifier> = modelFactory(
  create,
  load,
);
