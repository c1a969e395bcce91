/**
 * Binary addition, the lecture's toy problem: two digits come in a step, least significant first, and the
 * column's sum digit is due.
 *
 *   a 1 0 1 1 0 …        digits aₜ, bₜ; one more step of 0, 0 after the last column brings out the last carry
 *   b 1 1 0 1 0 …        sₜ = (aₜ + bₜ + cₜ) mod 2,  cₜ₊₁ = [aₜ + bₜ + cₜ ≥ 2]
 *   s 0 0 0 1 1 …
 *
 * Layers here compute hₜ from xₜ and yₜ from hₜ, so a column's target stands at its own step. On the slide
 * each connection takes a step and the column shows two steps later: `delays` lays the same sums out that
 * way, for a net whose connections are delayed.
 */
import { knownOptions, whole } from "../wasm/errors.ts";
import type { Random } from "../wasm/random.ts";
import type { FiniteTask, Item } from "../train/task.ts";
import type { Moore } from "../inference/moore.ts";
import { wrongBits } from "./long-lag/scoring.ts";

export interface AdditionOptions {
  /** The largest number of digits. Default 12. */
  digits?: number;
  /** The smallest number of digits; each sum's length is drawn from [minDigits, digits]. Default 1. */
  minDigits?: number;
  /** Lay out the slide's way: column t is due at step t + 2. Default false. */
  delays?: boolean;
}

/** Steps between a column and its sum where each of the two layers of connections takes one. */
const DELAY = 2;

/**
 * The lecture's automaton: carry or no carry × print 0 or 1. Adding 0+0, 0+1, 1+0 or 1+1 to the carry says
 * where to go.
 */
export const adder: Moore = {
  symbols: ["0+0", "0+1", "1+0", "1+1"],
  start: 0,
  outputs: ["0", "1", "0", "1"],
  next: [
    [0, 1, 1, 2],
    [0, 1, 1, 2],
    [1, 2, 2, 3],
    [1, 2, 2, 3],
  ],
  names: ["no carry, print 0", "no carry, print 1", "carry, print 0", "carry, print 1"],
};

/** The item of one sum. a, b [n]: digits, least significant first. */
export function sumItem(a: ArrayLike<number>, b: ArrayLike<number>, delays = false): Item {
  const n = a.length;
  const late = delays ? DELAY : 0;
  const T = n + 1 + late;
  const input = new Float32Array(2 * T);
  const target = new Float32Array(T);
  const weight = new Float32Array(T);
  for (let t = 0, carry = 0; t <= n; ++t) {
    const x = t < n ? a[t] : 0;
    const y = t < n ? b[t] : 0;
    const sum = x + y + carry;
    input[2 * t] = x;
    input[2 * t + 1] = y;
    target[t + late] = sum & 1;
    weight[t + late] = 1;
    carry = sum >> 1;
  }
  return delays ? { input, target, weight } : { input, target };
}

/** n random binary digits, 32 from each draw. */
function digitsOf(n: number, random: Random): Uint8Array {
  let word = 0;
  return Uint8Array.from({ length: n }, (_, t) => (word = t % 32 === 0 ? random.bits() : word >>> 1) & 1);
}

/** Binary addition as a task that the four-state adder solves. */
export function addition(options: AdditionOptions = {}): FiniteTask {
  knownOptions("addition", options, ["digits", "minDigits", "delays"]);
  const digits = whole("addition", "digits", options.digits ?? 12, 1);
  const minDigits = whole("addition", "minDigits", options.minDigits ?? 1, 1, digits);
  const delays = options.delays ?? false;
  return {
    name: "addition",
    input: 2,
    symbols: false,
    output: 1,
    loss: "bernoulli",
    batch: (n, random) =>
      Array.from({ length: n }, () => {
        const length = random.integer(minDigits, digits);
        return sumItem(digitsOf(length, random), digitsOf(length, random), delays);
      }),
    // every column but the last is 1 with probability 1/2; the last is the carry out of n columns, 1 with
    // probability 1/2 - 2^-(n+1)
    chance:
      Array.from({ length: digits - minDigits + 1 }, (_, i) => minDigits + i).reduce(
        (sum, n) => sum + n / 2 + 0.5 - 1 / 2 ** (n + 1),
        0,
      ) /
      (digits - minDigits + 1),
    wrong: wrongBits,
    rule: "every digit of the sum is on the right side of ½",
    machine: adder,
    encode: (symbol) => [symbol >> 1, symbol & 1],
    print: (prediction) => (prediction[0] > 0.5 ? "1" : "0"),
  };
}
