/** exp, log, tanh, logistic and pow: largest errors, special values, and independence of place. */
import { describe, expect, test } from "vitest";
import type { Engine } from "../../../src/wasm/engine.ts";
import { activationCodes, type Ptr } from "../../../src/wasm/kernels.ts";
import { both, f32, f64, inWorkspace, uniform } from "../workspace.ts";
import * as precise from "./precise.ts";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
/**
 * Kernel, f64 function, precise function, ranges of the argument, and the bounds in ulp that elementary.ts
 * states for f32 and f64.
 */
const functions = [
  {
    map: "mapExp",
    of: Math.exp,
    precisely: precise.exp,
    bound: [1, 1],
    ranges: [
      [-1, 1],
      [-87.3, 88.7],
      [-1e-3, 1e-3],
    ],
  },
  {
    map: "mapLog",
    of: Math.log,
    precisely: precise.log,
    bound: [1, 1],
    ranges: [
      [0.5, 2],
      [0, 1e30],
      [0.99, 1.01],
      [0, 1e-30],
    ],
  },
  {
    map: "tanh",
    of: Math.tanh,
    precisely: precise.tanh,
    bound: [2, 2],
    ranges: [
      [-0.5, 0.5],
      [-10, 10],
      [-1e-3, 1e-3],
    ],
  },
  {
    map: "mapLogistic",
    of: logistic,
    precisely: precise.logistic,
    bound: [2, 2.5],
    ranges: [
      [-5, 5],
      [-86, 86],
      [-17, -16],
    ],
  },
] as const;
const F32_SAMPLES = 100_000;
const F64_SAMPLES = 250;
const digits = { float32: 24, float64: 53 };

/** The kernel of a function on n values; tanh is reached as an activation. */
function apply({ kernels }: Engine, map: (typeof functions)[number]["map"], n: number, x: Ptr, y: Ptr): void {
  if (map === "tanh") kernels.activate(activationCodes.tanh, n, x, y);
  else kernels[map](n, x, y);
}

/** Samples of a range, by value and by exponent, as the precision holds them. */
function samples(n: number, [low, high]: readonly [number, number], round: (x: number) => number): number[] {
  const next = uniform(n);
  const unit = (): number => (next() + 1) / 2;
  return Array.from({ length: n }, (_, i) =>
    round(
      i % 2
        ? low + (high - low) * unit()
        : unit() * (low < 0 && i % 4 ? low : high) * 2 ** -Math.floor(8 * unit()),
    ),
  );
}

describe.each(functions)("$map", ({ map, of, precisely, bound, ranges }) => {
  test(`f32: errs by at most ${bound[0]} ulp`, () =>
    inWorkspace(f32, (workspace) => {
      let worst = 0;
      for (const range of ranges) {
        const xs = samples(F32_SAMPLES, range, Math.fround);
        const y = workspace.reals(xs);
        apply(f32, map, xs.length, workspace.reals(xs), y);
        f32.memory.reals(y, xs.length).forEach((got, i) => {
          const want = of(xs[i]);
          if (Math.abs(want) < 2 ** -126) return;
          const exponent = Math.floor(Math.log2(Math.abs(want)));
          worst = Math.max(worst, Math.abs(got - want) / 2 ** (exponent - 23));
        });
      }
      expect(worst).toBeLessThanOrEqual(bound[0]);
      expect(worst).toBeGreaterThan(0.4); // the measure sees rounding
    }));

  test(`f64: errs by at most ${bound[1]} ulp of a 1400-bit value`, () =>
    inWorkspace(f64, (workspace) => {
      let worst = 0;
      for (const range of ranges) {
        const xs = samples(F64_SAMPLES, range, (x) => x);
        const y = workspace.reals(xs);
        apply(f64, map, xs.length, workspace.reals(xs), y);
        f64.memory.reals(y, xs.length).forEach((got, i) => {
          worst = Math.max(worst, precise.ulps(got, precisely(xs[i]), digits.float64));
        });
      }
      expect(worst).toBeLessThanOrEqual(bound[1]);
      expect(worst).toBeGreaterThan(0.4);
    }));

  test.each(both)("$name: a value does not depend on its place", ({ engine }) =>
    inWorkspace(engine, (workspace) => {
      const n = 41;
      const xs = Array.from({ length: n }, uniform(5)).map((x) => 3 * Math.abs(x));
      const x = workspace.reals(xs);
      const y = workspace.reals(xs);
      const one = workspace.reals([0]);
      apply(engine, map, n, x, y);
      const whole = workspace.read(y, n);
      for (let i = 0; i < n; ++i) {
        apply(engine, map, 1, engine.memory.at(x, i), one);
        expect(workspace.read(one, 1)[0]).toBe(whole[i]);
        apply(engine, map, n - i, engine.memory.at(x, i), y);
        expect(workspace.read(y, n - i)).toEqual(whole.slice(i));
      }
    }),
  );
});

