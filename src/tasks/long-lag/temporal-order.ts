/**
 * Temporal order: two or three relevant symbols X or Y far apart among distractors a-d; which stood in which
 * order is due at the last step, as one of 4 or 8 classes (X = 0, Y = 1, the earliest the highest bit).
 *
 *   ms11 6 symbols a b c d X Y; T steps; relevant at i[T/10, 2T/10] and i[5T/10, 6T/10], or, for three,
 *   i[T/10, 2T/10],
 *         i[3T/10, 4T/10], i[6T/10, 7T/10]
 *   hs97 8 symbols E B a b c d X Y; i[T, 1.1T] steps, E first and B last; relevant at i[.1T, .2T] and i[.5T,
 *   .6T], or, for three,
 *         i[.1T, .2T], i[.33T, .43T], i[.66T, .76T]
 *
 * Positions count from 1. Martens & Sutskever 2011; Hochreiter & Schmidhuber 1997, experiment 6 (there T =
 * 100).
 */
import type { Random } from "../../wasm/random.ts";
import type { Item, Task } from "../../train/task.ts";
import { items, lastStepItem, longLagOptions, wrongClasses, type LongLagOptions } from "./scoring.ts";

const percents = {
  ms11: {
    2: [
      [10, 20],
      [50, 60],
    ],
    3: [
      [10, 20],
      [30, 40],
      [60, 70],
    ],
  },
  hs97: {
    2: [
      [10, 20],
      [50, 60],
    ],
    3: [
      [10, 20],
      [33, 43],
      [66, 76],
    ],
  },
} as const;

function item(relevant: 2 | 3, { lag, variant }: Required<LongLagOptions>, random: Random): Item {
  const early = variant === "hs97";
  const distractor = early ? 2 : 0;
  const x = distractor + 4;
  const T = early ? random.integer(lag, Math.floor(1.1 * lag)) : lag;
  const input = new Int32Array(T);
  for (let t = 0; t < T; ++t) input[t] = distractor + random.integer(0, 3);
  if (early) {
    input[0] = 0;
    input[T - 1] = 1;
  }
  let answer = 0;
  let last = early ? 1 : 0;
  for (const [from, to] of percents[variant][relevant]) {
    const bit = random.integer(0, 1);
    const earliest = Math.max(last + 1, Math.floor((from * lag) / 100));
    last = random.integer(earliest, Math.max(earliest, Math.floor((to * lag) / 100)));
    input[last - 1] = x + bit;
    answer = 2 * answer + bit;
  }
  return lastStepItem(input, T, Int32Array.of(answer));
}

function order(name: string, relevant: 2 | 3, options: LongLagOptions): Task {
  const checked = longLagOptions(name, options, ["ms11", "hs97"]);
  const classes = 1 << relevant;
  return {
    name,
    input: checked.variant === "hs97" ? 8 : 6,
    symbols: true,
    output: classes,
    loss: "softmax",
    chance: 1 - 1 / classes,
    batch: (n, random) => items(n, () => item(relevant, checked, random)),
    wrong: wrongClasses,
    rule: "the largest output at the last step is the right class",
  };
}

/** Temporal order of two symbols: 4 classes. */
export const order2 = (options: LongLagOptions = {}): Task => order("order2", 2, options);

/** Temporal order of three symbols: 8 classes. */
export const order3 = (options: LongLagOptions = {}): Task => order("order3", 3, options);
