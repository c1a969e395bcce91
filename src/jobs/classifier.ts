/**
 * One label a sequence. The net answers at every step, and a sequence's probabilities are the mean over its
 * steps or those of its last; or it answers once, to the mean or maximum of its states. Training weighs
 * alike.
 */
import { knownOptions, oneOf } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import type { DataItem } from "../data/item.ts";
import type { Sequence } from "../data/sequence.ts";
import { modelFactory, type ModelFactory } from "../models/lifetime.ts";
import type { Network } from "../models/network/network.ts";
import { poolLayers, pools, RunningAnswer, stepWeights, wholeAnswer, type Pool } from "./answering.ts";
import { SequenceJob, type Running } from "./job.ts";
import { jobNetwork, jobSpecNames, loadJob, type JobSpec } from "./job-net.ts";
import { Labels, mostProbable, type LabelEvaluation } from "./labels.ts";
import type { Scale } from "./scale.ts";

const WHO = "sequenceClassifier";

/** What a classifier is. */
export interface SequenceClassifierSpec extends JobSpec {
  /** Names of the classes, at least two. */
  readonly labels: readonly string[];
  /** What answers for a sequence: every step, or the last, mean or maximum of the states. Default "steps". */
  readonly pool?: Pool;
}

/** A sequence with its label. */
export interface LabeledSequence {
  /** [T,I]. */
  readonly input: Sequence;
  /** One of the classifier's names. */
  readonly label: string;
}

/** An answer. */
export interface Classification {
  /** The most probable label. */
  readonly label: string;
  /** By label; they add up to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Says which of some labels a sequence has. */
export class SequenceClassifier extends SequenceJob<LabeledSequence, Classification, LabelEvaluation> {
  readonly #labels: Labels;
  readonly #pool: Pool;

  /** Use `sequenceClassifier(spec)`. */
  constructor(net: Network, labels: Labels, pool: Pool, scale?: Scale) {
    super(WHO, ["input", "label"], net, scale);
    this.#labels = labels;
    this.#pool = pool;
  }

  /** Names of the classes. */
  get labels(): readonly string[] {
    return this.#labels.names;
  }

  /** Throws DataError on other labels. */
  protected check(who: string, item: LabeledSequence): void {
    this.#labels.number(`${who}.label`, item.label);
  }

  /** The label at every step, weighed by the pool. */
  protected target({ label }: LabeledSequence, T: number): Pick<DataItem, "target" | "weight"> {
    const target = new Int32Array(T).fill(this.#labels.number(WHO, label));
    return { target, weight: stepWeights(this.#pool, T) };
  }

  /** The label of a whole sequence from the probabilities [T,K] of its steps. */
  protected answer(p: Floats): Classification {
    return this.#classify(wholeAnswer(this.#pool, p, this.labels.length));
  }

  /** The guess so far. */
  protected running(): Running<Classification> {
    const running = new RunningAnswer(this.#pool, this.labels.length);
    return { step: (p, again) => this.#classify(running.step(p, again)), reset: () => running.reset() };
  }

  /** Loss a sequence, accuracy, confusion and F1. */
  protected measure(
    items: readonly LabeledSequence[],
    answers: readonly Floats[],
    own: readonly DataItem[],
  ): LabelEvaluation {
    const number = (label: string): number => this.#labels.number(WHO, label);
    const pairs = answers.map((p, i) => [number(items[i].label), number(this.answer(p).label)] as const);
    const loss = -this.net.logLikelihood(own) / items.length;
    return { loss, ...this.#labels.figures(pairs), sequences: items.length };
  }

  /** Labels and pool. */
  protected notes(): Record<string, unknown> {
    return { labels: this.labels, pool: this.#pool };
  }

  #classify(p: Float64Array): Classification {
    const label = this.labels[mostProbable(p, p.length)];
    return { label, probabilities: this.#labels.byName(p) };
  }
}

async function create(spec: SequenceClassifierSpec): Promise<SequenceClassifier> {
  knownOptions(WHO, spec, ["labels", ...jobSpecNames, "pool"]);
  const labels = new Labels(WHO, spec.labels);
  const pool = oneOf(WHO, "pool", spec.pool ?? "steps", pools);
  return new SequenceClassifier(
    await jobNetwork(spec, {
      who: WHO,
      output: labels.names.length,
      loss: "softmax",
      behind: poolLayers(pool),
    }),
    labels,
    pool,
  );
}

const load = (bytes: Uint8Array | ArrayBuffer): Promise<SequenceClassifier> =>
  loadJob(WHO, bytes, ({ net, scale, notes }) => {
    const labels = new Labels(`${WHO}.load`, notes.labels as string[]);
    return new SequenceClassifier(net, labels, oneOf(`${WHO}.load`, "pool", notes.pool, pools), scale);
  });

/** A classifier: `const c = await sequenceClassifier({ labels: ["a", "b"], input: 12 })`. */
export const sequenceClassifier: ModelFactory<SequenceClassifierSpec, SequenceClassifier> = modelFactory(
  create,
  load,
);
