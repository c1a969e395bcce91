/**
 * How likely each word was said just now: the mean of its probability over the last steps. One step that is
 * sure counts for little, and means tell apart how sure the net is where each step alone is near 1 (Chen,
 * Parada & Heigold 2014).
 */

/** Probabilities of the words and of none of them; together 1. */
export interface WordScores {
  /** [W] of each word. */
  readonly words: Float64Array;
  /** That it is none. */
  readonly none: number;
}

/** The means over the last `length` steps, step by step; before the first one no word is heard. */
export class RunningMeans {
  /** [W] after the last step. */
  readonly words: Float64Array;
  readonly #length: number;
  /** Probabilities [length, W] of the last steps, a ring. */
  readonly #ring: Float64Array;
  #steps = 0;

  constructor(W: number, length: number) {
    this.words = new Float64Array(W);
    this.#length = length;
    this.#ring = new Float64Array(length * W);
  }

  /** One more step, the probabilities [W] that begin at `from`; steps are summed in their order. */
  step(p: ArrayLike<number>, from: number): void {
    const length = this.#length;
    const W = this.words.length;
    const now = this.#steps++;
    for (let w = 0; w < W; ++w) {
      this.#ring[(now % length) * W + w] = p[from + w];
      let sum = 0;
      for (let t = now + 1; t <= now + length; ++t) sum += this.#ring[(t % length) * W + w];
      this.words[w] = sum / length;
    }
  }

  /** The word that is likeliest now. */
  get likeliest(): number {
    return this.words.reduce((best, p, w) => (p > this.words[best] ? w : best), 0);
  }

  /** Back to the beginning. */
  reset(): void {
    this.#ring.fill(0);
    this.words.fill(0);
    this.#steps = 0;
  }
}

/** The scores of a recording with probabilities [T,W+1]: those at the moment when a word is likeliest. */
export function wordScores(p: ArrayLike<number>, W: number, lookBack: number): WordScores {
  const means = new RunningMeans(W, lookBack);
  let words = new Float64Array(W);
  let highest = 0;
  for (let at = 0; at < p.length; at += W + 1) {
    means.step(p, at);
    const now = means.words[means.likeliest];
    if (now <= highest) continue;
    highest = now;
    words = means.words.slice();
  }
  return { words, none: Math.max(0, 1 - words.reduce((sum, q) => sum + q, 0)) };
}
