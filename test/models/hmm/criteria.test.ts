/** What a model says of itself: where its chain settles, how many numbers are free in it, how many states. */
import { describe, expect, test } from "vitest";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { close } from "../../close.ts";
import { ORACLE, distribution, random, using } from "./builders.ts";

const symbols = { emission: "categorical", symbols: 2 } as const;
const settled = (transmat: number[][]): Promise<Float64Array> =>
  using({ ...symbols, states: transmat.length, transmat }, (h) => h.stationary());

describe("the stationary distribution", () => {
  test("is left alone by a step of the chain, for drawn chains of up to 12 states", async () => {
    for (let K = 1; K <= 12; ++K) {
      const r = random(K);
      const A = Array.from({ length: K }, () => distribution(r, K));
      const pi = await settled(A);
      const next = A.map((_, j) => pi.reduce((sum, p, i) => sum + p * A[i][j], 0));
      close(next, pi, ORACLE);
      close(
        pi.reduce((a, b) => a + b, 0),
        1,
        ORACLE,
      );
    }
  });

  test("of two states is b/(a + b), however rare a change is", async () => {
    const [a, b] = [1e-14, 3e-14];
    const [first] = await settled([
      [1 - a, a],
      [b, 1 - b],
    ]);
    // a and b as the rows hold them
    const [kept, back] = [1 - (1 - a), b];
    expect(Math.abs(first - back / (kept + back))).toBeLessThan(0.02);
  });

  test("is 0 on states that are left for good, and refused where two sets are never left", async () => {
    close(
      await settled([
        [0.5, 0.5, 0],
        [0, 0.5, 0.5],
        [0, 0.25, 0.75],
      ]),
      [0, 1 / 3, 2 / 3],
      ORACLE,
    );
    const split = [
      [1, 0, 0],
      [0.5, 0, 0.5],
      [0, 0, 1],
    ];
    await expect(settled(split)).rejects.toThrow(/states \{0\} and \{2\} are never left/);
  });

  test("is where the shares of a long sample go", () =>
    using(
      {
        ...symbols,
        states: 2,
        transmat: [
          [0.9, 0.1],
          [0.3, 0.7],
        ],
      },
      (h) => {
        const { states } = h.sample(50_000, { seed: 2 });
        const share = states.filter((s) => s === 0).length / states.length;
        // the variance of a share of this chain is that of (1 + 0.6)/(1 - 0.6) independent ones
        expect(Math.abs(share - h.stationary()[0])).toBeLessThan(4 * Math.sqrt((0.75 * 0.25 * 4) / 50_000));
      },
    ));
});

describe("criteria count the free numbers:", () => {
  const D = 3;
  test.each<[string, HmmSpec, number]>([
    ["symbols", { states: 2, emission: "categorical", symbols: 4 }, 1 + 2 + 2 * 3],
    ["rates", { states: 2, emission: "poisson", output: D }, 3 + 2 * D],
    ["full covariances", { states: 2, emission: "gaussian", output: D }, 3 + 2 * (D + 6)],
    ["one covariance", { states: 2, emission: "gaussian", output: D, covariance: "tied" }, 3 + 2 * D + 6],
    ["variances", { states: 2, emission: "diagonal", output: D }, 3 + 2 * 2 * D],
    [
      "one variance a state",
      { states: 2, emission: "gaussian", output: D, covariance: "spherical" },
      3 + 2 * (D + 1),
    ],
    [
      "mixtures",
      { states: 2, emission: "mixture", components: 2, output: D, covariance: "diagonal" },
      3 + 2 * (1 + 2 * 2 * D),
    ],
    ["shares", { states: 2, emission: "multinomial", output: D }, 3 + 2 * (D - 1)],
    ["a chain that is held", { states: 2, emission: "poisson", fixed: ["startprob", "transmat"] }, 2],
    ["emissions that are held", { states: 2, emission: "student-t", fixed: ["freedoms"] }, 3 + 2 * 2],
    ["states that share", { states: 3, emission: "poisson", tie: [0, 1, 0] }, 2 + 6 + 2],
    ["a chain to the right", { states: 3, emission: "poisson", topology: "left-right" }, 0 + 2 + 1 + 3],
  ])("%s", (_, spec, want) =>
    using(spec, (h) => {
      const width = spec.emission === "categorical" ? 1 : (spec.output ?? 1);
      const y = Array.from({ length: 20 }, (__, t) => new Array<number>(width).fill(t % 2));
      y[3].fill(NaN);
      const { parameters, logLikelihood, aic, bic, steps } = h.criteria([y]);
      expect(parameters).toBe(want);
      expect(steps).toBe(19);
      close(logLikelihood, h.logLikelihood([y]), ORACLE);
      close(aic, 2 * want - 2 * logLikelihood, ORACLE);
      close(bic, want * Math.log(19) - 2 * logLikelihood, ORACLE);
    }),
  );
});

describe("choosing the number of states", () => {
  const truth: HmmSpec = {
    states: 3,
    emission: "gaussian",
    transmat: [
      [0.9, 0.05, 0.05],
      [0.05, 0.9, 0.05],
      [0.05, 0.05, 0.9],
    ],
    emissionParameters: { means: [[-5], [0], [5]], variances: [[1], [1], [1]] },
    covariance: "diagonal",
  };

  test("finds the three that made the data, by the smallest criterion, and lists all tries", async () => {
    const y = await using(truth, (h) => h.sample(1500, { seed: 4 }).sequence);
    const spec = { states: [1, 2, 3, 4], emission: "gaussian", covariance: "diagonal", seed: 2 } as const;
    const { model, report, candidates } = await hmm.select([y], spec, { iterations: 100, restarts: 3 });
    expect(candidates.map(({ states }) => states)).toEqual([1, 2, 3, 4]);
    expect(model.parameters.startprob).toHaveLength(3);
    const smallest = Math.min(...candidates.map(({ bic }) => bic));
    expect(candidates[2].bic).toBe(smallest);
    close(report.logLikelihood, model.logLikelihood([y]), { rel: 1e-12 });
    expect(candidates[0].logLikelihood).toBeLessThan(candidates[1].logLikelihood);
    model.dispose();
  });

  test("leaves no model behind where one of them fails", async () => {
    const used = await using(truth, (h) => h.engine.memory.usage.used);
    const data = [[0, 1, 0, 1, 1]];
    const wrong = { states: [2, 0], emission: "categorical", symbols: 2 } as const;
    await expect(hmm.select(data, wrong)).rejects.toThrow(/states is 0/);
    await expect(hmm.select(data, { ...wrong, states: [] })).rejects.toThrow(/states is not an array/);
    for (const given of [[data], [data, null], [data, 3], [data, [1, 2]], [{ states: [1, 2] }, data[0]]]) {
      const call = (hmm.select as (...given: unknown[]) => Promise<unknown>)(...given);
      await expect(call).rejects.toThrow(/^hmm.select: choices are .*, want hmm.select\(data, \{ states/);
    }
    const last = hmm.select(data, { ...wrong, states: [1] }, null as never);
    await expect(last).rejects.toThrow(/hmm.select: options are null, want hmm.select/);
    const after = await using(truth, (h) => h.engine.memory.usage.used);
    expect(after).toBe(used);
  });
});
