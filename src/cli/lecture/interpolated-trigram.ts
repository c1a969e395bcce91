/**
 * The model of words that neural ones were first compared with: relative frequencies of words, of pairs and
 * of triples, mixed with weights that depend on how often the two words before were seen. (Jelinek & Mercer
 * 1980; the baseline of Bengio et al. 2003.)
 *
 *   p(w | u, v) = α0/V + α1·n(w)/n + α2·n(v, w)/n(v) + α3·n(u, v, w)/n(u, v)
 *
 * What another model says of the words may be one more part of the sum: weights that depend on how often a
 * context was seen are how Bengio et al. 2003 mix their net with the trigram (section 4.2).
 */

/** Rounds of EM for the weights. */
const ROUNDS = 30;

/** How often words came behind a context. */
interface Counts {
  readonly words: Map<number, number>;
  total: number;
}

/** Words by number; a sequence begins behind two words -1. */
export class InterpolatedTrigram {
  readonly #size: number;
  readonly #contexts = new Map<string, Counts>();
  /** Weights by bucket: the binary digits of the count of the two words before. */
  readonly #weights: number[][] = [];

  /**
   * Counts are taken from `train`, the weights by EM from `held`. V words. told[i][t]: the probability that
   * another model gives to word t of held[i], where there is another one.
   */
  constructor(
    size: number,
    train: readonly Int32Array[],
    held: readonly Int32Array[],
    told?: readonly (readonly number[])[],
  ) {
    this.#size = size;
    for (const sequence of train)
      sequence.forEach((word, t) => {
        for (const context of contextsOf(sequence, t)) this.#count(context, word);
      });
    for (let round = 0; round < ROUNDS; ++round) this.#improve(held, told);
  }

  /** p(word t | the two before). `told`: what the other model gives to it, where there is another one. */
  probability(sequence: Int32Array, t: number, told?: number): number {
    const parts = this.#parts(sequence, t, told);
    const weights = this.#weightsAt(sequence, t, parts.length);
    return parts.reduce((sum, p, i) => sum + weights[i] * p, 0);
  }

  #count(context: string, word: number): void {
    const counts = this.#contexts.get(context) ?? { words: new Map<number, number>(), total: 0 };
    counts.words.set(word, (counts.words.get(word) ?? 0) + 1);
    counts.total += 1;
    this.#contexts.set(context, counts);
  }

  /**
   * What each order says of the word, and last the other model; an order that never saw the context says what
   * the one below does.
   */
  #parts(sequence: Int32Array, t: number, told: number | undefined): number[] {
    const parts = [1 / this.#size];
    for (const context of contextsOf(sequence, t)) {
      const counts = this.#contexts.get(context);
      parts.push(counts ? (counts.words.get(sequence[t]) ?? 0) / counts.total : parts[parts.length - 1]);
    }
    return told === undefined ? parts : [...parts, told];
  }

  #bucket(sequence: Int32Array, t: number): number {
    const seen = this.#contexts.get(contextsOf(sequence, t)[2])?.total ?? 0;
    return 32 - Math.clz32(seen);
  }

  #weightsAt(sequence: Int32Array, t: number, parts: number): number[] {
    const bucket = this.#bucket(sequence, t);
    return (this.#weights[bucket] ??= new Array<number>(parts).fill(1 / parts));
  }

  /** One round of EM: each weight becomes the share of the held words that its part accounts for. */
  #improve(held: readonly Int32Array[], told: readonly (readonly number[])[] | undefined): void {
    const shares: number[][] = [];
    for (const [i, sequence] of held.entries())
      for (let t = 0; t < sequence.length; ++t) {
        const said = this.#parts(sequence, t, told?.[i][t]);
        const weights = this.#weightsAt(sequence, t, said.length);
        const parts = said.map((p, k) => weights[k] * p);
        const all = parts.reduce((a, b) => a + b, 0);
        const sums = (shares[this.#bucket(sequence, t)] ??= new Array<number>(parts.length).fill(0));
        parts.forEach((part, k) => (sums[k] += part / all));
      }
    shares.forEach((sums, bucket) => {
      const all = sums.reduce((a, b) => a + b, 0);
      this.#weights[bucket] = sums.map((sum) => sum / all);
    });
  }
}

/** The contexts of no word, of one and of two before word t. */
function contextsOf(sequence: Int32Array, t: number): string[] {
  const before = (back: number): number => (t >= back ? sequence[t - back] : -1);
  return ["", `${before(1)}`, `${before(2)} ${before(1)}`];
}
