/**
 * Characters said once, from the answers of a net that reads forwards: a label is said at the first step at
 * which it is the likeliest, and stood not there at the step before. It is the best path of connectionist
 * temporal classification, known step by step: nothing said is ever taken back.
 */
import { elementwise } from "../wasm/elementwise.ts";
import type { Engine } from "../wasm/engine.ts";

/** A character said. */
export interface Said {
  readonly label: number;
  /** The step of the output with which it was said. */
  readonly step: number;
  /** [K - 1] the chances of the labels at that step, which sum to 1: how hard the choice was. */
  readonly chances: Float64Array;
}

/** A line in progress. */
export class Commitment {
  readonly #classes: number;
  #last: number;
  #step = 0;

  /** `K`: labels and the blank, which is the last. */
  constructor(K: number) {
    this.#classes = K;
    this.#last = K - 1;
  }

  /** The answer y [K] of one more step, and what is said with it. */
  step(y: ArrayLike<number>): Said | undefined {
    const blank = this.#classes - 1;
    let label = 0;
    let total = y[0];
    for (let k = 1; k <= blank; ++k) {
      if (y[k] > y[label]) label = k;
      if (k < blank) total += y[k];
    }
    const step = this.#step++;
    const isNew = label !== blank && label !== this.#last;
    this.#last = label;
    if (!isNew) return undefined;
    return { label, step, chances: Float64Array.from({ length: blank }, (_, k) => y[k] / total) };
  }
}

/** What a net's answers y [S,K] say, step by step. */
export function commitAll(y: ArrayLike<number>, K: number): Said[] {
  const line = new Commitment(K);
  const said: Said[] = [];
  for (let from = 0; from < y.length; from += K) {
    const now = line.step(Array.from({ length: K }, (_, k) => y[from + k]));
    if (now) said.push(now);
  }
  return said;
}

/** Entropy of the label of a character said, nats: -Σ p ln p. */
export function entropyOf(engine: Engine, { chances }: Said): number {
  const some = chances.filter((p) => p > 0);
  const logs = elementwise(engine, "mapLog", some);
  return some.reduce((sum, p, i) => sum - p * logs[i], 0);
}
