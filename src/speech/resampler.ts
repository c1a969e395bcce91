/** Samples at another rate, a piece at a time: whole recordings and pieces have the same bits. */
import { OptionError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { SpeechEngine } from "./engine.ts";

/**
 * Zero crossings of the filter on either side, and the shape of its Kaiser window: -80 dB beyond the pass
 * band.
 */
const CROSSINGS = 16;
const BETA = 8;
const LARGEST_RATIO = 4096;
/** Samples that go through the kernel at once. */
const PIECE = 8192;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The low pass between two rates, in terms of their ratio up/down. */
interface Filter {
  readonly up: number;
  readonly down: number;
  readonly half: number;
  readonly taps: Ptr;
}

/** From one sample rate to another. */
export class Resampler {
  readonly #engine: SpeechEngine;
  readonly #arena: Arena;
  readonly #filter: Filter;
  readonly #x: Ptr;
  readonly #y: Ptr;
  /** Inputs that outputs to come may need: those from #origin on. */
  #kept = new Float64Array(0);
  #origin = 0;
  #made = 0;

  /** Throws OptionError where the ratio of the rates is not one of small whole numbers. */
  constructor(engine: SpeechEngine, from: number, to: number) {
    const common = gcd(from, to);
    const up = to / common;
    const down = from / common;
    const larger = Math.max(up, down);
    if (larger > LARGEST_RATIO)
      throw new OptionError(
        `frontEnd: rate is ${from} for features at ${to}, a ratio of ${up}/${down}; ` +
          `want both below ${LARGEST_RATIO}: ` +
          `record at 8000, 16000, 44100 or 48000`,
      );
    const half = CROSSINGS * larger;
    const { kernels, memory } = engine;
    this.#engine = engine;
    this.#arena = new Arena(memory);
    const taps = this.#arena.reals(2 * half + 1);
    kernels.kaiserLowPass(half, 1 / larger, BETA, up, taps);
    this.#filter = { up, down, half, taps };
    this.#x = this.#arena.reals(PIECE + 2 * Math.ceil(half / up) + 2);
    this.#y = this.#arena.reals(Math.ceil((PIECE * up) / down) + 1);
  }

  /** The outputs that are certain with these inputs. */
  push(x: Float64Array): Float64Array {
    const { up, down, half } = this.#filter;
    const out: Float64Array[] = [];
    for (let from = 0; from < x.length; from += PIECE) {
      this.#keep(x.subarray(from, from + PIECE));
      const received = this.#origin + this.#kept.length;
      // y_m needs inputs up to ⌊(m·down + half)/up⌋
      const ready = Math.max(0, Math.ceil((received * up - half) / down));
      out.push(this.#make(ready));
    }
    return joined(out);
  }

  /** The outputs still owed, as if zeros followed: ⌈n·up/down⌉ in all. */
  end(): Float64Array {
    const { up, down } = this.#filter;
    const received = this.#origin + this.#kept.length;
    const out = this.#make(Math.ceil((received * up) / down));
    this.#kept = new Float64Array(0);
    this.#origin = 0;
    this.#made = 0;
    return out;
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#arena.dispose();
  }

  #keep(x: Float64Array): void {
    const { up, down, half } = this.#filter;
    const needed = Math.max(0, Math.floor((this.#made * down - half) / up));
    const drop = Math.min(this.#kept.length, Math.max(0, needed - this.#origin));
    this.#kept = joined([this.#kept.subarray(drop), x]);
    this.#origin += drop;
  }

  #make(until: number): Float64Array {
    const { kernels, memory } = this.#engine;
    const { up, down, half, taps } = this.#filter;
    const count = until - this.#made;
    if (count <= 0) return new Float64Array(0);
    const n = this.#kept.length;
    memory.reals(this.#x, n).set(this.#kept);
    const [origin, start] = [BigInt(this.#origin), BigInt(this.#made)];
    kernels.resample(up, down, 2 * half + 1, taps, origin, n, this.#x, start, count, this.#y);
    this.#made = until;
    return memory.reals(this.#y, count).slice() as Float64Array;
  }
}

/** Arrays one behind the other. */
export function joined(parts: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
