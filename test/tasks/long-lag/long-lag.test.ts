import { describe, expect, test } from "vitest";
import type { Item, Task } from "../../../src/train/task.ts";
import { longLag, type LongLagName } from "../../../src/tasks/long-lag/long-lag.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { Random } from "../../../src/wasm/random.ts";

const wasm = await engine("float64");
const random = (seed = 1): Random => new Random(wasm, seed);
const cases: [LongLagName, "ms11" | "hs97"][] = [
  ...(Object.keys(longLag) as LongLagName[]).map((name) => [name, "ms11"] as [LongLagName, "ms11"]),
  ["addition", "hs97"],
  ["multiplication", "hs97"],
  ["order2", "hs97"],
  ["order3", "hs97"],
];
const steps = (task: Task, item: Item): number => item.input.length / (task.symbols ? 1 : task.input);

/** Outputs that say the target, or what `answer` says in place of it. */
function outputs(task: Task, item: Item, answer = (t: number): number => item.target[t]): Float64Array {
  const T = steps(task, item);
  const out = new Float64Array(T * task.output);
  for (let t = 0; t < T; ++t) {
    if (task.loss === "softmax") out[t * task.output + answer(t)] = 1;
    else out[t] = answer(t);
  }
  return out;
}

describe.each(cases)("%s %s", (name, variant) => {
  const task = longLag[name]({ lag: 60, variant });

  test("the same place in a stream gives the same sequences, another seed others", () => {
    expect(task.batch(5, random())).toEqual(task.batch(5, random()));
    expect(task.batch(5, random(2))).not.toEqual(task.batch(5, random()));
  });

  test("shapes and symbols are what the task says", () => {
    for (const item of task.batch(200, random())) {
      const T = steps(task, item);
      expect(Number.isInteger(T)).toBe(true);
      expect(item.target.length).toBe(task.loss === "softmax" ? T : T * task.output);
      if (task.symbols) expect(item.input.every((s) => s >= 0 && s < task.input)).toBe(true);
      if (task.loss === "softmax") expect(item.target.every((s) => s >= 0 && s < task.output)).toBe(true);
      if (item.weight)
        expect(Array.from(item.weight)).toEqual(Array.from({ length: T }, (_, t) => (t === T - 1 ? 1 : 0)));
    }
  });

  test("the right answer is not wrong, another at the last step is", () => {
    for (const item of task.batch(50, random())) {
      const T = steps(task, item);
      expect(task.wrong(item, outputs(task, item))).toBe(0);
      const wrongAt = (t: number): number =>
        task.loss === "squared" ? item.target[t] + 0.05 : Number(item.target[t] === 0);
      const other = (t: number): number => (t < T - 1 ? item.target[t] : wrongAt(t));
      expect(task.wrong(item, outputs(task, item, other))).toBe(1);
      expect(task.wrong(item, outputs(task, item).fill(NaN))).toBe(item.weight ? 1 : T);
    }
  });

  test("the constant predictor scores the stated chance", () => {
    const batch = task.batch(4000, random(3));
    const mean = batch.reduce((sum, item) => sum + item.target[item.target.length - 1], 0) / batch.length;
    const guess =
      (item: Item) =>
      (t: number): number => {
        if (task.loss === "squared") return mean;
        const blank = task.output - 1;
        return item.weight === undefined && item.target[t] === blank ? blank : 0;
      };
    const score =
      batch.reduce((sum, item) => sum + task.wrong(item, outputs(task, item, guess(item))), 0) / batch.length;
    const four = 4 * Math.sqrt(Math.max(task.chance, 0.25) / batch.length); // standard errors, Poisson bound
    // and the sampled mean's own error on steep densities
    expect(Math.abs(score - task.chance)).toBeLessThan(four + 0.005);
  });
});

/** The marked positions (from 1) of a pair sequence. */
const marks = (item: Item): number[] =>
  Array.from({ length: item.input.length / 2 }, (_, t) => t + 1).filter((t) => item.input[2 * t - 1] > 0);

