import { describe, expect, test } from "vitest";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const random = async (
  seed: number,
  stream = 0,
  precision: "float32" | "float64" = "float32",
): Promise<Random> => new Random(await engine(precision), seed, stream);
const N = 40_000;

describe("a stream of random numbers", () => {
  test("is a function of seed, stream and counter, the same in both precisions", async () => {
    const draw = (r: Random): number[] => [
      r.bits(),
      r.uniform(),
      r.integer(3, 900),
      r.normal(),
      ...r.permutation(7),
    ];
    const a = draw(await random(5, 2));
    expect(draw(await random(5, 2, "float64"))).toEqual(a);
    expect(draw(await random(6, 2))).not.toEqual(a);
    expect(draw(await random(5, 3))).not.toEqual(a);
    expect(draw(await random(5 + 2 ** 32, 2))).not.toEqual(a);
    const r = await random(5, 2);
    for (let i = 0; i < 9; ++i) r.bits();
    const { counter } = r;
    const next = ((r.counter = counter), draw(r));
    r.counter = counter;
    expect(draw(r)).toEqual(next);
  });

  test("integers fall evenly: χ² over 10 values stays below the 99.9% point", async () => {
    const r = await random(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < N; ++i) ++counts[r.integer(-3, 6) + 3];
    const chi = counts.reduce((sum, c) => sum + (c - N / 10) ** 2 / (N / 10), 0);
    expect(chi).toBeLessThan(27.88);
  });

  test("normals have the moments 0, 1, 0, 3 within four standard errors", async () => {
    const r = await random(2);
    const x = Array.from({ length: N }, () => r.normal());
    const m = (p: number): number => x.reduce((s, v) => s + v ** p, 0) / N;
    expect(Math.abs(m(1))).toBeLessThan(4 / Math.sqrt(N));
    expect(Math.abs(m(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
    expect(Math.abs(m(3))).toBeLessThan(4 * Math.sqrt(15 / N));
    expect(Math.abs(m(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / N));
  });

  test("a choice follows its weights and never takes one of weight zero", async () => {
    const r = await random(3);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < N; ++i) ++counts[r.choice([1, 0, 3, 0])];
    expect([counts[1], counts[3]]).toEqual([0, 0]);
    expect(Math.abs(counts[0] / N - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / N));
  });

  test("permutations are permutations, and their first place is even", async () => {
    const r = await random(4);
    const first = [0, 0, 0, 0];
    for (let i = 0; i < 4000; ++i) {
      const p = r.permutation(4);
      expect([...p].sort()).toEqual([0, 1, 2, 3]);
      ++first[p[0]];
    }
    for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });
});

test("whole numbers without a range are refused, and the whole range of 32 bits is drawn", async () => {
  const random = new Random(await engine("float32"), 1);
  for (const [min, max] of [
    [1, 0],
    [0, 2 ** 32],
    [NaN, 1],
    [0, NaN],
    [0.5, 2],
    [0, Infinity],
  ])
    expect(() => random.integer(min, max)).toThrow(/random.integer: min is .*, want whole numbers/);
  expect(random.integer(0, 2 ** 32 - 1)).toBeGreaterThanOrEqual(0);
  expect(random.integer(7, 7)).toBe(7);
});
