/** Nonlinear vector autoregressions against features by brute force, and on the systems of their paper. */
import { describe, expect, test } from "vitest";
import { nvar, type NvarSpec } from "../../src/reservoirs/index.ts";
import { close } from "../close.ts";
import { lorenz } from "./lorenz.ts";

/** What a spec's features are at step t of x [T,I], by name, straight from their definition. */
function bruteForce(x: readonly number[][], t: number, spec: Required<NvarSpec>): Map<string, number> {
  const { input, delays, stride, degrees, constant } = spec;
  const linear = Array.from({ length: delays }, (_, d) =>
    Array.from({ length: input }, (_, i) => ({
      name: `x${i}[t${d > 0 ? `-${d * stride}` : ""}]`,
      value: x[t - d * stride]?.[i] ?? 0,
    })),
  ).flat();
  const found = new Map<string, number>(constant ? [["1", 1]] : []);
  for (const { name, value } of linear) found.set(name, value);
  const grow = (from: number, left: number, names: string[], product: number): void => {
    if (left === 0) return void found.set(names.join("·"), product);
    for (let i = from; i < linear.length; ++i)
      grow(i, left - 1, [...names, linear[i].name], product * linear[i].value);
  };
  for (const degree of degrees) grow(0, degree, [], 1);
  return found;
}

const series = Array.from({ length: 60 }, (_, t) => [Math.sin(t * 1.3), ((t * 7) % 11) / 11 - 0.4]);

test.each<NvarSpec>([
  { input: 2, delays: 2 },
  { input: 2, delays: 3, stride: 2, degrees: [3, 2], constant: false, says: "increment" },
  { input: 2, output: 1, delays: 1, degrees: [] },
])("the answer is the readout times the features of the definition: %o", async (spec) => {
  const model = await nvar({ ...spec, ridge: 1e-3 });
  const { output: O, says } = model.spec;
  const target = series.map((row) => row.slice(0, O).map((v) => v * v + 0.1));
  const { rows } = await model.fit([{ input: series, target }]);
  expect(rows).toBe(60 - (model.spec.delays - 1) * model.spec.stride);
  const { readout, features } = model.parameters;
  const [y] = model.predict([series]);
  series.forEach((row, t) => {
    const found = bruteForce(series, t, model.spec);
    expect([...found.keys()]).toEqual(features);
    const want = Array.from({ length: O }, (_, o) =>
      [...found.values()].reduce(
        (sum, z, d) => sum + z * readout[d * O + o],
        says === "increment" ? row[o] : 0,
      ),
    );
    close(y.subarray(t * O, (t + 1) * O), Float64Array.from(want), { rel: 1e-12, abs: 1e-13 });
  });
});

test("the readout is where the gradient of the weighted ridge regression is 0", async () => {
  const model = await nvar({ input: 2, output: 1, ridge: 0.05 });
  const target = series.map(([a, b]) => a * b + a);
  const weight = series.map((_, t) => [1, 0, 2.5][t % 3]);
  await model.fit([{ input: series, target, weight }]);
  const { readout } = model.parameters;
  const gradient = readout.map((w) => 0.05 * w);
  for (let t = 1; t < series.length; ++t) {
    const z = [...bruteForce(series, t, model.spec).values()];
    const error = z.reduce((sum, v, d) => sum + v * readout[d], 0) - target[t];
    z.forEach((v, d) => (gradient[d] += weight[t] * error * v));
  }
  close(gradient, new Float64Array(readout.length), { rel: 0, abs: 1e-11 });
});

test("streams, forecasts and files have the bits of predict", async () => {
  const model = await nvar({ input: 2, delays: 2, stride: 3, ridge: 1e-2 });
  const flat = series.flat();
  await model.fit([{ input: series.slice(0, -1), target: series.slice(1) }]);
  const copy = await nvar.load(model.save());
  const [y] = model.predict([series]);
  const stream = copy.stream();
  series.forEach((row, t) => expect([...stream.step(row)]).toEqual([...y.subarray(2 * t, 2 * t + 2)]));
  stream.reset();
  series.forEach((row) => stream.step(row));
  const { means } = copy.forecast(3, { history: flat });
  expect([...means.subarray(0, 2)]).toEqual([...y.subarray(118)]);
  expect([...means.subarray(2, 4)]).toEqual([...stream.step(means.subarray(0, 2))]);
  // no more than its window of a history is seen
  expect(copy.forecast(3, { history: flat.slice(-8) }).means).toEqual(means);
  model.dispose();
  expect(() => model.predict([series])).toThrow(/nvar.predict: the model was disposed/);
});

// Gauthier et al. have λ = 2.5e-6, on rows of a coarser integrator: free runs on exact ones then diverge
test("Lorenz 1963, 400 steps of 0.025: free runs stay within 3% over one Lyapunov time", async () => {
  const { rows, scale } = lorenz(700);
  const model = await nvar({ input: 3, delays: 2, says: "increment", ridge: 1 });
  await model.fit([{ input: rows.slice(0, 400), target: rows.slice(1, 401) }]);
  expect(model.parameters.features).toHaveLength(28);
  const STEPS = 44; // 1.1 units of time: 1/0.91
  let squares = 0;
  for (let k = 0; k < 5; ++k) {
    const at = 401 + 50 * k;
    const { means } = model.forecast(STEPS, { history: rows.slice(at - 2, at) });
    means.forEach((v, n) => {
      const gap = (v - rows[at + Math.floor(n / 3)][n % 3]) / scale[n % 3];
      squares += (gap * gap) / (15 * STEPS);
    });
  }
  expect(Math.sqrt(squares)).toBeLessThan(0.03);
});

describe("refused are", () => {
  test.each<[object, RegExp]>([
    [{ input: 0 }, /nvar: input is 0, want a whole number of at least 1/],
    [{ input: 2, degrees: [1] }, /degrees are array of 1, want a list of whole numbers, 2 to 20/],
    [{ input: 2, output: 1, says: "increment" }, /1 outputs that are increments of 2 inputs/],
    [{ input: 10, delays: 10, degrees: [4] }, /features, want at most 10000; take fewer delays/],
    [{ input: 1e9, delays: 1e9, degrees: [20] }, /nvar: Infinity features/],
    [{ input: 1, constant: 1 }, /constant is 1, want true or false/],
  ])("%o", async (spec, words) => {
    await expect(nvar(spec as NvarSpec)).rejects.toThrow(words);
  });

  test("sequences and histories that are too short, and runs that diverge", async () => {
    const model = await nvar({ input: 1, delays: 3, stride: 2, ridge: 0.1 });
    await expect(model.fit([{ input: [1, 2, 3, 4], target: [1, 2, 3, 4] }])).rejects.toThrow(
      /no step counts: each sequence wants more than 4 steps/,
    );
    const input = Array.from({ length: 30 }, (_, t) => 1.2 + (t % 5));
    await model.fit([{ input, target: input.map((v) => 3 * v * v) }]);
    expect(() => model.forecast(1, { history: [1, 2, 3, 4] })).toThrow(
      /history has 4 steps, want at least 5/,
    );
    expect(() => model.forecast(99, { history: input })).toThrow(
      /leaves the finite numbers at step \d+; fit/,
    );
  });
});
