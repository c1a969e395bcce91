/**
 * Figures beside the loss: how often and how far predictions are wrong, by the kind of loss. Weights count
 * everywhere.
 */
import { bestPath } from "../inference/best-path.ts";
import { editDistance, errorRate } from "../inference/edit-distance.ts";
import { OptionError, knownOptions, oneOf, show, whole } from "../wasm/errors.ts";
import { blankOf } from "../losses/ctc.ts";
import type { Loss } from "../losses/loss.ts";
import { targetColumns, type DataSpec, type FlatItem } from "../data/item.ts";
import { wordsOf } from "./words.ts";
import { Confusion } from "./confusion.ts";

/** What `evaluate` tells. */
export interface Evaluation {
  /**
   * The objective that training minimizes, dropout off: nats, or half squared units, a step (ctc: a
   * sequence).
   */
  readonly loss: number;
  /** Sequences that count: those of weight 0 do not. */
  readonly sequences: number;
  /** Steps of these sequences. */
  readonly steps: number;
  /** Share of weighted steps (softmax) or units (bernoulli) predicted right. */
  readonly accuracy?: number;
  /** Sequences with any weighted step or unit wrong. */
  readonly wrongSequences?: number;
  /** Bits a step, where the loss is in nats. */
  readonly bits?: number;
  /** e to the loss, where it is in nats a step: as many equally likely classes would be as hard to guess. */
  readonly perplexity?: number;
  /**
   * Edits a true label of the best path (ctc): 0 where there are neither edits nor labels, Infinity where
   * there are only edits.
   */
  readonly labelError?: number;
  /** The same of words: the runs of labels between spaces. */
  readonly wordError?: number;
  /** Root mean square error over weighted units. */
  readonly rmse?: number;
  /** Mean absolute error over weighted units. */
  readonly mae?: number;
  /**
   * 1 - squared error / squared distance to the mean, over weighted units; each output has a mean of its own.
   */
  readonly r2?: number;
  /** Share of weighted steps whose class is among the k most probable. */
  readonly topK?: number;
  /** [K][K] summed weights: row the true class, column the predicted one. */
  readonly confusion?: readonly (readonly number[])[];
  /**
   * Mean over classes of the harmonic mean of precision and recall; classes that neither occur nor are
   * predicted do not count.
   */
  readonly f1?: number;
}

/** A figure by its name. */
export type MetricName =
  | "accuracy"
  | "topK"
  | "confusion"
  | "f1"
  | "rmse"
  | "mae"
  | "r2"
  | "bits"
  | "perplexity"
  | "labelError"
  | "wordError";

/** A figure by its name, or with what it needs: how many classes, the label between words. */
export type Metric =
  | MetricName
  | {
      /** The true class among the k most probable. */
      readonly kind: "topK";
      /** How many classes. */
      readonly k: number;
    }
  | {
      /** Edits a true word. */
      readonly kind: "wordError";
      /** The label between words. */
      readonly space: number;
    };

/** The figures that are wanted. */
export interface WantedMetrics {
  readonly names: ReadonlySet<MetricName>;
  /** For topK. */
  readonly k: number;
  /** For wordError. */
  readonly space: number;
}

const TOP = 5; // classes of topK where none is given
const classMetrics = ["accuracy", "topK", "confusion", "f1", "bits", "perplexity"] as const;
const realMetrics = ["rmse", "mae", "r2"] as const;
const metricsOf: Record<string, readonly MetricName[]> = {
  softmax: classMetrics,
  bernoulli: ["accuracy", "bits", ...realMetrics],
  ctc: ["labelError", "wordError"],
};

/** The figures that are wanted, if the loss has them; else an OptionError. */
export function checkMetrics(
  who: string,
  metrics: readonly Metric[],
  loss: string,
  spec: DataSpec,
): WantedMetrics {
  if (!Array.isArray(metrics))
    throw new OptionError(`${who}: metrics is ${show(metrics)}, want an array of names`);
  const known = metricsOf[loss] ?? (spec.target === "reals" ? realMetrics : []);
  const names = new Set<MetricName>();
  let k = TOP;
  let space = -1;
  for (const metric of metrics as readonly Metric[]) {
    const name = oneOf(who, "a metric", typeof metric === "object" ? metric?.kind : metric, known);
    names.add(name);
    if (typeof metric !== "object") continue;
    knownOptions(`${who}: ${name}`, metric, ["kind", name === "topK" ? "k" : "space"]);
    if (metric.kind === "topK") k = whole(who, "topK.k", metric.k, 1);
    else space = whole(who, "wordError.space", metric.space, 0, spec.output - 1);
  }
  if (names.has("wordError") && space < 0)
    throw new OptionError(
      `${who}: wordError needs the label that stands between words; write { kind: "wordError", space: 0 }`,
    );
  return { names, k, space };
}

const INVERSE_LN_2 = 1.4426950408889634;

/** Adds up figures over sequences. */
export class Metrics {
  readonly #loss: Pick<Loss, "name" | "blank" | "point">;
  /** D: target values a step, where they are reals. */
  readonly #targets: number;
  readonly #target: DataSpec["target"];
  readonly #columns: number;
  readonly #wanted: WantedMetrics;
  readonly #confusion: Confusion | undefined;
  #right = 0;
  #near = 0;
  #counted = 0;
  #squares = 0;
  #absolute = 0;
  #wrongSequences = 0;
  #sequences = 0;
  #steps = 0;
  #wordEdits = 0;
  #words = 0;
  /** Of each output: Σ w, Σ w·y, Σ w·(y - mean)². */
  readonly #moments: { weight: number; mean: number; squares: number }[];

