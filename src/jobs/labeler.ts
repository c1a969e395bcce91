/** One label a step of a sequence. */
import { DataError, OptionError, ShapeError, knownOptions, show } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import type { DataItem } from "../data/item.ts";
import type { Sequence } from "../data/sequence.ts";
import { modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { internals } from "../models/network/internals.ts";
import type { Network } from "../models/network/network.ts";
import type { Classification } from "./classifier.ts";
import { SequenceJob, type Running } from "./job.ts";
import { jobNetwork, jobSpecNames, loadJob, type JobSpec } from "./job-net.ts";
import { Labels, mostProbable, type LabelEvaluation } from "./labels.ts";
import type { Scale } from "./scale.ts";

const WHO = "sequenceLabeler";

/** What a labeler is; its layers keep the number of steps. */
export interface SequenceLabelerSpec extends JobSpec {
  /** Names of the classes, at least two. */
  readonly labels: readonly string[];
}

/** A sequence with a label a step. */
export interface StepLabels {
  /** [T,I]. */
  readonly input: Sequence;
  /** [T], of the labeler's names. */
  readonly labels: readonly string[];
}

/** An answer. */
export interface Labeling {
  /** [T] the most probable label of each step. */
  readonly labels: readonly string[];
  /** [T,K] in the order of the labeler's names. */
  readonly probabilities: Floats;
}

/** Says which label each step of a sequence has; a stream, that of the step at hand. */
export class SequenceLabeler extends SequenceJob<StepLabels, Labeling, LabelEvaluation, Classification> {
  readonly #labels: Labels;

  /** Use `sequenceLabeler(spec)`. */
  constructor(net: Network, labels: Labels, scale?: Scale) {
    super(WHO, ["input", "labels"], net, scale);
    this.#labels = labels;
  }

  /** Names of the classes. */
  get labels(): readonly string[] {
    return this.#labels.names;
  }

  /** Throws DataError on other labels. */
  protected check(who: string, { labels }: StepLabels): void {
    if (!Array.isArray(labels))
      throw new DataError(`${who}.labels is ${show(labels)}, want an array of names, one a step`);
    (labels as readonly string[]).forEach((label, t) => this.#labels.number(`${who}.labels[${t}]`, label));
  }

  /** The labels. Throws ShapeError where they are not one a step. */
  protected target({ labels }: StepLabels, T: number): Pick<DataItem, "target"> {
    if (labels.length !== T)
      throw new ShapeError(`${WHO}: a sequence of ${T} steps has ${labels.length} labels, want ${T}`);
    return { target: Int32Array.from(labels, (label) => this.#labels.number(WHO, label)) };
  }

  /** The labels from the probabilities [T,K]. */
  protected answer(probabilities: Floats): Labeling {
    return { labels: this.#best(probabilities).map((k) => this.labels[k]), probabilities };
  }

  /** The label of the step at hand. */
  protected running(): Running<Classification> {
    const step = (p: Floats): Classification => ({
      label: this.labels[mostProbable(p, p.length)],
      probabilities: this.#labels.byName(p),
    });
    return { step, reset: () => {} };
  }

  /** Loss a step, accuracy, confusion and F1 over all steps. */
  protected measure(
    items: readonly StepLabels[],
    answers: readonly Floats[],
    own: readonly DataItem[],
  ): LabelEvaluation {
    const pairs = answers.flatMap((p, i) =>
      this.#best(p).map((k, t) => [this.#labels.number(WHO, items[i].labels[t]), k] as const),
    );
    const loss = -this.net.logLikelihood(own) / pairs.length;
    return { loss, ...this.#labels.figures(pairs), sequences: items.length };
  }

  /** The labels. */
  protected notes(): Record<string, unknown> {
    return { labels: this.labels };
  }

  /** The most probable class of each step. */
  #best(p: Floats): number[] {
    const K = this.labels.length;
    return Array.from({ length: p.length / K }, (_, t) => mostProbable(p, K, t * K));
  }
}

async function create(spec: SequenceLabelerSpec): Promise<SequenceLabeler> {
  knownOptions(WHO, spec, ["labels", ...jobSpecNames]);
  const labels = new Labels(WHO, spec.labels);
  const net = await jobNetwork(spec, { who: WHO, output: labels.names.length, loss: "softmax" });
  if (internals(net).data.outputSteps) {
    net.dispose();
    throw new OptionError(
      `${WHO}: a layer changes the number of steps, and every step has a label; want layers that keep it`,
    );
  }
  return new SequenceLabeler(net, labels);
}

const load = (bytes: Uint8Array | ArrayBuffer): Promise<SequenceLabeler> =>
  loadJob(
    WHO,
    bytes,
    ({ net, scale, notes }) =>
      new SequenceLabeler(net, new Labels(`${WHO}.load`, notes.labels as string[]), scale),
  );

/** A labeler: `const l = await sequenceLabeler({ labels: ["still", "moving"], input: 3 })`. */
export const sequenceLabeler: ModelFactory<SequenceLabelerSpec, SequenceLabeler> = modelFactory(create, load);
