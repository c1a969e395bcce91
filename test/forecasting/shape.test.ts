/** Distributions by their values at normal scores. */
import { expect, test } from "vitest";
import { averaged, outlookOfShape, scoreAt, scoresOfLevels, valueAt } from "../../src/forecasting/shape.ts";
import { close } from "../close.ts";
import { math } from "./series.ts";

const scores = scoresOfLevels([0.05, 0.25, 0.5, 0.75, 0.95], math);

test("values and scores are each other's inverse, also beyond the outer knots", () => {
  const shape = { scores, values: Float64Array.of(-4, -1, 0, 2, 9) };
  const outlook = { means: [0], variances: [1], shape };
  for (const s of [-3, -1.2, -0.1, 0, 0.9, 4])
    close(scoreAt(outlook, 0, valueAt(outlook, 0, s)), s, { abs: 1e-12 });
  expect(valueAt(outlook, 0, 0)).toBe(0);
});

test("a normal distribution as a shape is itself, with its mean and variance", () => {
  const shape = { scores, values: Float64Array.from(scores, (s) => 3 + 2 * s) };
  const { means, variances } = outlookOfShape(shape, math);
  close(means[0], 3, { abs: 1e-12 });
  close(variances[0], 4, { rel: 0.02 }); // the tails beyond 1/200 count as that far out
  close(valueAt({ means, variances, shape }, 0, 2.5), 8, { abs: 1e-12 });
});

test("an average with a normal one is of all quantiles", () => {
  const shape = { scores, values: Float64Array.of(-4, -1, 0, 2, 9) };
  const both = averaged(
    [
      { means: [1], variances: [1], shape },
      { means: [10], variances: [4] },
    ],
    [3, 1],
  );
  close(both.means[0], 3.25, { abs: 1e-12 });
  close(valueAt(both, 0, scores[4]), (3 * 9 + 10 + 2 * scores[4]) / 4, { abs: 1e-12 });
  expect(valueAt(both, 0, 0)).toBe(2.5);
});

test("flat pieces have scores", () => {
  const outlook = { means: [0], variances: [0], shape: { scores: [-1, 0, 1], values: new Float64Array(3) } };
  expect([-1, 0, 1].every((v) => Number.isFinite(scoreAt(outlook, 0, v)))).toBe(true);
});
