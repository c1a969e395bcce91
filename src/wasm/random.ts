/**
 * Seeded random numbers (Philox4x32-10, Salmon et al. 2011): a value is a function of (seed, stream, counter)
 * alone, so the state to save is one integer, streams never overlap, and the bits are the same in every
 * engine and in both precisions.
 */
import type { Engine } from "./engine.ts";
import { OptionError, show } from "./errors.ts";
import type { Kernels, Ptr } from "./kernels.ts";

/** A stream of random numbers. */
export class Random {
  #counter = 0;
  /** The key of all its numbers: an integer, |seed| ≤ 2^53. */
  readonly seed: number;
  /** Which of the seed's 2^32 streams. */
  readonly stream: number;
  readonly #engine: Engine;
  readonly #words = new Uint32Array(4);
  #left = 0;

  /** seed: integer, |seed| ≤ 2^53; stream: 32-bit integer, one for each purpose. */
  constructor(engine: Engine, seed: number, stream = 0) {
    this.#engine = engine;
    this.seed = seed;
    this.stream = stream;
  }

  /**
   * Blocks of four words drawn so far: with seed and stream, the whole state. Setting it moves the stream
   * there.
   */
  get counter(): number {
    return this.#counter;
  }
  /** Moves the stream to a block. */
  set counter(value: number) {
    this.#counter = value;
    this.#left = 0;
  }

  /** The two key words of a seed. */
  static key(seed: number): [number, number] {
    return [seed | 0, Math.floor(seed / 4294967296) | 0];
  }

  /** An unsigned 32-bit integer. */
  bits(): number {
    if (this.#left === 0) {
      const { words } = this.#block(this.#engine.kernels.randomBlock, 0);
      for (let i = 0; i < 4; ++i) this.#words[i] = words[i]!;
      this.#left = 4;
    }
    return this.#words[4 - this.#left--];
  }

  /** A real in [0, 1), 32 bits. */
  uniform(): number {
    return this.bits() / 4294967296;
  }

  /**
   * A whole number from min to max, both included, without bias (rejection). Throws OptionError unless min ≤
   * max are whole numbers less than 2^32 apart.
   */
  integer(min: number, max: number): number {
    const range = max - min + 1;
    if (!Number.isInteger(min) || !Number.isInteger(max) || range < 1 || range > 4294967296)
      throw new OptionError(
        `random.integer: min is ${show(min)} and max ${show(max)}, want whole numbers, ` +
          "min ≤ max, less than 2^32 apart",
      );
    const limit = 4294967296 - (4294967296 % range);
    for (;;) {
      const bits = this.bits();
      if (bits < limit) return min + (bits % range);
    }
  }

  /** A standard normal. */
  normal(): number {
    const { reals } = this.#block(this.#engine.kernels.normalBlock, 1);
    this.#left = 0;
    return reals[0];
  }

  /** An index drawn with the given probabilities, which need not be normalized. */
  choice(weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < weights.length; ++i) total += weights[i];
    let left = this.uniform() * total;
    let last = 0;
    for (let i = 0; i < weights.length; ++i) {
      if (weights[i] > 0) last = i;
      left -= weights[i];
      if (left < 0) return i;
    }
    return last;
  }

  /** The whole numbers below n in random order (Fisher-Yates). */
  permutation(n: number): Int32Array<ArrayBuffer> {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; --i) {
      const j = this.integer(0, i);
      const held = order[i];
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }

  /** An independent generator for another purpose, from the same seed. */
  fork(stream: number): Random {
    return new Random(this.#engine, this.seed, stream);
  }

  /** Draws the block of this counter, of words (kind 0) or of normals (kind 1), and moves on to the next. */
  #block(draw: Kernels["randomBlock"], kind: number): Scratch {
    const [key0, key1] = Random.key(this.seed);
    const out = scratch(this.#engine);
    const counter = this.#counter++;
    // kernels take the whole part of a number, and of that the low 32 bits
    draw(key0, key1, counter, counter / 2 ** 32, this.stream, kind, out.ptr);
    return out;
  }
}

/**
 * A buffer for one block in an engine's memory, with views that are made anew only when that memory has
 * grown.
 */
interface Scratch {
  readonly ptr: Ptr;
  readonly words: Int32Array;
  readonly reals: Float64Array;
}

const scratches = new WeakMap<Engine, Scratch>();
function scratch(engine: Engine): Scratch {
  const known = scratches.get(engine);
  const { buffer } = engine.kernels.memory;
  if (known?.words.buffer === buffer) return known;
  const ptr = known?.ptr ?? engine.memory.allocate(64);
  const now = engine.kernels.memory.buffer;
  const fresh = { ptr, words: new Int32Array(now, ptr, 4), reals: new Float64Array(now, ptr, 2) };
  scratches.set(engine, fresh);
  return fresh;
}
