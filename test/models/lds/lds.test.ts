/**
 * Linear dynamical systems: published numbers, learning, sampling, streaming, saving, and every way to misuse
 * them.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lds, localLevel, type Lds } from "../../../src/models/lds/lds.ts";
import { adam } from "../../../src/optim/adam.ts";
import { hessianFree } from "../../../src/optim/hessian-free.ts";
import { nesterov } from "../../../src/optim/nesterov.ts";
import { close } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";

const path = dataPath("series", "Nile.csv");
const PRINTED = 0.5e-5; // half a unit of the fifth decimal: the numbers were given to that many digits

describe.skipIf(!path)(`the Nile, local level model${missing("series", "Nile.csv")}`, () => {
  const nile = path ? csvColumn(path, "value") : [];

  test("has the log-likelihoods of the three conventions", async () => {
    const exact = await localLevel({ observation: 15099, level: 1469.1 });
    const wide = await localLevel({
      observation: 15099,
      level: 1469.1,
      initial: { mean: 0, covariance: 1e6 },
    });
    close(wide.logLikelihood(nile, { skip: 1 }), -632.537695, { abs: 0.5e-7 });
    close(exact.logLikelihood(nile), -633.4645636, { abs: 0.5e-7 });
    for (const [q, want] of [
      [1, -495.6851],
      [0.036, -492.529],
      [0.0973, -492.0707],
    ] as const) {
      const unit = await localLevel({ observation: 1, level: q });
      close(unit.logLikelihood(nile, { convention: "concentrated" }), want, { abs: 0.5e-4 });
      unit.dispose();
    }
    // the scale is concentrated out: it does not matter
    const scaled = await localLevel({ observation: 50, level: 50 });
    close(scaled.logLikelihood(nile, { convention: "concentrated" }), -495.6851, { abs: 0.5e-4 });
    for (const model of [exact, wide, scaled]) model.dispose();
  });

  test("has the published filtered and smoothed levels", async () => {
    const model = await localLevel({ observation: 15099, level: 1469.1 });
    const filtered = model.filter(nile);
    const smoothed = model.smooth(nile);
    close(filtered.means.slice(0, 3), [1120, 1140.92784, 1072.79853], { abs: PRINTED });
    close(filtered.covariances.slice(0, 3), [15099, 7899.73638, 5781.46994], { abs: PRINTED });
    close([filtered.means[99], filtered.covariances[99]], [798.3702926, 4032.1579418], { abs: 0.5e-7 });
    close(
      [smoothed.means[0], smoothed.means[50], smoothed.covariances[50]],
      [1111.66832, 829.55045, 2326.75687],
      { abs: PRINTED },
    );
    model.dispose();
  });

  test("has its maximum found by EM and by gradient", async () => {
    const em = await localLevel();
    const report = await em.fit(nile, { iterations: 4000, tolerance: 1e-10 });
    close(em.parameters.R, [15098.52], { rel: 1e-3 });
    // the likelihood is flat: EM stops 1e-8 nats below its top
    close(em.parameters.Q, [1469.18], { rel: 5e-3 });
    close(report.logLikelihood, -633.46456, { abs: 1e-5 });
    const steep = await localLevel({ observation: 10000, level: 3000 });
    const climbed = await steep.fit(nile, {
      iterations: 1500,
      optimizer: adam({ rate: (step) => 0.1 * 0.99 ** step }),
    });
    close([steep.parameters.R[0], steep.parameters.Q[0]], [15098.52, 1469.18], { rel: 1e-5 });
    close(climbed.logLikelihood, -633.46456, { abs: 1e-5 });
    em.dispose();
    steep.dispose();
  });

  test("has its maximum found by a default fit", async () => {
    const level = await localLevel();
    const { logLikelihood } = await level.fit(nile);
    close(logLikelihood, -633.4645636, { abs: 0.05 });
    close(level.parameters.Q, [1469.18], { rel: 0.1 });
    level.dispose();
  });
});

test(
  "the noise of a level begins at the size of the data, not at 1: the README's dozen flows have " +
    "their maximum, with a level that falls, within fifty iterations",
  async () => {
    const level = await localLevel();
    const flow = [1210, 1150, 1250, NaN, 1220, 1030, 1100, 774, 840, 874, 694, 940];
    const { converged } = await level.fit(flow, { iterations: 50 });
    const { means } = level.smooth(flow);
    const [Q] = level.parameters.Q;
    expect(converged).toBe(true);
    expect(means[0] - means.at(-1)!).toBeGreaterThan(300); // less than 1 from Q = 0.19
    for (const factor of [0.8, 1.25]) {
      // a maximum
      const beside = await localLevel({ level: Q * factor, observation: level.parameters.R[0] });
      expect(beside.logLikelihood(flow)).toBeLessThan(level.logLikelihood(flow));
      beside.dispose();
    }
    level.dispose();
  },
);

const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0);
/** A driven system of two states and two outputs, and three sequences from it with holes. */
const truth = {
  state: 2,
  output: 2,
  input: 1,
  A: [
    [0.9, 0.3],
    [-0.3, 0.8],
  ],
  B: [[0.5], [-0.2]],
  C: [
    [1, 0.5],
    [0, 1],
  ],
  D: [[0.3], [1]],
  Q: [
    [0.2, 0.05],
    [0.05, 0.1],
  ],
  R: [
    [0.3, 0.1],
    [0.1, 0.2],
  ],
  initial: {
    mean: [1, -1],
    covariance: [
      [0.5, 0],
      [0, 0.5],
    ],
  },
} as const;
async function drawn(
  lengths: readonly number[],
  holes: boolean,
): Promise<{ y: Float64Array[]; u: Float64Array[]; model: Lds }> {
  const model = await lds(truth);
  const u = lengths.map((T, i) => Float64Array.from({ length: T }, (_, t) => Math.sin(0.7 * t + i)));
  const y = lengths.map((T, i) => model.sample(T, { seed: i + 1, inputs: [u[i]] }).sequence);
  if (holes)
    y.forEach((s, i) =>
      s.forEach((_, j) => {
        if ((j * 7 + i) % 5 === 0 || (j > 20 && j < 26)) s[j] = NaN;
      }),
    );
  return { y, u, model };
}

