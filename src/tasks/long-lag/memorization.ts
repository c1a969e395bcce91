/**
 * Memorization (Martens & Sutskever 2011, after Hochreiter & Schmidhuber): k symbols of K values, then T
 * blanks of which the last is a trigger, then k blanks while the symbols are to be repeated. A class is due
 * at every one of the T + 2k steps: the symbol, or "blank" where nothing is to be repeated. 5-bit: k = 5, K =
 * 2; 20-bit: k = 10, K = 5.
 */
import type { Random } from "../../wasm/random.ts";
import type { Item, Task } from "../../train/task.ts";
import { items, longLagOptions, wrongClasses, type LongLagOptions } from "./scoring.ts";

/** Inputs: the K values, blank K, trigger K + 1. Classes: the K values, blank K. */
function item(values: ArrayLike<number>, K: number, lag: number): Item {
  const k = values.length;
  const T = lag + 2 * k;
  const input = new Int32Array(T).fill(K);
  const target = new Int32Array(T).fill(K);
  input.set(values, 0);
  input[k + lag - 1] = K + 1;
  target.set(values, k + lag);
  return { input, target };
}

function memorization(name: string, k: number, K: number, options: LongLagOptions): Task {
  const { lag } = longLagOptions(name, options, ["ms11"]);
  const place = Array.from({ length: k + 1 }, () => 1);
  for (let i = 1; i <= k; ++i) place[i] = place[i - 1] * K;
  const patterns = place[k];
  const numbered = (n: number): Item =>
    item(
      Array.from({ length: k }, (_, i) => Math.floor(n / place[i]) % K),
      K,
      lag,
    );
  const all = patterns <= 1024 ? Array.from({ length: patterns }, (_, n) => numbered(n)) : undefined;
  const drawn = (random: Random): Item =>
    item(
      Array.from({ length: k }, () => random.integer(0, K - 1)),
      K,
      lag,
    );
  return {
    name,
    input: K + 2,
    symbols: true,
    output: K + 1,
    loss: "softmax",
    chance: k * (1 - 1 / K),
    all,
    batch: (n, random) =>
      items(n, (i) => (all && i < n - (n % patterns) ? all[i % patterns] : drawn(random))),
    wrong: wrongClasses,
    rule: "the largest output is the right class at every step",
  };
}

/**
 * Five bits, kept for T blanks. There are 32 sequences; a batch holds as many rounds of all of them as fit,
 * then random ones.
 */
export const memory5 = (options: LongLagOptions = {}): Task => memorization("memory5", 5, 2, options);

/** Ten symbols of five values, kept for T blanks: somewhat more than 20 bits. */
export const memory20 = (options: LongLagOptions = {}): Task => memorization("memory20", 10, 5, options);
