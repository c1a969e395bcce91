/** What stands out in a series: alarms, how rare scores are, and where series change for good. */
import { expect, test } from "vitest";
import { Alarms } from "../../src/anomalies/alarms.ts";
import { changePoints } from "../../src/anomalies/change-points.ts";
import { anomalyDetector } from "../../src/anomalies/detector.ts";
import { rareScore, surprises } from "../../src/anomalies/surprise.ts";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { autoregressive } from "../../src/models/autoregressive/autoregressive.ts";
import { hmm } from "../../src/models/hmm/hmm.ts";
import { localLevel } from "../../src/models/lds/local-level.ts";
import { structural } from "../../src/models/structural/structural.ts";
import { Random } from "../../src/wasm/random.ts";
import { close } from "../close.ts";

const engine = await inferenceEngine();
const normals = (seed: number, length: number): number[] => {
  const random = new Random(engine, seed);
  return Array.from({ length }, () => random.normal());
};
/** Days of 24 steps, two waves and noise. */
const days = (seed: number, T: number): number[] =>
  normals(seed, T).map((e, t) => 50 + 10 * Math.abs(((t + 6) % 24) - 12) + e);

test("a spike and a value in the wrong place of the day are alarms, all else is none", async () => {
  const spike = days(1, 1200);
  spike[1000] += 200; // beyond all that was
  const misplaced = days(1, 1200);
  misplaced[1000] = 50 + 10 * Math.abs(((1000 + 18) % 24) - 12); // as if it were the other half of the day
  const detector = await anomalyDetector({ season: 24, rest: 50, risk: 1e-3 });
  for (const y of [spike, misplaced]) {
    const { alarms, scores, threshold, expected, views } = detector.detect(y);
    expect(alarms[0]).toBeGreaterThanOrEqual(1000);
    expect(alarms[0]).toBeLessThan(1005);
    expect(alarms.every((t) => t >= 1000 && t < 1005)).toBe(true);
    expect(Math.max(...scores.subarray(1000, 1005))).toBeGreaterThan(threshold);
    expect(Math.abs(expected[999] - y[999])).toBeLessThan(15);
    expect(Object.keys(views)).toEqual(["level", "change", "season"]);
  }
  detector.dispose();
});

test("a stream says what the whole series says, goes on after gaps, and starts anew", async () => {
  const y = days(2, 400);
  y[200] = NaN;
  const detector = await anomalyDetector({ season: 24 });
  const stream = detector.stream();
  const { scores } = detector.detect(y);
  for (let round = 0; round < 2; ++round) {
    expect(y.map((v) => stream.step(v).score)).toEqual([...scores]);
    stream.reset();
  }
  expect([...scores].every(Number.isFinite)).toBe(true);
  expect(() => stream.step(Infinity)).toThrow(/anomalies.stream.step: y\[0\] is Infinity/);
  detector.dispose();
  expect(() => stream.step(1)).toThrow(/disposed/);
});

test("noise makes about as many alarms as the risk says, whatever its unit", async () => {
  const y = normals(3, 20_000);
  for (const unit of [1e-200, 1, 1e200]) {
    const detector = await anomalyDetector({ risk: 1e-3, rest: 0 });
    const { alarms } = detector.detect(y.map((v) => v * unit));
    expect(alarms.length).toBeGreaterThan(5);
    expect(alarms.length).toBeLessThan(100); // 20, were level and change of noise not the same thing
    detector.dispose();
  }
});

test("constants, jumps from constants and tiny series have finite scores", async () => {
  const detector = await anomalyDetector({ learn: 20 });
  const flat = new Float64Array(300).fill(7);
  expect(detector.detect(flat).alarms).toEqual([]);
  flat[250] = 8;
  const { alarms, scores } = detector.detect(flat);
  expect(alarms).toContain(250);
  expect(scores.every(Number.isFinite)).toBe(true);
  expect(detector.detect([1]).alarms).toEqual([]);
  detector.dispose();
});

