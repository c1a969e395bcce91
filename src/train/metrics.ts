/** Figures beside the loss: how often predictions are right, by the kind of loss. */
import { bestPath } from "../inference/best-path.ts";
import { editDistance, errorRate } from "../inference/edit-distance.ts";
import type { FlatItem } from "./data.ts";

/** What `evaluate` tells. */
export interface Evaluation {
  /**
   * The objective that training minimizes, dropout off: nats, or half squared units, a step (ctc: a
   * sequence).
   */
  readonly loss: number;
  readonly sequences: number;
  /** Steps of all sequences. */
  readonly steps: number;
  /** Share of weighted steps (softmax) or units (bernoulli) predicted right. */
  readonly accuracy?: number;
  /** Sequences with any weighted step or unit wrong. */
  readonly wrongSequences?: number;
  /** Bits a step, where the loss is in nats. */
  readonly bits?: number;
  /**
   * Edits a true label of the best path (ctc): 0 where there are neither edits nor labels, Infinity where
   * there are only edits.
   */
  readonly labelError?: number;
  /** Root mean square error over weighted units. */
  readonly rmse?: number;
}

/** Adds up figures over sequences. */
export class Metrics {
  #right = 0;
  #counted = 0;
  #squares = 0;
  #wrongSequences = 0;
  #sequences = 0;
  #steps = 0;
  readonly #loss: string;
  readonly #columns: number;

  constructor(loss: string, columns: number) {
    this.#loss = loss;
    this.#columns = columns;
  }

  /** One sequence: its item and its prediction [T,O]. */
  add({ target, weight, length }: FlatItem, prediction: ArrayLike<number>): void {
    const O = this.#columns;
    const weigh = (t: number, j: number): number =>
      weight.length === 0 ? 1 : weight.length === length ? weight[t] : weight[t * O + j];
    let wrong = 0;
    if (this.#loss === "softmax") {
      for (let t = 0; t < length; ++t) {
        const w = weigh(t, 0);
        if (w === 0) continue;
        let best = 0;
        for (let j = 1; j < O; ++j) if (prediction[t * O + j] > prediction[t * O + best]) best = j;
        this.#counted += w;
        if (best === target[t]) this.#right += w;
        else ++wrong;
      }
    } else if (this.#loss === "ctc") {
      wrong = editDistance(
        bestPath(prediction, O).map(({ label }) => label),
        target,
      );
      this.#counted += target.length;
      this.#right += target.length - wrong;
    } else {
      for (let t = 0; t < length; ++t)
        for (let j = 0; j < O; ++j) {
          const w = weigh(t, j);
          const p = prediction[t * O + j];
          const y = target[t * O + j];
          if (w === 0) continue;
          this.#counted += w;
          this.#squares += w * (p - y) * (p - y);
          if (p > 0.5 === y > 0.5) this.#right += w;
          else ++wrong;
        }
    }
    ++this.#sequences;
    this.#steps += length;
    if (wrong > 0) ++this.#wrongSequences;
  }

  result(loss: number): Evaluation {
    const base = { loss, sequences: this.#sequences, steps: this.#steps };
    if (this.#loss === "squared") return { ...base, rmse: Math.sqrt(this.#squares / this.#counted) };
    if (this.#loss === "ctc")
      return {
        ...base,
        labelError: errorRate(this.#counted - this.#right, this.#counted),
        wrongSequences: this.#wrongSequences,
      };
    // 1/ln 2
    return {
      ...base,
      accuracy: this.#right / this.#counted,
      wrongSequences: this.#wrongSequences,
      bits: loss * 1.4426950408889634,
    };
  }
}
