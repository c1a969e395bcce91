/**
 * A character n-gram model with interpolated back-off (Witten & Bell 1991, method C):
 *
 *   P(c | h) = (n(h c) + D(h)·P(c | h')) / (n(h) + D(h))
 *
 * h' is h without its oldest label, D(h) the number of different labels seen after h, and below the empty
 * history all are equal. The end of a sequence is a label of its own, number V. Logarithms come from the
 * kernels, so the numbers are the same everywhere.
 */
import { elementwise } from "../wasm/elementwise.ts";
import type { Engine } from "../wasm/engine.ts";
import { checkValues, flatten } from "../data/sequence.ts";
import { knownOptions, OptionError, show, whole } from "../wasm/errors.ts";
import type { LanguageModel } from "./beam-search.ts";

interface Context {
  /** n(h c) of the D(h) labels that came after h: most histories have seen a few. */
  readonly counts: Map<number, number>;
  /** n(h). */
  total: number;
}

/** Counts of an n-gram model over labels 0..V-1. */
export class NGram implements LanguageModel {
  /** V, without the end of a sequence, which is label V. */
  readonly labels: number;
  /** n: a label depends on the n-1 before it. */
  readonly order: number;
  readonly #engine: Engine;
  readonly #contexts = new Map<string, Context>();
  readonly #known = new Map<string, Float64Array>();

  /** labels: V; order: n, the history is n-1 labels long. Throws OptionError. */
  constructor(engine: Engine, options: { labels: number; order: number }) {
    if (!engine?.kernels)
      throw new OptionError(`NGram: engine is ${show(engine)}, want what "await engine(precision)" gives`);
    knownOptions("NGram", options ?? {}, ["labels", "order"]);
    this.labels = whole("NGram", "labels", options?.labels, 1, 65534);
    this.order = whole("NGram", "order", options?.order, 1, 32);
    this.#engine = engine;
  }

  /** Counts one sequence and its end. Throws DataError on what is no label. */
  add(sequence: readonly number[]): void {
    this.#check("NGram.add: sequence", sequence);
    this.#known.clear();
    for (let i = 0; i <= sequence.length; ++i) {
      const next = i < sequence.length ? sequence[i] : this.labels;
      for (let length = 0; length < this.order; ++length) {
        if (length > i + 1) break;
        const context = this.#context(key(sequence, i, length));
        context.counts.set(next, (context.counts.get(next) ?? 0) + 1);
        ++context.total;
      }
    }
  }

  /** P [V+1] of each label after the prefix, and of the end; they sum to 1. Throws DataError. */
  nextProbabilities(prefix: readonly number[]): Float64Array {
    this.#check("NGram.nextProbabilities: prefix", prefix);
    const V = this.labels + 1;
    const i = prefix.length;
    const p = new Float64Array(V).fill(1 / V);
    for (let length = 0; length < this.order && length <= i + 1; ++length) {
      const context = this.#contexts.get(key(prefix, i, length));
      if (!context) break;
      const { counts, total } = context;
      const kinds = counts.size;
      for (let c = 0; c < V; ++c) p[c] *= kinds;
      for (const [c, count] of counts) p[c] += count;
      for (let c = 0; c < V; ++c) p[c] /= total + kinds;
    }
    return p;
  }

  /** ln P [V+1]; kept for histories asked for before. Throws DataError. */
  nextLogProbabilities(prefix: readonly number[]): Float64Array {
    this.#check("NGram.nextLogProbabilities: prefix", prefix);
    const history = key(prefix, prefix.length, Math.min(this.order - 1, prefix.length + 1));
    let known = this.#known.get(history);
    if (!known) {
      const p = this.nextProbabilities(prefix);
      this.#known.set(history, (known = elementwise(this.#engine, "mapLog", p)));
    }
    return known;
  }

  /** Throws a DataError unless these are labels. */
  #check(who: string, labels: readonly number[]): void {
    checkValues(
      who,
      flatten(who, labels, 1),
      {
        test: (x) => Number.isInteger(x) && x >= 0 && x < this.labels,
        want: `a label from 0 to ${this.labels - 1}`,
      },
      (i) => `label ${i}`,
    );
  }

  #context(name: string): Context {
    let context = this.#contexts.get(name);
    if (!context) this.#contexts.set(name, (context = { counts: new Map(), total: 0 }));
    return context;
  }
}

/** The `length` symbols before position i as a string; the start of the sequence counts as one symbol. */
function key(sequence: readonly number[], i: number, length: number): string {
  let name = "";
  for (let j = i - length; j < i; ++j) name += String.fromCharCode(j < 0 ? 65535 : sequence[j]);
  return name;
}
