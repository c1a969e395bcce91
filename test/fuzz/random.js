/**
 * Random numbers for fuzzing: a function of a seed, a name and a number, so that every input can be made
 * again.
 */

/** 32 bits of a text (FNV-1a). */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; ++i) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A generator by mulberry32 with the choices that fuzzers make. */
export class FuzzRandom {
  #state;

  constructor(seed, name, i) {
    this.#state = (hash(`${seed} ${name} ${i}`) ^ Math.imul(i + 1, 0x9e3779b1)) >>> 0;
  }

  /** In [0, 1). */
  uniform() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below n. */
  below(n) {
    return Math.floor(this.uniform() * n);
  }

  /** True with probability p. */
  chance(p) {
    return this.uniform() < p;
  }

  /** One of a list. */
  pick(list) {
    return list[this.below(list.length)];
  }

  /** A length: mostly short, seldom up to `limit`. */
  length(limit) {
    return Math.floor(limit ** this.uniform());
  }

  /** So many values of a function. */
  times(count, make) {
    return Array.from({ length: count }, (_, i) => make(i));
  }
}
