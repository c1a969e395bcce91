/**
 * Learning a linear dynamical system: EM never falls, gradients lead to the same maxima, starts are
 * compared.
 */
import { describe, expect, test } from "vitest";
import { lds } from "../../../src/models/lds/lds.ts";
import { adam } from "../../../src/optim/adam.ts";
import { nesterov } from "../../../src/optim/nesterov.ts";
import { close } from "../../close.ts";
import { drawn, truth } from "./builders.ts";

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
      const { y, u, model } = await drawn([30, 1, 17], { holes: true });
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

  test("rises from a diffuse start of several states", async () => {
    const k = await lds(trend);
    const y = [slope(40), slope(25).map((x) => -x)];
    const { history } = await k.fit(y, { iterations: 60, tolerance: 0 });
    for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-9);
    expect(history[60] - history[0]).toBeGreaterThan(1);
    k.dispose();
  });

  test("refuses what a diffuse likelihood has no maximum in, before anything changes", async () => {
    for (const optimizer of [undefined, adam()]) {
      const loose = await lds({ state: 2, output: 1, initial: "diffuse" });
      const before = loose.parameters;
      await expect(loose.fit(slope(20), { optimizer })).rejects.toThrow(
        "lds.fit: C is free and the start diffuse, want C fixed: " +
          "a diffuse likelihood has no maximum in it; " +
          'say fixed: ["C"], or build the model with initial: { mean, covariance }',
      );
      await expect(loose.fit(slope(20), { optimizer, fixed: ["C"] })).rejects.toThrow(
        new RegExp(
          "lds.fit: A is free .* as the first step of sequence 0 does not see all of the 2 states; " +
            'say fixed: \\["A"\\]',
        ),
      );
      expect(loose.parameters).toEqual(before);
      loose.dispose();
    }
    const square = await lds({ state: 1, output: 1, C: 1, fixed: ["C"], initial: "diffuse" });
    await expect(square.fit([NaN, 1, 2, 3, 2, 4])).rejects.toThrow(/A is free/);
    expect((await square.fit([1, 2, 3, 2, 4, 1, 0, 2])).logLikelihood).toBeLessThan(0);
    square.dispose();
  });

  test("rises by nesterov too, and leaves the fixed alone", async () => {
    const { y, u, model } = await drawn([40, 30], { holes: true });
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
    const { y, u, model } = await drawn([60], { holes: false });
    const fixed = ["C", "D", "initial"] as const;
    await model.fit(y, { inputs: u, fixed, iterations: 4000, tolerance: 1e-12 });
    close(model.gradient(y, { inputs: u, fixed }).gradient, new Array(4 + 2 + 3 + 3).fill(0), { abs: 1e-3 });
    model.dispose();
  });

  test("keeps diagonal covariances diagonal", async () => {
    const { y, u, model } = await drawn([40], { holes: true });
    const k = await lds({ state: 2, output: 2, input: 1, diagonal: ["Q", "R"] });
    const { history } = await k.fit(y, { inputs: u, iterations: 20 });
    const { Q, R } = k.parameters;
    expect([Q[1], Q[2], R[1], R[2]]).toEqual([0, 0, 0, 0]);
    expect(history[20]).toBeGreaterThan(history[0]);
    k.dispose();
    model.dispose();
  });

  test("takes the best of several starts, reports progress, and stops when asked to", async () => {
    const { y, u, model } = await drawn([40], { holes: false });
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
