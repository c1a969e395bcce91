/** A differenced series without gaps is fitted as its differences: the same likelihood, and its slopes. */
import { expect, test } from "vitest";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { Kalman } from "../../../src/inference/kalman.ts";
import { arimaFamily, type ArimaSpec } from "../../../src/models/structural/arima-family.ts";
import { Estimation } from "../../../src/models/structural/estimation.ts";
import { scaled } from "../../../src/models/structural/scale.ts";
import { centralDifferences } from "../../../src/train/differences.ts";
import { close } from "../../close.ts";
import { normals } from "../../forecasting/series.ts";

const noise = normals(70, 3);
const y = Float64Array.from(noise, (e, t) => 20 + t / 5 + 3 * ((t * 5) % 6) + e + noise[(t * 7) % 70]);
const u = Float64Array.from({ length: 70 }, (_, t) => ((t * 11) % 17) / 17);

const specs: Record<string, { spec: ArimaSpec; theta: number[]; u?: Float64Array }> = {
  "(0,1,1)(0,1,1) of 6": { spec: { d: 1, q: 1, seasonal: { D: 1, Q: 1, period: 6 } }, theta: [0.4, 7, 0.8] },
  "(1,2,0)": { spec: { p: 1, d: 2 }, theta: [-0.3, 0.6] },
  "(1,1,1)(1,0,0) of 4 beside an input": {
    spec: { p: 1, d: 1, q: 1, seasonal: { P: 1, period: 4 }, inputs: 1 },
    theta: [0.2, -0.4, 0.3, 0.7, 0.5],
    u,
  },
  "(30,0,0) beside a constant": {
    spec: { p: 30 },
    theta: [...Array.from({ length: 30 }, (_, i) => 0.3 / (1 + i)), 0.7, 0.2],
    u: new Float64Array(70).fill(1),
  },
};

test.each(Object.entries(specs))("%s", async (_, { spec, theta: at, u: inputs }) => {
  const theta = Float64Array.from(at);
  const kalman = new Kalman(await inferenceEngine());
  const family = arimaFamily("arima", spec);
  const data = [{ y, u: inputs }];
  const { scale, estimation } = scaled(family, kalman, data);
  const whole = new Estimation(
    family,
    kalman,
    data.map((one, i) => scale.series(one, i)),
  );
  close([estimation.logLikelihood(theta)], [whole.logLikelihood(theta)], { rel: 1e-9 });
  const score = estimation.score(theta)!;
  close(score, whole.score(theta)!, { rel: 1e-6, abs: 1e-6 });
  close(
    score,
    centralDifferences((x) => whole.logLikelihood(x), theta),
    { rel: 1e-5, abs: 1e-5 },
  );
  kalman.dispose();
});

test("information far out in the range of a root is that of wider differences", async () => {
  const kalman = new Kalman(await inferenceEngine());
  const family = arimaFamily("arima", { d: 1, q: 1, seasonal: { D: 1, Q: 1, period: 6 } });
  const { estimation } = scaled(family, kalman, [{ y, u: undefined }]);
  const theta = Float64Array.of(8, 0.5, 0.7);
  const { information } = estimation.about(theta);
  const at = (by: number): Float64Array => estimation.score(Float64Array.of(8 + by, 0.5, 0.7))!;
  const wide = (at(-0.02)[0] - at(0.02)[0]) / 0.04;
  expect(Math.abs(information[0] / wide - 1)).toBeLessThan(1e-3);
  kalman.dispose();
});