test("the surprise of every model that has streams sums to its own ln p", async () => {
  const y = days(4, 120).map((v) => v / 10);
  const models = [
    await hmm({ states: 2, emission: "gaussian" }),
    await autoregressive({ maxOrder: 3 }),
    await localLevel(),
    await structural({ level: true, slope: true }),
  ];
  for (const model of models) {
    await model.fit(y);
    const total = surprises(model, y).reduce((a, b) => a + b, 0);
    close(-total, model.logLikelihood(y), { rel: 1e-9 });
    const detector = await anomalyDetector({ model, learn: 50, risk: 1e-6 });
    const odd = [...y];
    odd[100] = 1000;
    expect(detector.detect(odd).alarms).toEqual([100]);
    detector.dispose();
    model.dispose();
  }
});

test("a score of a given risk is the quantile of what it came from, far beyond the sample", async () => {
  const uniforms = new Random(engine, 5);
  const exponential = Float64Array.from({ length: 5000 }, () => -Math.log(uniforms.uniform()));
  close(await rareScore(exponential, { risk: 1e-5 }), Math.log(1e5), { rel: 0.15 });
  close(await rareScore(exponential, { risk: 0.01, tail: "ranks" }), Math.log(100), { rel: 0.1 });
  await expect(rareScore([])).rejects.toThrow(/rareScore: there are no scores/);
  await expect(rareScore([1], { risk: 1 })).rejects.toThrow(/risk is 1, want a probability between 0 and 1/);
});

test("within the rest only a larger score is another alarm", () => {
  const alarms = new Alarms(5, 3);
  const scores = [9, 0, 6, 7, 0, 0, 6, 8, 0];
  const heard = scores.map((score, i) => alarms.step(score, { quiet: i === 0 }));
  expect(heard).toEqual([false, false, true, true, false, false, false, true, false]);
});

test("change points are those of the smallest cost among all that there are", async () => {
  const y = [0.1, -0.2, 0.3, 0, 9, 9.2, 8.9, 9.1, 8.8, 9.1, -8, -8.3, -7.8, -8.1];
  const shortest = 2;
  for (const of of ["mean", "meanAndVariance"] as const) {
    const penalty = 1;
    const means = [0, 2, 4, 6, 8, 10, 12].map((t) => (y[t] + y[t + 1]) / 2);
    const gaps = means.slice(1).map((v, i) => Math.abs(v - means[i]));
    const ofPairs = 2 * (gaps.sort((a, b) => a - b)[gaps.length >> 1] / 0.9539) ** 2;
    const steps = y.slice(1).map((v, t) => Math.abs(v - y[t]));
    const noise = Math.max(ofPairs, (steps.sort((a, b) => a - b)[steps.length >> 1] / 0.9539) ** 2);
    const cost = (piece: number[]): number => {
      const m = piece.reduce((a, b) => a + b, 0) / piece.length;
      const s = piece.reduce((sum, v) => sum + (v - m) ** 2, 0);
      return of === "mean" ? s / noise : piece.length * (Math.log(s / piece.length) + 1);
    };
    let best = Infinity;
    let want: number[] = [];
    for (let set = 0; set < 2 ** (y.length - 1); ++set) {
      const cuts = y.map((_, t) => t).filter((t) => t > 0 && (set >> (t - 1)) & 1);
      const ends = [0, ...cuts, y.length];
      const pieces = ends.slice(1).map((to, i) => y.slice(ends[i], to));
      if (pieces.some((piece) => piece.length < shortest)) continue;
      const total = pieces.reduce((sum, piece) => sum + cost(piece), 0) + penalty * cuts.length;
      if (total < best) [best, want] = [total, cuts];
    }
    expect(await changePoints(y, { of, penalty, shortest })).toEqual(want);
    expect(want.length).toBeGreaterThan(0);
  }
  expect(await changePoints(normals(6, 500))).toEqual([]);
  await expect(changePoints([])).rejects.toThrow(/changePoints: the series has no steps, want numbers/);
  await expect(changePoints([1, NaN])).rejects.toThrow(/changePoints: step 1 is NaN/);
});

test("specs without sense are refused", async () => {
  await expect(anomalyDetector({ risk: 0 })).rejects.toThrow(/risk is 0, want a probability/);
  await expect(anomalyDetector({ model: {} as never })).rejects.toThrow(
    /model is Object, want one with stream/,
  );
});
