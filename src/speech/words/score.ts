/**
 * Which one word a stretch of sound holds, if any, by the probabilities of connectionist temporal
 * classification: those of all alignments of one word, or of none, as parts of their sum.
 *
 *   P(w)/P(∅) = Σ_{s≤e} Π_{t=s..e} p_t(w)/p_t(∅)
 */

/** A probability below it counts as it: one step alone decides nothing. */
const FLOOR = 1e-3;

/** Sums beyond it are made smaller, all alike. */
const LARGE = 2 ** 600;

/** Probabilities of the words and of none of them. */
export interface WordScores {
  /** [W] that the stretch holds this word and no other. */
  readonly words: Float64Array;
  /** That it holds none. */
  readonly none: number;
}

/** Sums over the alignments of one word, step by step, for each word; the last class is the blank. */
export class OneWord {
  /** Words. */
  readonly W: number;
  /** Sums of the alignments that end in the word at the last step, and of all. */
  readonly #running: Float64Array;
  readonly #all: Float64Array;
  /** The best run of each word so far, the run at work, and where they began and ended. */
  readonly #run: Float64Array;
  readonly #runFrom: Int32Array;
  readonly #best: Float64Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  /** The alignment of no word. */
  #none = 1;
  #steps = 0;

  constructor(W: number) {
    this.W = W;
    this.#running = new Float64Array(W);
    this.#all = new Float64Array(W);
    this.#run = new Float64Array(W);
    this.#runFrom = new Int32Array(W);
    this.#best = new Float64Array(W);
    this.#from = new Int32Array(W);
    this.#to = new Int32Array(W);
  }

  /** Back to a stretch of no steps. */
  reset(): void {
    for (const sums of [this.#running, this.#all, this.#run, this.#best]) sums.fill(0);
    this.#none = 1;
    this.#steps = 0;
  }

  /** One more step: the probabilities [W+1] that begin at `from`. */
  step(p: ArrayLike<number>, from = 0): void {
    const { W } = this;
    const blank = Math.max(p[from + W], FLOOR);
    for (let w = 0; w < W; ++w) {
      const q = Math.max(p[from + w], FLOOR) / blank;
      this.#running[w] = (this.#running[w] + this.#none) * q;
      this.#all[w] += this.#running[w];
      if (this.#run[w] <= 1) this.#runFrom[w] = this.#steps;
      this.#run[w] = Math.min(LARGE, Math.max(this.#run[w], 1) * q);
      if (this.#run[w] > this.#best[w]) {
        this.#best[w] = this.#run[w];
        this.#from[w] = this.#runFrom[w];
        this.#to[w] = this.#steps + 1;
      }
    }
    ++this.#steps;
    if (this.#all.some((sum) => sum > LARGE)) this.#shrink();
  }

  /** The scores of the stretch so far. */
  scores(): WordScores {
    const sum = this.#all.reduce((total, a) => total + a, this.#none);
    return { words: this.#all.map((a) => a / sum), none: this.#none / sum };
  }

  /** Steps [from, to) of a word's best run. */
  span(w: number): readonly [from: number, to: number] {
    return [this.#from[w], this.#to[w]];
  }

  #shrink(): void {
    for (let w = 0; w < this.W; ++w) {
      this.#all[w] /= LARGE;
      this.#running[w] /= LARGE;
    }
    this.#none /= LARGE;
  }
}

/** The scores of a whole recording from its probabilities [T,W+1]. */
export function wordScores(p: ArrayLike<number>, W: number): WordScores {
  const one = new OneWord(W);
  for (let at = 0; at < p.length; at += W + 1) one.step(p, at);
  return one.scores();
}
