/**
 * The gradient of the log-likelihood, by differences, and the standard errors that its own differences
 * give.
 */
import { expect, test } from "vitest";
import { Matrix } from "../../../src/inference/matrix-value.ts";
import { lds } from "../../../src/models/lds/lds.ts";
import { close } from "../../close.ts";
import { differences, drawn, trainingOf, truth } from "./builders.ts";

test("the gradient is the one that differences give", async () => {
  const { y, u, model } = await drawn([12, 5], { holes: true });
  const { coordinates, gradient } = model.gradient(y, { inputs: u });
  expect(coordinates).toHaveLength(4 + 2 + 4 + 2 + 3 + 3 + 2 + 3);
  const { training, kalman } = trainingOf(model.engine, truth, y, u);
  close(gradient, differences(training, coordinates, 1e-5), { rel: 1e-8 });
  kalman.dispose();
  model.dispose();
});

test.each([
  [1, 2],
  [2, 2],
  [2, 3],
])("so it is with a diffuse start: %i outputs, %i states", async (p, n) => {
  const model = await lds({ state: n, output: p, seed: 3 });
  const y = [12, 7].map((T, s) =>
    Float64Array.from({ length: T * p }, (_, i) =>
      i % 5 === 4 ? NaN : 2 * Math.sin(1.3 * i + s) + Math.cos(i * i),
    ),
  );
  const spec = { state: n, output: p, seed: 3, initial: "diffuse" } as const;
  const { training, kalman } = trainingOf(model.engine, spec, y);
  const at = training.coordinates();
  const { gradient } = training.gradient();
  close(gradient, differences(training, at, 1e-5), { rel: 1e-7 });
  for (const m of [model, kalman]) m.dispose();
});

test("recovers parameters within three standard errors of sampled data", { timeout: 60_000 }, async () => {
  const { y, u, model } = await drawn([2000, 2000], { holes: false });
  const k = await lds({
    ...truth,
    A: [
      [0.5, 0],
      [0, 0.5],
    ],
    Q: [
      [1, 0],
      [0, 1],
    ],
    R: [
      [1, 0],
      [0, 1],
    ],
    fixed: ["B", "C", "D", "initial"],
  });
  await k.fit(y, { inputs: u, iterations: 300, tolerance: 1e-5 });
  // standard errors from the curvature of the log-likelihood at the maximum, in the free coordinates
  const at = k.gradient(y, { inputs: u });
  const P = at.coordinates.length;
  const fixed = ["B", "C", "D", "initial"] as const;
  const { training, kalman } = trainingOf(k.engine, { ...truth, fixed }, y, u);
  const want = training.coordinates();
  const H = Array.from({ length: P }, (_, i) => {
    const x = at.coordinates.slice();
    x[i] += 1e-4;
    training.setCoordinates(x);
    return training.gradient().gradient.map((g, j) => (at.gradient[j] - g) / 1e-4);
  });
  const information = new Matrix(kalman.algebra, P, P, Float64Array.from(H.flatMap((row) => [...row])));
  const covariance = information
    .symmetric()
    .solve("information", Matrix.identity(kalman.algebra, P))
    .diagonal();
  for (let i = 0; i < P; ++i)
    expect(Math.abs(at.coordinates[i] - want[i]) / Math.sqrt(covariance[i])).toBeLessThan(3);
  for (const m of [model, k, kalman]) m.dispose();
});