describe("learning", () => {
  const subsets = [
    [],
    ["A", "C"],
    ["Q", "R"],
    ["B", "D", "initial"],
    ["A", "B", "C", "D"],
    ["R"],
    ["A", "Q", "D"],
  ] as const;

  test.each(subsets.map((fixed) => ({ fixed })))(
    "never lets the likelihood fall with $fixed fixed, entries missing, inputs driving, and leaves " +
      "the fixed alone",
    async ({ fixed }) => {
      const { y, u, model } = await drawn([30, 1, 17], true);
      const k = await lds({ state: 2, output: 2, input: 1, fixed, seed: 4 });
      const before = k.parameters;
      const { history } = await k.fit(y, { inputs: u, iterations: 40, tolerance: 0 });
      const after = k.parameters;
      for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-9);
      expect(history[40] - history[0]).toBeGreaterThan(0.1);
      for (const name of fixed) expect(after[name]).toEqual(before[name]);
      close(k.logLikelihood(y, { inputs: u }), history[40], { rel: 1e-12 });
      k.dispose();
      model.dispose();
    },
  );

  test("has the gradient that differences give", async () => {
    const { y, u, model } = await drawn([12, 5], true);
    const { coordinates, gradient } = model.gradient(y, { inputs: u });
    const step = 1e-5;
    expect(coordinates).toHaveLength(4 + 2 + 4 + 2 + 3 + 3 + 2 + 3);
    const { LdsTraining } = await import("../../../src/models/lds/fit.ts");
    const { Kalman } = await import("../../../src/inference/kalman.ts");
    const { readSpec } = await import("../../../src/models/lds/parameters.ts");
    const kalman = new Kalman(model.engine);
    const start = readSpec("test", truth, kalman.algebra);
    const training = new LdsTraining("test", kalman, start.model, start, { y, u }, [], false, 0);
    const value = (i: number, by: number): number => {
      const x = coordinates.slice();
      x[i] += by;
      training.setCoordinates(x);
      return training.logLikelihood();
    };
    close(
      gradient,
      Array.from(coordinates, (_, i) => (value(i, step) - value(i, -step)) / (2 * step)),
      { rel: 1e-8 },
    );
    kalman.dispose();
    model.dispose();
  });

  const trend = {
    state: 2,
    output: 1,
    A: [
      [1, 1],
      [0, 1],
    ],
    C: [[1, 0]],
    fixed: ["A", "C"],
    diagonal: ["Q"],
    initial: "diffuse",
  } as const;
  const slope = (T: number): number[] =>
    Array.from({ length: T }, (_, t) =>
      t % 7 === 3 ? NaN : 0.5 * t + 3 * Math.sin(0.3 * t) + Math.sin(t * t),
    );

  test("climbs from a diffuse start of several states", async () => {
    const k = await lds(trend);
    const y = [slope(40), slope(25).map((x) => -x)];
    const { history } = await k.fit(y, { iterations: 60, tolerance: 0 });
    for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-9);
    expect(history[60] - history[0]).toBeGreaterThan(1);
    k.dispose();
  });

  test.each([
    [1, 2],
    [2, 2],
    [2, 3],
  ])("has the gradient that differences give with a diffuse start: %i outputs, %i states", async (p, n) => {
    const { LdsTraining } = await import("../../../src/models/lds/fit.ts");
    const { Kalman } = await import("../../../src/inference/kalman.ts");
    const { readSpec } = await import("../../../src/models/lds/parameters.ts");
    const model = await lds({ state: n, output: p, seed: 3 });
    const kalman = new Kalman(model.engine);
    const start = readSpec("test", { state: n, output: p, initial: "diffuse", seed: 3 }, kalman.algebra);
    const y = [12, 7].map((T, s) =>
      Float64Array.from({ length: T * p }, (_, i) =>
        i % 5 === 4 ? NaN : 2 * Math.sin(1.3 * i + s) + Math.cos(i * i),
      ),
    );
    const training = new LdsTraining("test", kalman, start.model, start, { y, u: undefined }, [], false, 0);
    const at = training.coordinates();
    const { gradient } = training.gradient();
    const step = 1e-5;
    const value = (i: number, by: number): number => {
      const x = at.slice();
      x[i] += by;
      training.setCoordinates(x);
      return training.logLikelihood();
    };
    close(
      gradient,
      Array.from(at, (_, i) => (value(i, step) - value(i, -step)) / (2 * step)),
      { rel: 1e-7 },
    );
    for (const m of [model, kalman]) m.dispose();
  });

  test("refuses what a diffuse likelihood has no maximum in, before anything changes", async () => {
    for (const optimizer of [undefined, adam()]) {
      const loose = await lds({ state: 2, output: 1, initial: "diffuse" });
      const before = loose.parameters;
      await expect(loose.fit(slope(20), { optimizer })).rejects.toThrow(
        /lds.fit: C is free and the start diffuse, want C fixed: a diffuse likelihood has no maximum in it; say fixed: \["C"\], or build the model with initial: \{ mean, covariance \}/,
      );
      await expect(loose.fit(slope(20), { optimizer, fixed: ["C"] })).rejects.toThrow(
        /lds.fit: A is free .* as the first step of sequence 0 does not see all of the 2 states; say fixed: \["A"\]/,
      );
      expect(loose.parameters).toEqual(before);
      loose.dispose();
    }
    const square = await lds({ state: 1, output: 1, C: 1, fixed: ["C"], initial: "diffuse" });
    await expect(square.fit([NaN, 1, 2, 3, 2, 4])).rejects.toThrow(/A is free/);
    expect((await square.fit([1, 2, 3, 2, 4, 1, 0, 2])).logLikelihood).toBeLessThan(0);
    square.dispose();
  });

  test("climbs by nesterov too, and leaves the fixed alone", async () => {
    const { y, u, model } = await drawn([40, 30], true);
    const k = await lds({
      ...truth,
      A: [
        [0.5, 0],
        [0, 0.5],
      ],
      R: [
        [1, 0],
        [0, 1],
      ],
      fixed: ["C", "initial"],
    });
    const before = k.logLikelihood(y, { inputs: u });
    const report = await k.fit(y, {
      inputs: u,
      iterations: 300,
      optimizer: nesterov({ rate: 0.02, momentum: 0.9 }),
    });
    const em = await lds({ ...truth, fixed: ["C", "initial"] });
    expect(report.logLikelihood).toBeGreaterThan(before + 5);
    close(
      report.logLikelihood,
      (await em.fit(y, { inputs: u, iterations: 2000, tolerance: 1e-9 })).logLikelihood,
      { abs: 0.1 },
    ); // the same maximum
    close(k.parameters.C, truth.C.flat(), { abs: 0 });
    for (const m of [model, k, em]) m.dispose();
  });

  test("ends where the gradient is zero", async () => {
    const { y, u, model } = await drawn([60], false);
    const fixed = ["C", "D", "initial"] as const;
    await model.fit(y, { inputs: u, fixed, iterations: 4000, tolerance: 1e-12 });
    close(model.gradient(y, { inputs: u, fixed }).gradient, new Array(4 + 2 + 3 + 3).fill(0), { abs: 1e-3 });
    model.dispose();
  });

  test("recovers parameters within three standard errors of sampled data", { timeout: 60_000 }, async () => {
    const { y, u, model } = await drawn([2000, 2000], false);
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
    const { LdsTraining } = await import("../../../src/models/lds/fit.ts");
    const { Kalman } = await import("../../../src/inference/kalman.ts");
    const { readSpec } = await import("../../../src/models/lds/parameters.ts");
    const kalman = new Kalman(k.engine);
    const start = readSpec("test", { ...truth, fixed: ["B", "C", "D", "initial"] }, kalman.algebra);
    const training = new LdsTraining("test", kalman, start.model, start, { y, u }, start.fixed, false, 0);
    const want = training.coordinates();
    const H = Array.from({ length: P }, (_, i) => {
      const x = at.coordinates.slice();
      x[i] += 1e-4;
      training.setCoordinates(x);
      return training.gradient().gradient.map((g, j) => (at.gradient[j] - g) / 1e-4);
    });
    const covariance = kalman.algebra.solve(
      "information",
      P,
      P,
      Float64Array.from(
        { length: P * P },
        (_, i) => 0.5 * (H[Math.floor(i / P)][i % P] + H[i % P][Math.floor(i / P)]),
      ),
      Float64Array.from({ length: P * P }, (_, i) => (i % (P + 1) === 0 ? 1 : 0)),
    );
    for (let i = 0; i < P; ++i)
      expect(Math.abs(at.coordinates[i] - want[i]) / Math.sqrt(covariance[i * P + i])).toBeLessThan(3);
    for (const m of [model, k, kalman]) m.dispose();
  });

  test("keeps diagonal covariances diagonal", async () => {
    const { y, u, model } = await drawn([40], true);
    const k = await lds({ state: 2, output: 2, input: 1, diagonal: ["Q", "R"] });
    const { history } = await k.fit(y, { inputs: u, iterations: 20 });
    const { Q, R } = k.parameters;
    expect([Q[1], Q[2], R[1], R[2]]).toEqual([0, 0, 0, 0]);
    expect(history[20]).toBeGreaterThan(history[0]);
    k.dispose();
    model.dispose();
  });

  test("takes the best of several starts, reports progress, and stops when told", async () => {
    const { y, u, model } = await drawn([40], false);
    const one = await lds({ state: 2, output: 2, input: 1 });
    const many = await lds({ state: 2, output: 2, input: 1 });
    const seen: number[] = [];
    const single = await one.fit(y, { inputs: u, iterations: 15, tolerance: 0 });
    const several = await many.fit(y, {
      inputs: u,
      iterations: 15,
      tolerance: 0,
      restarts: 4,
      onProgress: (e) => seen.push(e.restart),
    });
    expect(several.logLikelihood).toBeGreaterThanOrEqual(single.logLikelihood);
    expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3]));
    const stop = new AbortController();
    const cut = await one.fit(y, {
      inputs: u,
      iterations: 100,
      tolerance: 0,
      signal: stop.signal,
      onProgress: (e) => {
        if (e.iteration === 3) stop.abort();
      },
    });
    expect(cut.iterations).toBe(3);
    for (const m of [model, one, many]) m.dispose();
  });

  test("does not let noise collapse on outputs without any", async () => {
    const k = await lds({ state: 1, output: 1 });
    const flat = new Array(20).fill(3);
    await k.fit(flat, { iterations: 200 });
    expect(k.parameters.R[0]).toBeGreaterThan(0);
    expect(Number.isFinite(k.logLikelihood(flat))).toBe(true);
    k.dispose();
  });
});

