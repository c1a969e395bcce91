/** Learning: EM never falls, zeros stay, ties hold, parameters come back from samples, a stop is a stop. */
import { expect, test } from "vitest";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import { close } from "../../close.ts";
import { example, neverFalls, using } from "./builders.ts";

test.each(["categorical", "poisson", "gaussian", "diagonal"] as const)(
  "never lets the likelihood fall: %s, many sequences, values missing",
  (emission) => {
    const size = emission === "categorical" ? { symbols: 4 } : { output: 2 };
    const data = [11, 12, 13].map(
      (seed, i) =>
        example(seed, emission, {
          K: 2,
          D: emission === "categorical" ? 4 : 2,
          T: [12, 1, 20][i],
          holes: 0.2,
        }).y,
    );
    return using({ states: 3, emission, ...size }, async (h) => {
      const { history, logLikelihood } = await h.fit(data, { iterations: 60, tolerance: 0 });
      expect(neverFalls(history)).toBe(true);
      expect(history[60] - history[0]).toBeGreaterThan(0.1);
      close(h.logLikelihood(data), logLikelihood, { rel: 1e-12 });
    });
  },
);

test("zeros stay zero: left-right chains and forbidden symbols, with priors too", () =>
  using(
    {
      states: 4,
      emission: "categorical",
      symbols: 3,
      topology: "left-right",
      emissionParameters: [
        [0.5, 0.5, 0],
        [0.4, 0.3, 0.3],
        [0.2, 0.3, 0.5],
        [0, 0.5, 0.5],
      ],
    },
    async (h) => {
      await h.fit(
        [
          [0, 0, 1, 1, 2, 2],
          [0, 1, 2, 1, 2],
          [0, 1, 1],
        ],
        { iterations: 30, prior: { transmat: 2, emission: 1.5, startprob: 2 } },
      );
      const { transmat, startprob, emission } = h.parameters;
      expect([...startprob]).toEqual([1, 0, 0, 0]);
      for (let i = 0; i < 4; ++i) for (let j = 0; j < i; ++j) expect(transmat[4 * i + j]).toBe(0);
      expect([emission.probabilities[2], emission.probabilities[9]]).toEqual([0, 0]);
      const { states } = h.sample(50, { seed: 3 });
      states.forEach((s, t) => {
        if (t > 0) expect(s).toBeGreaterThanOrEqual(states[t - 1]);
      });
    },
  ));

test.each(["categorical", "gaussian", "diagonal", "poisson"] as const)(
  "states of one group share their emission, and EM never falls: %s",
  (emission) => {
    const size = emission === "categorical" ? { symbols: 3 } : { output: 1 };
    const y = example(21, emission, { K: 3, D: emission === "categorical" ? 3 : 1, T: 40 }).y;
    return using({ states: 4, emission, ...size, tie: [0, 1, 0, 1] }, async (h) => {
      const { history } = await h.fit([y], { iterations: 30, tolerance: 0 });
      expect(neverFalls(history)).toBe(true);
      for (const data of Object.values(h.parameters.emission)) {
        const w = data.length / 4;
        expect(data.slice(0, w)).toEqual(data.slice(2 * w, 3 * w));
        expect(data.slice(0, w)).not.toEqual(data.slice(w, 2 * w));
      }
    });
  },
);

test("recovers parameters within three standard errors of sampled data", async () => {
  const truth = await hmm({
    states: 2,
    emission: "diagonal",
    startprob: [0.5, 0.5],
    transmat: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
    emissionParameters: { means: [[-1], [2]], variances: [[1], [0.5]] },
  });
  const { sequence, states } = truth.sample(20_000, { seed: 6 });
  await using({ states: 2, emission: "diagonal", seed: 2 }, async (h) => {
    await h.fit([sequence], { iterations: 200, tolerance: 1e-6 });
    const {
      transmat,
      emission: { means, variances },
    } = h.parameters;
    const flip = means[0] > means[1];
    const at = (k: number): number => (flip ? 1 - k : k);
    const counts = [0, 0];
    states.forEach((s) => {
      ++counts[s];
    });
    // standard errors as if the states were seen, widened by what the posterior leaves open (overlap of the
    // two densities: below 10 %)
    const wide = 1.5;
    [-1, 2].forEach((mean, k) =>
      expect(Math.abs(means[at(k)] - mean)).toBeLessThan(3 * wide * Math.sqrt([1, 0.5][k] / counts[k])),
    );
    [1, 0.5].forEach((v, k) =>
      expect(Math.abs(variances[at(k)] - v)).toBeLessThan(3 * wide * v * Math.sqrt(2 / counts[k])),
    );
    [0.1, 0.2].forEach((p, k) =>
      expect(Math.abs(transmat[2 * at(k) + at(1 - k)] - p)).toBeLessThan(
        3 * wide * Math.sqrt((p * (1 - p)) / counts[k]),
      ),
    );
  });
  truth.dispose();
});
test("stops when aborted, and goes on where it was", () =>
  using({ states: 2, emission: "poisson", seed: 4 }, async (h) => {
    const y = [[3, 0, 1, 12, 15, 9, 2, 2, 14]];
    const stop = new AbortController();
    const cut = await h.fit(y, {
      iterations: 100,
      tolerance: 0,
      signal: stop.signal,
      onProgress: (e) => {
        if (e.iteration === 3) stop.abort();
      },
    });
    expect(cut.iterations).toBe(3);
    expect((await h.fit(y, { iterations: 1 })).history[0]).toBeCloseTo(cut.logLikelihood, 10);
  }));

test("save and load give the same model, which goes on learning with the same bits", async () => {
  const { y } = example(31, "gaussian", { K: 3, D: 2, T: 40, holes: 0.1 });
  const first = await hmm({
    states: 3,
    emission: "gaussian",
    output: 2,
    tie: [0, 0, 1],
    topology: "left-right",
  });
  await first.fit([y], { iterations: 5 });
  const second = await hmm.load(first.save());
  expect(second.parameters).toEqual(first.parameters);
  await Promise.all([first, second].map((h) => h.fit([y], { iterations: 5 })));
  expect(second.parameters).toEqual(first.parameters);
  const bytes = first.save();
  await expect(hmm.load(bytes.slice(0, 200))).rejects.toThrow(/hmm.load: .*truncated/);
  for (const h of [first, second]) h.dispose();
});