  constructor(loss: Pick<Loss, "name" | "blank" | "point">, spec: DataSpec, wanted: WantedMetrics) {
    this.#loss = loss;
    this.#target = spec.target;
    this.#columns = spec.output;
    this.#targets = targetColumns(spec);
    this.#wanted = wanted;
    if (wanted.names.has("confusion") || wanted.names.has("f1")) this.#confusion = new Confusion(spec.output);
    this.#moments = Array.from({ length: wanted.names.has("r2") ? this.#targets : 0 }, () => ({
      weight: 0,
      mean: 0,
      squares: 0,
    }));
  }

  /** One sequence: its item and its prediction [T,O]. One of weight 0 does not count. */
  add(item: FlatItem, prediction: ArrayLike<number>): void {
    const { weight, steps } = item;
    if (weight.length > 0 && Array.prototype.every.call(weight, (w: number) => w === 0)) return;
    ++this.#sequences;
    this.#steps += steps;
    if (this.#wrong(item, prediction) > 0) ++this.#wrongSequences;
  }

  /** The figures; loss is the mean. e: e to a power, from the kernels. */
  result(loss: number, e: (x: number) => number): Evaluation {
    const base = { loss, sequences: this.#sequences, steps: this.#steps };
    const wrong = { wrongSequences: this.#wrongSequences };
    const share = (part: number): number => part / this.#counted;
    const rmse = Math.sqrt(share(this.#squares));
    if (this.#target === "labels")
      return {
        ...base,
        labelError: errorRate(this.#counted - this.#right, this.#counted),
        ...wrong,
        ...this.#chosen({ wordError: () => errorRate(this.#wordEdits, this.#words) }),
      };
    const reals = {
      rmse: () => rmse,
      mae: () => share(this.#absolute),
      r2: () => 1 - this.#squares / this.#moments.reduce((sum, { squares }) => sum + squares, 0),
    };
    if (this.#target === "class" || this.#loss.name === "bernoulli")
      return {
        ...base,
        accuracy: share(this.#right),
        ...wrong,
        bits: loss * INVERSE_LN_2,
        ...this.#chosen({
          perplexity: () => e(loss),
          topK: () => share(this.#near),
          confusion: () => this.#confusion!.rows(),
          f1: () => this.#confusion!.f1(),
          ...reals,
        }),
      };
    return { ...base, rmse, ...this.#chosen(reals) };
  }

  /** Adds one sequence that counts; returns how many steps, units or labels of it are wrong. */
  #wrong(item: FlatItem, prediction: ArrayLike<number>): number {
    if (this.#target === "class") return this.#addClasses(item, prediction);
    return this.#target === "labels" ? this.#addLabels(item, prediction) : this.#addReals(item, prediction);
  }

  #chosen(figures: Record<string, () => Evaluation[MetricName]>): Partial<Evaluation> {
    const wanted = Object.entries(figures).filter(([name]) => this.#wanted.names.has(name as MetricName));
    return Object.fromEntries(wanted.map(([name, figure]) => [name, figure()]));
  }

  #addClasses({ target, weight, steps: length }: FlatItem, prediction: ArrayLike<number>): number {
    const O = this.#columns;
    let wrong = 0;
    for (let t = 0; t < length; ++t) {
      const w = weight.length === 0 ? 1 : weight[t];
      if (w === 0) continue;
      let best = 0;
      let before = 0; // classes that are more probable than the true one
      const p = prediction[t * O + target[t]];
      for (let j = 0; j < O; ++j) {
        if (prediction[t * O + j] > prediction[t * O + best]) best = j;
        if (prediction[t * O + j] > p) ++before;
      }
      this.#counted += w;
      if (best === target[t]) this.#right += w;
      else ++wrong;
      if (before < this.#wanted.k) this.#near += w;
      this.#confusion?.add(target[t], best, w);
    }
    return wrong;
  }

  #addLabels({ target }: FlatItem, prediction: ArrayLike<number>): number {
    const path = bestPath(prediction, this.#columns, blankOf(this.#loss.blank ?? -1, this.#columns)).map(
      ({ label }) => label,
    );
    const wrong = editDistance(path, target);
    this.#counted += target.length;
    this.#right += target.length - wrong;
    if (this.#wanted.names.has("wordError")) {
      const words = wordsOf(target, this.#wanted.space);
      this.#wordEdits += editDistance(wordsOf(path, this.#wanted.space), words);
      this.#words += words.length;
    }
    return wrong;
  }

  #addReals({ target, weight, steps: length }: FlatItem, answer: ArrayLike<number>): number {
    const prediction = this.#loss.point?.(answer, this.#columns) ?? answer;
    const O = this.#targets;
    let wrong = 0;
    for (let i = 0; i < length * O; ++i) {
      const w = weightAt(weight, i, length, O);
      if (w === 0) continue;
      const y = target[i];
      const error = prediction[i] - y;
      this.#counted += w;
      this.#squares += w * error * error;
      this.#absolute += w * Math.abs(error);
      if (prediction[i] > 0.5 === y > 0.5) this.#right += w;
      else ++wrong;
      if (this.#moments.length > 0) addMoment(this.#moments[i % O], y, w);
    }
    return wrong;
  }
}

/** Weight of number i of a sequence [T,O] whose weights are none, [T] or [T,O]. */
function weightAt(weight: ArrayLike<number>, i: number, T: number, O: number): number {
  if (weight.length === 0) return 1;
  return weight.length === T ? weight[Math.floor(i / O)] : weight[i];
}

/** Takes y into a weighted mean and sum of squared distances from it (West 1979). */
function addMoment(m: { weight: number; mean: number; squares: number }, y: number, w: number): void {
  m.weight += w;
  const distance = y - m.mean;
  m.mean += (w / m.weight) * distance;
  m.squares += w * distance * (y - m.mean);
}