describe("using", () => {
  test("a stream gives what the filter gives, through holes and a diffuse start", async () => {
    const { y, u, model } = await drawn([25], true);
    const diffuse = await lds({ ...truth, initial: "diffuse" });
    for (const m of [model, diffuse]) {
      const [want] = m.filter(y, { inputs: u });
      const stream = m.stream();
      for (let round = 0; round < 2; ++round, stream.reset()) {
        for (let t = 0; t < 25; ++t) {
          const now = stream.step(y[0].subarray(2 * t, 2 * t + 2), u[0][t]);
          close(now.mean, want.means.slice(2 * t, 2 * t + 2), { rel: 1e-12, abs: 1e-12 });
          close(now.covariance, want.covariances.slice(4 * t, 4 * t + 4), { rel: 1e-12, abs: 1e-12 });
          close(now.logLikelihood, want.logLikelihoods[t], { rel: 1e-12, abs: 1e-12 });
        }
      }
      stream.dispose();
      m.dispose();
    }
  });

  test("a direction not yet observed has infinite variance, in states and predictions", async () => {
    const trend = await lds({
      state: 2,
      output: 1,
      A: [
        [1, 1],
        [0, 1],
      ],
      C: [[1, 0]],
      Q: [
        [0.1, 0],
        [0, 0.1],
      ],
      R: 1,
      initial: "diffuse",
    });
    const y = [1, 2, 3, 4];
    const filtered = trend.filter(y);
    const predicted = trend.predict(y);
    expect([...filtered.covariances.slice(0, 4)]).toEqual([1, 0, 0, Infinity]);
    expect([...predicted.covariances].map(Number.isFinite)).toEqual([false, false, true, true]);
    expect(predicted.means[2]).toBeCloseTo(3, 10);
    trend.dispose();
  });

  test("one-step predictions score the log-likelihood, and a forecast goes on from them", async () => {
    const { y, u, model } = await drawn([9], false);
    const [steps] = model.predict(y, { inputs: u });
    const scores = Array.from({ length: 9 }, (_, t) => {
      const [a, b, , d] = steps.covariances.slice(4 * t, 4 * t + 4);
      const e = [0, 1].map((i) => y[0][2 * t + i] - steps.means[2 * t + i]);
      const det = a * d - b * b;
      return (
        -0.5 *
        (2 * Math.log(2 * Math.PI) +
          Math.log(det) +
          (d * e[0] ** 2 - 2 * b * e[0] * e[1] + a * e[1] ** 2) / det)
      );
    });
    close(sum(scores), model.logLikelihood(y, { inputs: u }), { rel: 1e-12 });
    const cut = model.forecast(3, { history: y[0].slice(0, 12), inputs: u });
    close(cut.means.slice(0, 2), steps.means.slice(12, 14), { rel: 1e-12 });
    expect(cut.covariances[8]).toBeGreaterThan(cut.covariances[0]);
    model.dispose();
  });

  test("save and load give the same model, which goes on learning with the same bits", async () => {
    const { y, u, model } = await drawn([30], true);
    const first = await lds({ state: 2, output: 2, input: 1, diagonal: ["R"], fixed: ["D"] });
    await first.fit(y, { inputs: u, iterations: 5 });
    const second = await lds.load(first.save());
    expect(second.parameters).toEqual(first.parameters);
    await Promise.all([first, second].map((m) => m.fit(y, { inputs: u, iterations: 5 })));
    expect(second.parameters).toEqual(first.parameters);
    const walk = await localLevel({ level: 2, observation: 3 });
    const copy = await lds.load(walk.save());
    expect(copy.parameters).toEqual(walk.parameters);
    for (const m of [model, first, second, walk, copy]) m.dispose();
  });

  test("a model is an oracle for its own samples: states and outputs have the stationary variances", async () => {
    const k = await lds({
      state: 1,
      output: 1,
      A: 0.8,
      C: 2,
      Q: 0.36,
      R: 0.5,
      initial: { mean: 0, covariance: 1 },
    });
    const { sequence, states } = k.sample(20000, { seed: 9 });
    const variance = (x: Float64Array): number => sum(x.map((v) => v * v)) / x.length;
    // 3 standard errors of an AR(1)'s variance
    close(variance(states), 1, { abs: 3 * Math.sqrt(((2 / 20000) * (1 + 0.64)) / (1 - 0.64)) });
    close(variance(sequence), 4.5, { abs: 0.3 });
    expect(k.sample(5, { seed: 9 }).sequence).toEqual(sequence.slice(0, 5));
    k.dispose();
  });
});

