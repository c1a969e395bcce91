/**
 * Random permutation (Martens & Sutskever 2011; Hochreiter & Schmidhuber 1997, task 2c): 100 symbols; the
 * first is 1 or 2, the others are drawn from 3…100; after T of them the first must be named. Every step
 * predicts the next symbol, only this last one counts.
 */
import type { Task } from "../../train/task.ts";
import { items, lastStepItem, longLagOptions, wrongClasses, type LongLagOptions } from "./scoring.ts";

const symbols = 100;

/** Name the first symbol after T symbols. Symbols count from 0: the first is 0 or 1. */
export function permutation(options: LongLagOptions = {}): Task {
  const { lag } = longLagOptions("permutation", options, ["ms11"]);
  return {
    name: "permutation",
    input: symbols,
    symbols: true,
    output: symbols,
    loss: "softmax",
    chance: 0.5,
    batch: (n, random) =>
      items(n, () => {
        const input = new Int32Array(lag);
        const first = random.integer(0, 1);
        for (let t = 0; t < lag; ++t) input[t] = t === 0 ? first : random.integer(2, symbols - 1);
        return lastStepItem(input, lag, Int32Array.of(first));
      }),
    wrong: wrongClasses,
    rule: "the largest output at the last step is the first symbol",
  };
}