test(
  "ms11 pairs: lengths, marks and targets follow the definition, and every value in the ranges " + "comes up",
  () => {
    const lengths = new Set<number>();
    const first = new Set<number>();
    for (const [name, answer] of [
      ["addition", (x: number, y: number) => (x + y) / 2],
      ["multiplication", (x: number, y: number) => x * y],
      ["xor", (x: number, y: number) => Number(x !== y)],
    ] as const) {
      for (const item of longLag[name]({ lag: 100 }).batch(500, random())) {
        const T = item.input.length / 2;
        const [I, J] = marks(item) as [number, number];
        expect(marks(item)).toHaveLength(2);
        expect(T >= 100 && T <= 110 && I >= 1 && I <= T / 10 && J >= Math.floor(T / 10) && J <= T / 2).toBe(
          true,
        );
        expect(item.target[T - 1]).toBeCloseTo(answer(item.input[2 * I - 2], item.input[2 * J - 2]), 6);
        lengths.add(T);
        first.add(I);
      }
    }
    expect(lengths.size).toBe(11);
    expect(first.size).toBeGreaterThanOrEqual(10);
  },
);

test("hs97 pairs: first and last marker -1, a marked first pair is neutral", () => {
  let neutral = 0;
  for (const item of longLag.addition({ lag: 100, variant: "hs97" }).batch(500, random())) {
    const T = item.input.length / 2;
    const at = marks(item);
    expect([item.input[1], item.input[2 * T - 1]]).toEqual([-1, -1]);
    expect(at.length === 2 || at.length === 1).toBe(true);
    expect(Math.min(...at) <= 10 || at.length === 1).toBe(true);
    expect(Math.max(...at)).toBeLessThanOrEqual(49);
    if (at.length === 1) ++neutral;
    expect(item.target[T - 1]).toBeCloseTo(
      0.5 + at.reduce((sum, t) => sum + item.input[2 * t - 2], 0) / 4,
      6,
    );
  }
  expect(neutral).toBeGreaterThan(20);
});

test("temporal order: the relevant symbols lie in their windows and give the class", () => {
  const windows = {
    ms11: {
      order2: [
        [10, 20],
        [50, 60],
      ],
      order3: [
        [10, 20],
        [30, 40],
        [60, 70],
      ],
    },
    hs97: {
      order2: [
        [10, 20],
        [50, 60],
      ],
      order3: [
        [10, 20],
        [33, 43],
        [66, 76],
      ],
    },
  };
  for (const variant of ["ms11", "hs97"] as const)
    for (const name of ["order2", "order3"] as const) {
      const x = variant === "hs97" ? 6 : 4;
      for (const item of longLag[name]({ lag: 100, variant }).batch(300, random())) {
        const at = Array.from(item.input.keys()).filter((t) => item.input[t] >= x);
        const T = item.input.length;
        expect(at).toHaveLength(windows[variant][name].length);
        at.forEach((t, i) => {
          const [from, to] = windows[variant][name][i];
          expect(t + 1 >= from && t + 1 <= to).toBe(true);
        });
        expect(item.target[T - 1]).toBe(at.reduce((sum, t) => 2 * sum + item.input[t] - x, 0));
        if (variant === "hs97")
          expect([item.input[0], item.input[T - 1], T >= 100 && T <= 110]).toEqual([0, 1, true]);
        else expect(T).toBe(100);
      }
    }
});

test(
  "memorization: the symbols come back right after the trigger, and a round of 32 holds every " +
    "5-bit sequence once",
  () => {
    const task = longLag.memory5({ lag: 10 });
    const batch = task.batch(64, random());
    expect(new Set(batch.slice(0, 32).map((item) => item.input.slice(0, 5).join(""))).size).toBe(32);
    expect(task.all).toHaveLength(32);
    for (const item of [...batch, ...task.batch(3, random())]) {
      expect(item.input).toHaveLength(20);
      expect(item.input.indexOf(3)).toBe(14);
      expect(Array.from(item.target.slice(15))).toEqual(Array.from(item.input.slice(0, 5)));
      expect(item.target.slice(0, 15).every((s) => s === 2)).toBe(true);
    }
    const [long] = longLag.memory20({ lag: 80 }).batch(1, random());
    expect(long.input).toHaveLength(100);
    expect(Array.from(long.target.slice(90))).toEqual(Array.from(long.input.slice(0, 10)));
  },
);

test("wrong options are named", () => {
  expect(() => longLag.xor({ variant: "hs97" })).toThrow(/longLag.xor: variant is "hs97", want one of ms11/);
  expect(() => longLag.addition({ lag: 5 })).toThrow(/lag is 5/);
  expect(() => longLag.addition({ leg: 5 } as object)).toThrow(/unknown option "leg"/);
});