describe("misuse", () => {
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "an unknown option",
      () => lds({ state: 1, output: 1, transition: 1 } as never),
      /lds: unknown option "transition", want one of state, output/,
    ],
    ["no state", () => lds({ output: 1 } as never), /lds: state is undefined, want a whole number/],
    [
      "a matrix of another shape",
      () => lds({ state: 2, output: 1, A: [[1, 0]] }),
      /lds: A has 2 numbers, want \[2,2\]/,
    ],
    [
      "a ragged matrix",
      () => lds({ state: 2, output: 1, A: [[1, 0], [1]] }),
      /lds: A: row 1 has 1 numbers, want 2/,
    ],
    [
      "a matrix with NaN",
      () => lds({ state: 1, output: 1, C: NaN }),
      /lds: C: number 0 is NaN, want a finite number/,
    ],
    [
      "an asymmetric covariance",
      () =>
        lds({
          state: 2,
          output: 1,
          Q: [
            [1, 0.5],
            [0, 1],
          ],
        }),
      /lds: Q is not symmetric: \[1,0\] is 0, \[0,1\] is 0.5/,
    ],
    [
      "an indefinite covariance",
      () =>
        lds({
          state: 2,
          output: 1,
          Q: [
            [1, 2],
            [2, 1],
          ],
        }),
      /lds: Q has the eigenvalue -0.99.*want a covariance/,
    ],
    [
      "a half-given start",
      () => lds({ state: 1, output: 1, initial: { mean: 0 } as never }),
      /lds: initial lacks covariance/,
    ],
    [
      "another start",
      () => lds({ state: 1, output: 1, initial: "zero" as never }),
      /lds: initial is "zero", want one of diffuse/,
    ],
    [
      "inputs' weights without inputs",
      () => lds({ state: 1, output: 1, B: 1 }),
      /lds: B was given without inputs/,
    ],
    [
      "an unknown parameter to fix",
      () => lds({ state: 1, output: 1, fixed: ["F" as never] }),
      /lds: fixed is "F", want one of A, B/,
    ],
    ["a negative variance", () => localLevel({ level: -1 }), /localLevel: level is -1/],
  ])("%s is named", async (_, make, message) => {
    await expect(make()).rejects.toThrow(message);
  });

  test("wrong data are named before anything changes", async () => {
    const k = await lds({ state: 1, output: 2 });
    const before = k.parameters;
    const driven = await lds({ state: 1, output: 1, input: 1 });
    expect(() => k.logLikelihood([])).toThrow(/lds.logLikelihood: no sequences/);
    expect(() => k.logLikelihood([[]])).toThrow(/sequence 0 has no steps/);
    expect(() => k.logLikelihood([[1, 2, 3]])).toThrow(/sequence 0 has 3 numbers, want a multiple of 2/);
    expect(() => k.filter([[[1, 2], [3]]])).toThrow(/sequence 0: step 1 has 1 values, want 2/);
    expect(() => k.smooth([[[1, Infinity]]])).toThrow(
      /step 0, value 1 is Infinity, want a finite number, or NaN/,
    );
    expect(() => k.smooth([[[1, "2"]]] as never)).toThrow(/value 1 is "2", want a finite number/);
    expect(() => k.logLikelihood(null as never)).toThrow(/sequences are null/);
    expect(() => k.logLikelihood([[1, 2]], { inputs: [[1]] })).toThrow(
      /inputs were given to a model without inputs/,
    );
    expect(() => driven.logLikelihood([[1, 2]])).toThrow(/inputs are missing, want 1 a step/);
    expect(() => driven.logLikelihood([[1, 2]], { inputs: [[1]] })).toThrow(
      /inputs: sequence 0 has 1 steps, want 2/,
    );
    expect(() => driven.logLikelihood([[1, 2]], { inputs: [[1, NaN]] })).toThrow(
      /step 1 is missing, want every input/,
    );
    expect(() => k.forecast(0)).toThrow(/lds.forecast: steps is 0/);
    expect(() => k.logLikelihood([[1, 2]], { convention: "concentrated" })).toThrow(
      /defined for a diffuse start/,
    );
    await expect(k.fit([[1, 2]], { iteration: 5 } as never)).rejects.toThrow(
      /lds.fit: unknown option "iteration"/,
    );
    await expect(k.fit([[1, 2]], null as never)).rejects.toThrow(/lds.fit: options are null, want an object/);
    await expect(k.fit([[1, 2]], { onProgress: 3 } as never)).rejects.toThrow(
      /lds.fit: onProgress is number, want a function/,
    );
    await expect(k.fit([[1, 2]], { signal: {} } as never)).rejects.toThrow(
      /lds.fit: signal is object, want the signal of an AbortController/,
    );
    for (const [optimizer, got] of [
      ["adam", '"adam"'],
      [{}, "Object"],
      [null, "null"],
    ] as const)
      await expect(k.fit([[1, 2]], { optimizer } as never)).rejects.toThrow(
        `lds.fit: optimizer is ${got}, want one that a function made, such as adam()`,
      );
    await expect(k.fit([[1, 2]], { optimizer: hessianFree() })).rejects.toThrow(
      /lds.fit: hessianFree needs products with the curvature, .* want adam, nesterov, sgd/,
    );
    const stream = driven.stream();
    expect(() => stream.step(null as never, 1)).toThrow(/stream.step: y has no values, want 1/);
    expect(() => stream.step(1, null as never)).toThrow(/stream.step: u has no values, want 1/);
    stream.dispose();
    await expect(
      k.fit([
        [1e200, 1e200],
        [1, 2],
      ]),
    ).rejects.toThrow(/lds.fit: sequence 0: /);
    expect(k.parameters).toEqual(before);
    const bytes = k.save();
    await expect(lds.load(bytes.slice(0, 100))).rejects.toThrow(/lds.load: .*truncated/);
    await expect(lds.load(new Uint8Array([1, 2, 3]))).rejects.toThrow(/3 bytes, want a safetensors file/);
    k.dispose();
    k.dispose();
    driven.dispose();
    expect(() => k.parameters).toThrow(/lds.parameters: the model was disposed/);
  });

  test("random and adversarial inputs give finite numbers or a clear error, never NaN", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, -1, 1e-300, 1e154, 1e300, NaN),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 12 }),
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(0, 1e-12, 1, 1e6),
        async (y, A, noise) => {
          const k = await lds({
            state: 2,
            output: 1,
            A,
            C: [[1, 1]],
            Q: [
              [1, 0],
              [0, 0],
            ],
            R: noise,
          });
          try {
            const s = k.smooth(y);
            for (const x of [...s.means, ...s.covariances, s.logLikelihood])
              expect(Number.isFinite(x)).toBe(true);
            await k.fit(y, { iterations: 3 });
            for (const x of Object.values({ ...k.parameters, initial: [] }).flatMap((M) => [...M]))
              expect(Number.isFinite(x)).toBe(true);
          } catch (error) {
            expect((error as Error).name).toMatch(/NumericError|DataError/);
            expect((error as Error).message).toMatch(
              /too large|not positive|badly scaled|did not converge|no variance/,
            );
          } finally {
            k.dispose();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
