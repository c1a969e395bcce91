/** One label a step of a sequence. */
import { DataError, ShapeError, knownOptions, show } from "../wasm/errors.ts";
import type { Floats, Precision } from "../wasm/memory.ts";
import { each, type Each, type Sequence, type Sequences } from "../data/sequence.ts";
import { DISPOSE, modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { dense, lstm, type Layer } from "../models/network/layers.ts";
import { network, type Network } from "../models/network/network.ts";
import type { FitReport } from "../models/network/fit.ts";
import type { NetworkSummary } from "../models/network/summary.ts";
import { Confusion } from "../train/confusion.ts";
import { checkLabels, type ClassifierEvaluation } from "./classifier.ts";
import { JobNet, loadJob, type JobFitOptions } from "./job-net.ts";
import type { Scale } from "./scale.ts";

const WHO = "sequenceLabeler";
const UNITS = 48;

/** What a labeler is. */
export interface SequenceLabelerSpec {
  /** Names of the classes, at least two. */
  readonly labels: readonly string[];
  /** Values a step. */
  readonly input: number;
  /** Layers in front of the answer; they keep the number of steps. Default lstm(48). */
  readonly layers?: readonly Layer[];
  /** Default 1. */
  readonly seed?: number;
  /** Default "float32". */
  readonly precision?: Precision;
}

/** A sequence with a label a step. */
export interface StepLabels {
  /** [T,I]. */
  readonly input: Sequence;
  /** [T]. */
  readonly labels: readonly string[];
}

/** An answer. */
export interface Labeling {
  /** [T] the most probable label of each step. */
  readonly labels: readonly string[];
  /** [T,K] in the order of the labeler's names. */
  readonly probabilities: Floats;
}

/** Says which label each step of a sequence has. */
export class SequenceLabeler {
  /** Names of the classes, in the order of all probabilities. */
  readonly labels: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #job: JobNet<StepLabels>;

  /** Use `sequenceLabeler(spec)`. */
  constructor(net: Network, labels: readonly string[], scale?: Scale) {
    this.labels = labels;
    this.#numbers = new Map(labels.map((label, k) => [label, k]));
    this.#job = new JobNet<StepLabels>(
      net,
      {
        who: WHO,
        check: (who, item) => this.#check(who, item),
        target: (item, T) => {
          if (item.labels.length !== T)
            throw new ShapeError(
              `${WHO}: a sequence of ${T} steps has ${item.labels.length} labels, want ${T}`,
            );
          return { target: Int32Array.from(item.labels, (label) => this.#numbers.get(label)!) };
        },
        evaluate: (items) => ({ ...this.#evaluate(`${WHO}.fit`, items) }),
        notes: () => ({ labels }),
      },
      scale,
    );
  }

  /** The net inside. */
  get net(): Network {
    return this.#job.net;
  }

  /** Learns. Inputs are standardized by the first data that it learns from. Throws as `net.fit` does. */
  fit(items: readonly StepLabels[], options: JobFitOptions<StepLabels> = {}): Promise<FitReport> {
    return this.#job.fit(items, options);
  }

  /** A label a step of each sequence, or of one bare one. Throws OptionError where it was never fitted. */
  predict<S extends Sequences>(inputs: S): Each<S, Labeling> {
    const answers = this.#job.answers(`${WHO}.predict`, inputs);
    return each(
      inputs,
      answers.map((probabilities) => ({
        labels: this.#best(probabilities).map((k) => this.labels[k]),
        probabilities,
      })),
    );
  }

  /** Accuracy, confusion and F1 over steps. */
  async evaluate(items: readonly StepLabels[]): Promise<ClassifierEvaluation> {
    return this.#evaluate(`${WHO}.evaluate`, items);
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

  /** `using l = await sequenceLabeler(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #check(who: string, item: StepLabels): void {
    const unknown = Object.keys(item).find((field) => !["input", "labels"].includes(field));
    if (unknown !== undefined)
      throw new DataError(`${who}: unknown field "${unknown}", want input and labels`);
    if (!Array.isArray(item.labels))
      throw new DataError(`${who}.labels is ${show(item.labels)}, want an array of names, one a step`);
    const bad = item.labels.findIndex((label) => !this.#numbers.has(label));
    if (bad >= 0)
      throw new DataError(
        `${who}.labels[${bad}] is ${show(item.labels[bad])}, want one of ${this.labels.join(", ")}`,
      );
  }

  #evaluate(who: string, items: readonly StepLabels[]): ClassifierEvaluation {
    const checked = this.#job.items(who, items);
    const confusion = new Confusion(this.labels.length);
    let right = 0;
    let steps = 0;
    this.#job.answersTo(who, checked).forEach((p, i) => {
      this.#best(p).forEach((predicted, t) => {
        const truth = this.#numbers.get(items[i].labels[t])!;
        confusion.add(truth, predicted, 1);
        if (truth === predicted) ++right;
        ++steps;
      });
    });
    return {
      loss: -this.net.logLikelihood(checked) / steps,
      accuracy: right / steps,
      confusion: confusion.rows(),
      f1: confusion.f1(),
      sequences: items.length,
    };
  }

  /** The most probable class of each step. */
  #best(p: Floats): number[] {
    const K = this.labels.length;
    return Array.from({ length: p.length / K }, (_, t) => {
      let best = 0;
      for (let k = 1; k < K; ++k) if (p[t * K + k] > p[t * K + best]) best = k;
      return best;
    });
  }
}

async function create(spec: SequenceLabelerSpec): Promise<SequenceLabeler> {
  knownOptions(WHO, spec, ["labels", "input", "layers", "seed", "precision"]);
  const { input, layers = [lstm(UNITS)], seed, precision } = spec;
  const labels = checkLabels(WHO, spec.labels);
  const net = await network({
    input,
    layers: [...layers, dense(labels.length)],
    loss: "softmax",
    ...(seed === undefined ? {} : { seed }),
    ...(precision === undefined ? {} : { precision }),
  });
  return new SequenceLabeler(net, labels);
}

async function load(bytes: Uint8Array | ArrayBuffer): Promise<SequenceLabeler> {
  const { net, scale, notes } = await loadJob(WHO, bytes);
  try {
    return new SequenceLabeler(net, checkLabels(`${WHO}.load`, notes.labels as string[]), scale);
  } catch (error) {
    net.dispose();
    throw new DataError((error as Error).message, { cause: error });
  }
}

/** A labeler: `const l = await sequenceLabeler({ labels: ["still", "moving"], input: 3 })`. */
export const sequenceLabeler: ModelFactory<SequenceLabelerSpec, SequenceLabeler> = modelFactory(create, load);
