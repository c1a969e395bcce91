/**
 * Six small programs that run in parallel on four streams of bits; the last three use what the others had a
 * step before:
 *
 *   parity    of the ones of a
 *   latch     set by b, reset by c
 *   counter   of the ones of d, modulo 3: whether it is at 0
 *   both      parity and latch
 *   toggle    turns over where parity is 1 and the counter at 0
 *   alarm     set by both, reset by toggle
 */
import type { Item } from "../../train/task.ts";
import type { Random } from "../../wasm/random.ts";

/** Names of the programs, in the order of the targets. */
export const programs = ["parity", "latch", "counter", "both", "toggle", "alarm"] as const;
/** How many there are. */
export const COUNT = programs.length;
/** Streams of input. */
export const INPUTS = 4;

/** uses[p]: the programs whose results p uses, itself included, however indirectly. */
export const uses: readonly (readonly number[])[] = [[0], [1], [2], [0, 1, 3], [0, 2, 4], [0, 1, 2, 3, 4, 5]];

/** The states of all programs. */
interface States {
  readonly parity: number;
  readonly latch: number;
  readonly count: number;
  readonly both: number;
  readonly toggle: number;
  readonly alarm: number;
}

const START: States = { parity: 0, latch: 0, count: 0, both: 0, toggle: 0, alarm: 0 };

function latched(set: number, reset: number, before: number): number {
  if (set) return 1;
  return reset ? 0 : before;
}

/** One step of all programs with the bits a, b, c and d. */
const step = (s: States, [a, b, c, d]: readonly number[]): States => ({
  parity: s.parity ^ a,
  latch: latched(b, c, s.latch),
  count: (s.count + d) % 3,
  both: s.parity & s.latch,
  toggle: s.toggle ^ (s.parity & Number(s.count === 0)),
  alarm: s.alarm ? 1 - s.toggle : s.both,
});

/** n random sequences of T steps: bits as -1 and 1, what each program says at each step. */
export function runs(n: number, T: number, random: Random): Item[] {
  return Array.from({ length: n }, () => {
    const input = new Float32Array(INPUTS * T);
    const target = new Float32Array(COUNT * T);
    let states = START;
    for (let t = 0; t < T; ++t) {
      const bits = Array.from({ length: INPUTS }, () => random.integer(0, 1));
      states = step(states, bits);
      const { parity, latch, count, both, toggle, alarm } = states;
      input.set(
        bits.map((bit) => 2 * bit - 1),
        INPUTS * t,
      );
      target.set([parity, latch, Number(count === 0), both, toggle, alarm], COUNT * t);
    }
    return { input, target };
  });
}
