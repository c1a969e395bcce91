/** Names of classes: their numbers, their probabilities, and which are taken for which. */
import { DataError, OptionError, show } from "../wasm/errors.ts";
import { Confusion } from "../train/confusion.ts";

/** How well labels are told. */
export interface LabelEvaluation {
  /** Mean loss, nats: of a sequence (classifier), of a step (labeler). */
  readonly loss: number;
  /** Share of what is labeled whose most probable label is right. */
  readonly accuracy: number;
  /** [K][K] counts: row the true label, column the predicted one. */
  readonly confusion: readonly (readonly number[])[];
  /** Mean F1 of the labels. */
  readonly f1: number;
  /** How many were looked at. */
  readonly sequences: number;
}

/** The most probable of the classes whose probabilities begin at `from`; the first of equal ones. */
export function mostProbable(p: ArrayLike<number>, K: number, from = 0): number {
  let best = 0;
  for (let k = 1; k < K; ++k) if (p[from + k] > p[from + best]) best = k;
  return best;
}

/** Labels by name and by number. */
export class Labels {
  readonly names: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** Throws OptionError on what are no names, each once, and at least two. */
  constructor(who: string, names: readonly string[]) {
    if (!Array.isArray(names) || names.length < 2 || names.some((name) => typeof name !== "string"))
      throw new OptionError(`${who}: labels is ${show(names)}, want an array of at least two names`);
    if (new Set(names).size !== names.length) throw new OptionError(`${who}: labels names a class twice`);
    this.names = names as readonly string[];
    this.#numbers = new Map(this.names.map((name, k) => [name, k]));
  }

  /** The number of a label. Throws DataError on other names. */
  number(who: string, label: string): number {
    const k = this.#numbers.get(label);
    if (k !== undefined) return k;
    throw new DataError(`${who} is ${show(label)}, want one of ${this.names.join(", ")}`);
  }

  /** p [K] by name. */
  byName(p: ArrayLike<number>): Readonly<Record<string, number>> {
    return Object.fromEntries(this.names.map((name, k) => [name, p[k]]));
  }

  /** Figures of pairs of a true and a predicted class. */
  figures(
    pairs: readonly (readonly [truth: number, predicted: number])[],
  ): Omit<LabelEvaluation, "loss" | "sequences"> {
    const confusion = new Confusion(this.names.length);
    for (const [truth, predicted] of pairs) confusion.add(truth, predicted, 1);
    const right = pairs.reduce((sum, [truth, predicted]) => sum + Number(truth === predicted), 0);
    return { accuracy: right / pairs.length, confusion: confusion.rows(), f1: confusion.f1() };
  }
}