describe.each(both)("$name special values", ({ engine, name }) => {
  const run = (map: (typeof functions)[number]["map"], xs: number[]): number[] =>
    inWorkspace(engine, (workspace) => {
      const y = workspace.reals(xs);
      apply(engine, map, xs.length, workspace.reals(xs), y);
      return workspace.read(y, xs.length);
    });
  const smallest = name === "f32" ? 2 ** -149 : 2 ** -1074;
  const far = name === "f32" ? 100 : 1000;

  test("exp", () =>
    expect(run("mapExp", [0, -0, Infinity, -Infinity, NaN, smallest, -smallest, far, -far])).toEqual([
      1,
      1,
      Infinity,
      0,
      NaN,
      1,
      1,
      Infinity,
      0,
    ]));
  test("exp reaches the largest real and flushes what would be subnormal", () => {
    const [largest, below] = name === "f32" ? [88.72283, -87.33655] : [709.782712893384, -708.3964185322643];
    const [top, bottom] = run("mapExp", [largest, below]) as [number, number];
    expect(top / (name === "f32" ? 3.4028234663852886e38 : Number.MAX_VALUE)).toBeGreaterThan(0.9999);
    expect(bottom).toBe(0);
  });
  test("log", () => {
    expect(run("mapLog", [0, -0, Infinity, -Infinity, NaN, -1, 1])).toEqual([
      -Infinity,
      -Infinity,
      Infinity,
      NaN,
      NaN,
      NaN,
      0,
    ]);
    expect(run("mapLog", [smallest])[0]).toBeCloseTo(Math.log(smallest), name === "f32" ? 4 : 12);
  });
  test("tanh is odd and saturates", () =>
    expect(run("tanh", [0, -0, Infinity, -Infinity, NaN, smallest, -smallest, far, -far])).toEqual([
      0,
      -0,
      1,
      -1,
      NaN,
      smallest,
      -smallest,
      1,
      -1,
    ]));
  test("logistic", () =>
    expect(run("mapLogistic", [0, -0, Infinity, -Infinity, NaN, smallest, far, -far])).toEqual([
      0.5,
      0.5,
      1,
      0,
      NaN,
      0.5,
      1,
      0,
    ]));
  test("pow takes the special values of Math.pow", () =>
    inWorkspace(engine, (workspace) => {
      const values = [0, -0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, Infinity, -Infinity, NaN];
      const xs = values.flatMap((x) => values.map(() => x));
      const ys = values.flatMap(() => values);
      const out = workspace.reals(xs);
      engine.kernels.mapPow(xs.length, workspace.reals(xs), workspace.reals(ys), out);
      workspace.read(out, xs.length).forEach((got, i) => {
        const want = Math.pow(xs[i], ys[i]);
        if (Number.isFinite(want) && want !== 0)
          expect(Math.abs(got / want - 1), `${xs[i]}^${ys[i]}`).toBeLessThan(2 ** -20);
        else expect(got, `${xs[i]}^${ys[i]}`).toBe(want);
      });
    }));
});

test.each([
  { engine: f32, largest: 9, bound: 1 },
  { engine: f64, largest: 80, bound: 4 },
])("$engine.precision: pow errs by at most $bound ulp", ({ engine, largest, bound }) =>
  inWorkspace(engine, (workspace) => {
    const next = uniform(9);
    const xs = Array.from({ length: 400 }, () => Math.fround(2 ** (12 * next())));
    const ys = xs.map(() => Math.fround(largest * next()));
    const out = workspace.reals(xs);
    engine.kernels.mapPow(xs.length, workspace.reals(xs), workspace.reals(ys), out);
    const worst = Math.max(
      ...workspace
        .read(out, xs.length)
        .map((got, i) => precise.ulps(got, precise.pow(xs[i], ys[i]), digits[engine.precision])),
    );
    expect(worst).toBeLessThanOrEqual(bound);
  }),
);

test("the measure in ulp sees an error of one", () => {
  const y = Math.exp(0.7);
  const off = y + 2 ** -52; // exp(0.7) is in [2, 4): two ulp of [1, 2) are one
  expect(
    Math.abs(precise.ulps(off + 2 ** -52, precise.exp(0.7), 53) - precise.ulps(y, precise.exp(0.7), 53)),
  ).toBeGreaterThan(0.4);
  expect(precise.ulps(1, precise.cos(0), 53)).toBe(0);
});
