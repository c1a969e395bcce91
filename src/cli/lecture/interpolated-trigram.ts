/**
 * The model of words that neural ones were first compared with: relative frequencies of words, of pairs and
 * of triples, mixed with weights that depend on how often the two words before were seen. (Jelinek & Mercer
 * 1980; the baseline of Bengio et al. 2003.)
 *
 *   p(w | u, v) = α0/V + α1·n(w)/n + α2·n(v, w)/n(v) + α3·n(u, v, w)/n(u, v)
 */

/** Rounds of EM for the weights. */
const ROUNDS = 30;
const ORDERS = 4;

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

  /** Counts are taken from `train`, the weights by EM from `held`. V words. */
  constructor(size: number, train: readonly Int32Array[], held: readonly Int32Array[]) {
    this.#size = size;
    for (const sequence of train)
      sequence.forEach((word, t) => {
        for (const context of contextsOf(sequence, t)) this.#count(context, word);
      });
    for (let round = 0; round < ROUNDS; ++round) this.#improve(held);
  }

  /** p(word t | the two before). */
  probability(sequence: Int32Array, t: number): number {
    const weights = this.#weightsAt(sequence, t);
    return this.#parts(sequence, t).reduce((sum, p, order) => sum + weights[order] * p, 0);
  }

  #count(context: string, word: number): void {
    const counts = this.#contexts.get(context) ?? { words: new Map<number, number>(), total: 0 };
    counts.words.set(word, (counts.words.get(word) ?? 0) + 1);
    counts.total += 1;
    this.#contexts.set(context, counts);
  }

  /** What each order says of the word; an order that never saw the context says what the one below does. */
  #parts(sequence: Int32Array, t: number): number[] {
    const parts = [1 / this.#size];
    for (const context of contextsOf(sequence, t)) {
      const counts = this.#contexts.get(context);
      parts.push(counts ? (counts.words.get(sequence[t]) ?? 0) / counts.total : parts[parts.length - 1]);
    }
    return parts;
  }

  #bucket(sequence: Int32Array, t: number): number {
    const seen = this.#contexts.get(contextsOf(sequence, t)[ORDERS - 2])?.total ?? 0;
    return 32 - Math.clz32(seen);
  }

  #weightsAt(sequence: Int32Array, t: number): number[] {
    const bucket = this.#bucket(sequence, t);
    return (this.#weights[bucket] ??= new Array<number>(ORDERS).fill(1 / ORDERS));
  }

  /** One round of EM: each weight becomes the share of the held words that its order accounts for. */
  #improve(held: readonly Int32Array[]): void {
    const shares: number[][] = [];
    for (const sequence of held)
      for (let t = 0; t < sequence.length; ++t) {
        const weights = this.#weightsAt(sequence, t);
        const parts = this.#parts(sequence, t).map((p, order) => weights[order] * p);
        const all = parts.reduce((a, b) => a + b, 0);
        const sums = (shares[this.#bucket(sequence, t)] ??= new Array<number>(ORDERS).fill(0));
        parts.forEach((part, order) => (sums[order] += part / all));
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
