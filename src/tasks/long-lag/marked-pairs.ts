/**
 * Addition, multiplication and XOR: a stream of pairs (number, marker) of which two are marked; the answer is
 * due at the last step.
 *
 *   ms11 length T' = i[T, 1.1T]; marker 1 at I = i[1, T'/10] and J = i[T'/10 + 1, T'/2], else 0; u in U[0,1]
 *   (bits for XOR)
 *         addition (u_I + u_J)/2    multiplication u_I·u_J    XOR u_I ⊕ u_J
 *   hs97 length i[T, 1.1T]; marks (1) at one of the first 10 pairs and another of the first T/2 - 1; first
 *   and last marker -1
 *         addition u in U[-1,1], 0.5 + (X1 + X2)/4    multiplication u in U[0,1], X1·X2
 *         a marked first pair counts as 0 in the sum and as 1 in the product and keeps marker -1
 *
 * i[a,b] is a uniform whole number. Martens & Sutskever 2011; Hochreiter & Schmidhuber 1997, experiments 4
 * and 5. (In ms11 J may equal I as printed; here it starts one later.)
 */
import type { Random } from "../../wasm/random.ts";
import type { Item, Task } from "../../train/task.ts";
import {
  items,
  lastStepItem,
  longLagOptions,
  wrongBits,
  wrongReals,
  type LongLagOptions,
} from "./scoring.ts";

interface Kind {
  name: "addition" | "multiplication" | "xor";
  /** A number of the stream. */
  draw(random: Random): number;
  answer(x: number, y: number): number;
  /** What a marked first pair counts as (hs97). */
  neutral: number;
}

function ms11(kind: Kind, lag: number, random: Random): Item {
  const T = random.integer(lag, Math.floor(1.1 * lag));
  const tenth = Math.floor(T / 10);
  const marks = [random.integer(1, tenth) - 1, random.integer(tenth + 1, Math.floor(T / 2)) - 1] as const;
  const input = new Float32Array(2 * T);
  for (let t = 0; t < T; ++t) input[2 * t] = kind.draw(random);
  for (const t of marks) input[2 * t + 1] = 1;
  return lastStepItem(input, T, Float32Array.of(kind.answer(input[2 * marks[0]], input[2 * marks[1]])));
}

function hs97(kind: Kind, lag: number, random: Random): Item {
  const T = random.integer(lag, Math.floor(1.1 * lag));
  const first = random.integer(0, Math.min(9, hs97Second(lag) - 1));
  let second = random.integer(0, hs97Second(lag) - 2);
  if (second >= first) ++second;
  const input = new Float32Array(2 * T);
  for (let t = 0; t < T; ++t) input[2 * t] = kind.draw(random);
  input[2 * first + 1] = input[2 * second + 1] = 1;
  input[1] = input[2 * T - 1] = -1;
  const marked = (t: number): number => (t === 0 ? kind.neutral : input[2 * t]);
  return lastStepItem(input, T, Float32Array.of(kind.answer(marked(first), marked(second))));
}

/** Pairs among which the second mark of hs97 falls. */
const hs97Second = (lag: number): number => Math.floor(lag / 2) - 1;

/** The probability that hs97 marks the first pair. */
const firstMarked = (lag: number): number => {
  const first = 1 / Math.min(10, hs97Second(lag));
  return first + (1 - first) / (hs97Second(lag) - 1);
};

function task(
  kind: Kind,
  options: LongLagOptions,
  loss: Task["loss"],
  chance: { usual: number; first: number },
): Task {
  const { lag, variant } = longLagOptions(
    kind.name,
    options,
    kind.name === "xor" ? ["ms11"] : ["ms11", "hs97"],
  );
  const make = variant === "ms11" ? ms11 : hs97;
  const p = variant === "ms11" ? 0 : firstMarked(lag);
  return {
    name: kind.name,
    input: 2,
    symbols: false,
    output: 1,
    loss,
    chance: (1 - p) * chance.usual + p * chance.first,
    batch: (n, random) => items(n, () => make(kind, lag, random)),
    wrong: loss === "squared" ? wrongReals : wrongBits,
    rule:
      loss === "squared"
        ? "the last output is within 0.04 of the target"
        : "the last output is on the right side of ½",
  };
}

/**
 * The mean of two marked numbers (ms11), or 0.5 + (X1 + X2)/4 (hs97). Constant ½ is within 0.04 of a
 * triangular target with probability 1 - .92².
 */
export function addition(options: LongLagOptions = {}): Task {
  const early = options.variant === "hs97";
  return task(
    {
      name: "addition",
      neutral: 0,
      draw: early ? (random) => 2 * random.uniform() - 1 : (random) => random.uniform(),
      answer: early ? (x, y) => 0.5 + (x + y) / 4 : (x, y) => (x + y) / 2,
    },
    options,
    "squared",
    { usual: 0.92 * 0.92, first: 0.84 },
  );
}

/**
 * The product of two marked numbers. Constant ¼ is within 0.04 with probability F(.29) - F(.21), F(x) = x(1 -
 * ln x) = P(X1·X2 ≤ x).
 */
export function multiplication(options: LongLagOptions = {}): Task {
  return task(
    { name: "multiplication", neutral: 1, draw: (random) => random.uniform(), answer: (x, y) => x * y },
    options,
    "squared",
    { usual: 1 - 0.111247536, first: 0.92 },
  );
}

/** The exclusive or of two marked bits (ms11). */
export function xor(options: LongLagOptions = {}): Task {
  return task(
    { name: "xor", neutral: 0, draw: (random) => random.integer(0, 1), answer: (x, y) => (x === y ? 0 : 1) },
    options,
    "bernoulli",
    { usual: 0.5, first: 0.5 },
  );
}
