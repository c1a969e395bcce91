import { expect, test } from "vitest";
import { fixedPoints } from "../../src/analysis/fixed-points.ts";
import { gradientWall } from "../../src/analysis/gradient-wall.ts";
import { lyapunovExponents } from "../../src/analysis/lyapunov.ts";
import { oscillation } from "../../src/analysis/oscillation.ts";
import { stateMap } from "../../src/analysis/state-map.ts";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { Random } from "../../src/wasm/random.ts";

const wasm = await inferenceEngine();
const sigma = (x: number): number => 1 / (1 + Math.exp(-x));

/** α·rotation by 2π/20. */
const rotation = (alpha: number): number[] => {
  const c = alpha * Math.cos(Math.PI / 10);
  const s = alpha * Math.sin(Math.PI / 10);
  return [c, -s, s, c];
};

test.each(["outside", "inside"] as const)(
  "the Jacobian of a map of form %s agrees with differences",
  async (form) => {
    const random = new Random(wasm, 3);
    const n = 5;
    const W = Float64Array.from({ length: n * n }, () => random.normal());
    const map = await stateMap({
      W,
      bias: Float64Array.from({ length: n }, () => random.normal()),
      activation: "logistic",
      form,
    });
    const h = Float64Array.from({ length: n }, () => random.normal());
    const { jacobian } = map.linearize(h);
    const e = 1e-6;
    for (let j = 0; j < n; ++j) {
      const up = map.linearize(h.map((x, i) => (i === j ? x + e : x))).next;
      const down = map.linearize(h.map((x, i) => (i === j ? x - e : x))).next;
      for (let i = 0; i < n; ++i)
        expect(Math.abs(jacobian[i * n + j] - (up[i] - down[i]) / (2 * e))).toBeLessThan(1e-9);
    }
    map.dispose();
  },
);

test("both forms are the maps they say", async () => {
  const outside = await stateMap({ W: [0.5, -1, 2, 0.3], bias: [0.1, 0.2] });
  const inside = await stateMap({
    W: [0.5, -1, 2, 0.3],
    bias: [0.1, 0.2],
    activation: "logistic",
    form: "inside",
  });
  const [, , a, b] = outside.trajectory([0.3, -0.4], 1);
  const [, , c, d] = inside.trajectory([0.3, -0.4], 1);
  const want = [
    Math.tanh(0.5 * 0.3 + 0.4 + 0.1),
    Math.tanh(0.6 - 0.12 + 0.2),
    0.5 * sigma(0.3) - sigma(-0.4) + 0.1,
    2 * sigma(0.3) + 0.3 * sigma(-0.4) + 0.2,
  ];
  [a, b, c, d].forEach((x, i) => expect(Math.abs(x - want[i])).toBeLessThan(1e-14));
  outside.dispose();
  inside.dispose();
});

test.each([
  [1.25, 0.0778],
  [1.5, 0.2075],
  [2, 0.5328],
])("latch, w = %f: two attractors for |h| < %f, one beyond", async (w, limit) => {
  const x = Math.sqrt(1 - 1 / w);
  expect(Math.abs(w * x - Math.atanh(x) - limit)).toBeLessThan(5e-5);
  for (const [h, count] of [
    [0, 2],
    [limit - 1e-3, 2],
    [limit + 1e-3, 1],
  ] as const) {
    const map = await stateMap({ W: [w], bias: [h] });
    const points = fixedPoints(map);
    expect(points.filter((p) => p.stable)).toHaveLength(count);
    expect(points).toHaveLength(count === 2 ? 3 : 1); // between two attractors lies a repeller
    map.dispose();
  }
});

test("below w = 1 a latch has the origin alone, and its eigenvalue is w", async () => {
  const map = await stateMap({ W: [0.8] });
  const [point, ...others] = fixedPoints(map);
  expect(others).toHaveLength(0);
  expect(point.eigenvalues.re[0]).toBeCloseTo(0.8, 12);
  map.dispose();
});

test(
  "oscillation: decay at α = 0.95; amplitude .424 and 20.13 steps a rise at 1.05; .734 and 20.55 " + "at 1.2",
  async () => {
    for (const [alpha, amplitude, counted, period] of [
      [1.05, 0.424, 20.13, 20.035],
      [1.2, 0.734, 20.55, 20.526],
    ] as const) {
      const map = await stateMap({ W: rotation(alpha) });
      const path = map.trajectory([0.1, 0], 4000);
      const got = oscillation(Float64Array.from({ length: 3000 }, (_, t) => path[2 * (1001 + t)]));
      expect(got.amplitude.toFixed(3)).toBe(amplitude.toFixed(3));
      expect(got.countedPeriod.toFixed(2)).toBe(counted.toFixed(2));
      expect(Math.abs(got.period - period)).toBeLessThan(2e-3);
      map.dispose();
    }
    const dying = await stateMap({ W: rotation(0.95) });
    const end = dying.trajectory([0.1, 0], 1000).slice(-2);
    expect(Math.hypot(end[0], end[1])).toBeLessThan(1e-20);
    dying.dispose();
  },
);

