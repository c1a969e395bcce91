import { expect, test } from "vitest";
import { addition, adder, sumItem } from "../../src/tasks/addition.ts";
import { runMoore } from "../../src/inference/moore.ts";
import type { Item } from "../../src/train/task.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const wasm = await engine("float64");
const random = (seed = 1): Random => new Random(wasm, seed);
/** The numbers of an item, as integers: a, b, and the target sum. */
function numbers(item: Item, late = 0): [bigint, bigint, bigint] {
  let a = 0n;
  let b = 0n;
  let s = 0n;
  for (let t = item.target.length - 1; t >= 0; --t) {
    a = 2n * a + BigInt(item.input[2 * t]);
    b = 2n * b + BigInt(item.input[2 * t + 1]);
    s = 2n * s + BigInt(item.target[t]);
  }
  return [a, b, s >> BigInt(late)];
}
const probabilities = (item: Item): Float64Array => Float64Array.from(item.target, (bit) => 0.1 + 0.8 * bit);

test("targets are the digits of the sum, up to 64 digits, every length in the range comes up", () => {
  const lengths = new Set<number>();
  for (const item of addition({ digits: 64 }).batch(2000, random())) {
    const [a, b, s] = numbers(item);
    expect(s).toBe(a + b);
    expect(item.input.length).toBe(2 * item.target.length);
    lengths.add(item.target.length - 1);
  }
  expect([Math.min(...lengths), Math.max(...lengths), lengths.size]).toEqual([1, 64, 64]);
});

test("the same place in a stream gives the same sums, another seed others", () => {
  const task = addition();
  expect(task.batch(5, random())).toEqual(task.batch(5, random()));
  expect(task.batch(5, random(2))).not.toEqual(task.batch(5, random()));
});

test("the slide's layout is the same sum two steps later", () => {
  for (let i = 0; i < 20; ++i) {
    const own = addition({ digits: 9, minDigits: 9 }).batch(1, random(i))[0];
    const late = addition({ digits: 9, minDigits: 9, delays: true }).batch(1, random(i))[0];
    expect(late.target.length).toBe(own.target.length + 2);
    expect([...late.target.slice(2)]).toEqual([...own.target]);
    expect([...late.input.slice(0, own.input.length)]).toEqual([...own.input]);
    expect([...late.weight!]).toEqual([0, 0, ...own.target.map(() => 1)]);
    const [a, b, s] = numbers(late, 2);
    expect(s).toBe(a + b);
  }
});

test(
  "no digit of a right answer is wrong, each flipped digit is, and steps that do not count never " + "are",
  () => {
    for (const delays of [false, true]) {
      const task = addition({ delays });
      for (const item of task.batch(50, random())) {
        const answer = probabilities(item);
        expect(task.wrong(item, answer)).toBe(0);
        answer[answer.length - 1] = 1 - answer[answer.length - 1];
        expect(task.wrong(item, answer)).toBe(1);
        expect(
          task.wrong(
            item,
            probabilities(item).map((p) => 1 - p),
          ),
        ).toBe(item.target.length - (delays ? 2 : 0));
        expect(task.wrong(item, probabilities(item).fill(NaN))).toBe(item.target.length - (delays ? 2 : 0));
      }
    }
  },
);

test("the best constant answer scores the stated chance", () => {
  const task = addition({ digits: 7, minDigits: 2 });
  const n = 20_000;
  const mean =
    task
      .batch(n, random(3))
      .reduce((sum, item) => sum + task.wrong(item, new Float64Array(item.target.length).fill(0.1)), 0) / n;
  // 8 digits at 1/2 and the lengths' spread: deviation < 2
  expect(Math.abs(mean - task.chance)).toBeLessThan((4 * 1.5) / Math.sqrt(n));
});

test("the task's machine reads the task's inputs and prints its targets", () => {
  const task = addition();
  for (const item of task.batch(100, random())) {
    const symbols = Array.from(item.target, (_, t) =>
      adder.next[0].findIndex(
        (__, a) => task.encode(a)[0] === item.input[2 * t] && task.encode(a)[1] === item.input[2 * t + 1],
      ),
    );
    expect(runMoore(task.machine, symbols).map(Number)).toEqual([...item.target]);
    expect([...probabilities(item)].map((p) => Number(task.print([p])))).toEqual([...item.target]);
  }
});

test("printing takes what `wrong` takes: a digit of 1% probability prints 0, one of 99% prints 1", () => {
  const task = addition();
  expect(task.print([0.01])).toBe("0");
  expect(task.print([0.99])).toBe("1");
  const { input, target } = sumItem([1, 0], [1, 0]);
  const prediction = Array.from(target, (digit) => (digit ? 0.99 : 0.01));
  expect(task.wrong({ input, target }, prediction)).toBe(0);
  expect(prediction.map((p) => task.print([p])).join("")).toBe("010");
});

test("a sum of given digits is laid out least significant first", () => {
  const { input, target } = sumItem([1, 1, 0], [1, 0, 0]); // 3 + 1 = 4
  expect([...input]).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  expect([...target]).toEqual([0, 0, 1, 0]);
});

test("lengths out of range and unknown options are refused by name", () => {
  expect(() => addition({ digits: 0 })).toThrow("addition: digits is 0, want a whole number of at least 1");
  expect(() => addition({ digits: 4, minDigits: 5 })).toThrow(
    "addition: minDigits is 5, want a whole number from 1 to 4",
  );
  expect(() => addition({ length: 4 } as object)).toThrow('addition: unknown option "length"');
});
