/** Cosine and sine of the speech kernels: largest errors against 1400-bit values, special values. */
import { expect, test } from "vitest";
import { speechEngine } from "../../src/speech/engine.ts";
import type { Ptr } from "../../src/wasm/kernels.ts";
import { Arena } from "../../src/wasm/memory.ts";
import * as precise from "../assembly/elementary/precise.ts";
import { uniform } from "../assembly/workspace.ts";

const { kernels, memory } = await speechEngine();
/** What trigonometric.ts states, in units of the last place. */
const BOUND = 2;
const DIGITS = 53;

/** The doubles that a kernel makes of those given. */
function made(given: readonly number[], n: number, make: (x: Ptr, y: Ptr) => void): number[] {
  const arena = new Arena(memory);
  try {
    const x = arena.reals(Math.max(given.length, 1));
    const y = arena.reals(n);
    memory.reals(x, given.length).set(given);
    make(x, y);
    return Array.from(memory.reals(y, n));
  } finally {
    arena.dispose();
  }
}
const cosines = (xs: readonly number[]): number[] =>
  made(xs, xs.length, (x, y) => kernels.mapCos(xs.length, x, y));

test.each([1, 20, 1e5, 1e30])("cos errs by at most 2 ulp up to %d", (range) => {
  const next = uniform(range);
  const xs = Array.from({ length: 250 }, () => range * next());
  const errors = cosines(xs).map((y, i) => precise.ulps(y, precise.cos(xs[i]), DIGITS));
  expect(Math.max(...errors)).toBeLessThanOrEqual(BOUND);
  expect(Math.max(...errors)).toBeGreaterThan(0.4); // the measure sees rounding
});

test("cos is even, and infinities have none", () => {
  const least = 2 ** -1074;
  expect(cosines([0, -0, Infinity, -Infinity, NaN, least, -least])).toEqual([1, 1, NaN, NaN, NaN, 1, 1]);
});

test("the roots of unity are cosine and sine within 2 ulp, exact at the quarter turns", () => {
  const n = 360;
  const roots = made([], 2 * n, (_, y) => kernels.rootsOfUnity(n, y));
  // the angle of the nearest quarter turn is rounded once, below 45 degrees
  for (let t = 1; t < n / 8; ++t) {
    const angle = ((8 * t) / n) * (Math.PI / 4);
    expect(precise.ulps(roots[2 * t], precise.cos(angle), DIGITS)).toBeLessThanOrEqual(BOUND);
    expect(precise.ulps(Math.abs(roots[2 * t + 1]), precise.sin(angle), DIGITS)).toBeLessThanOrEqual(BOUND);
  }
  const quarters = [0, 1, 2, 3].map((k) => [roots[(k * n) / 2], roots[(k * n) / 2 + 1]].map(Math.abs));
  expect(quarters).toEqual([
    [1, 0],
    [0, 1],
    [1, 0],
    [0, 1],
  ]);
});