test(
  "a linear map has the logarithms of its singular directions: exponents of diag(2, ½) turned by a " +
    "triangle",
  async () => {
    const map = await stateMap({ W: [2, 1, 0, 0.5], activation: "identity" });
    const got = lyapunovExponents(map, { count: 2, steps: 500, discard: 100, start: [0, 0] });
    expect(Math.abs(got[0] - Math.log(2))).toBeLessThan(1e-3);
    expect(Math.abs(got[0] + got[1])).toBeLessThan(1e-12); // the determinant is 1
    map.dispose();
  },
);

test(
  "chaos of two neurons: largest exponent 0.2296 a step, and the sum of both is the mean log " +
    "determinant",
  async () => {
    const map = await stateMap({ W: [-20, 6, -6, 0], bias: [-2, 3], activation: "logistic", form: "inside" });
    const [first, second] = lyapunovExponents(map, { count: 2, steps: 100_000, start: [0, 0] });
    // averages of 100,000 steps from ten starts have a standard deviation of 0.0019
    expect(Math.abs(first - 0.2296)).toBeLessThan(4 * 0.0019);
    let logs = 0;
    const path = map.trajectory(map.trajectory([0, 0], 1000).slice(-2), 100_000);
    for (let t = 0; t < 100_000; ++t) {
      const [a, b] = [sigma(path[2 * t]), sigma(path[2 * t + 1])];
      logs += Math.log(Math.abs(36 * a * (1 - a) * b * (1 - b))) / 100_000; // det W = 36
    }
    expect(Math.abs(first + second - logs)).toBeLessThan(1e-6);
    map.dispose();
  },
);

test.each([
  [0.5, -0.67],
  [0.9, -0.08],
  [2, 0.15],
  [3, 0.3],
])("random net of 200 units at g = %f: largest exponent near %f", async (g, want) => {
  const random = new Random(wasm, 1);
  const n = 200;
  const W = Float64Array.from({ length: n * n }, () => (g * random.normal()) / Math.sqrt(n));
  const map = await stateMap({ W }, 1);
  const [got] = lyapunovExponents(map, { steps: 1000, discard: 300 });
  expect(Math.abs(got - want)).toBeLessThan(0.05); // nets of 200 units differ by some hundredths
  map.dispose();
});

test("a map that forgets everything in one step has exponents of -∞", async () => {
  const map = await stateMap({ W: new Float64Array(9) });
  expect([...lyapunovExponents(map, { count: 3, steps: 50, discard: 5 })]).toEqual([
    -Infinity,
    -Infinity,
    -Infinity,
  ]);
  map.dispose();
});

test(
  "a linear map has the logarithm of its factor as exponent, also where its " + "square underflows",
  async () => {
    for (const factor of [2, 1e-170, 1e-250]) {
      const map = await stateMap({ W: [factor, 0, 0, factor], activation: "identity" });
      const exponents = lyapunovExponents(map, { count: 2, steps: 20, discard: 1, start: [0, 0] });
      for (const got of exponents) expect(Math.abs(got - Math.log(factor))).toBeLessThan(1e-9);
      map.dispose();
    }
  },
);

test("gradient wall: 3320 at (4.94, -2.575), median .031; the gradient is that of the error", async () => {
  const wall = await gradientWall();
  const { steepest } = wall;
  expect([
    Math.round(steepest.norm),
    steepest.w.toFixed(2),
    steepest.b.toFixed(3),
    wall.median.toFixed(3),
  ]).toEqual([3320, "4.94", "-2.575", "0.031"]);
  const fine = await gradientWall({ w: [5, 5 + 2e-5], b: [-2, -2 + 2e-5], points: 3 });
  const e = (i: number): number => fine.error[i];
  const slope = Math.hypot((e(7) - e(1)) / 2e-5, (e(5) - e(3)) / 2e-5);
  expect(Math.abs(slope / fine.norm[4] - 1)).toBeLessThan(1e-5);
});

test("wrong sizes and options are named", async () => {
  await expect(stateMap({ W: [1, 2, 3] })).rejects.toThrow(/W has 3 values/);
  await expect(stateMap({ W: [NaN] })).rejects.toThrow(/W\[0\] is NaN/);
  const map = await stateMap({ W: [1] });
  expect(() => lyapunovExponents(map, { count: 2 })).toThrow(/count is 2/);
  expect(() => {
    map.state = [1, 2];
  }).toThrow(/2 values, want 1/);
  map.dispose();
});
