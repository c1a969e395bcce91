/** Published numbers: the weather, the dishonest casino, Old Faithful. */
import { expect, test } from "vitest";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { close } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";
import { enumerate } from "../../reference/hmm.ts";
import { ORACLE, using } from "./builders.ts";

const weather: HmmSpec = {
  states: 2,
  emission: "categorical",
  symbols: 3,
  startprob: [0.6, 0.4],
  transmat: [
    [0.7, 0.3],
    [0.4, 0.6],
  ],
  emissionParameters: [
    [0.1, 0.4, 0.5],
    [0.6, 0.3, 0.1],
  ],
};

test("the weather", () =>
  using(weather, (h) => {
    const best = h.viterbi([0, 1, 2]);
    close(Math.exp(best.logProbability), 0.01344, { rel: 1e-12 });
    expect([...best.states]).toEqual([1, 0, 0]);
    // by enumeration in exact fractions; the usual page gives .23170303 .62406281 .86397706, right to 6
    // digits
    close(
      h.posterior([[0, 1, 2]])[0],
      [
        0.2317029632274188, 0.7682970367725812, 0.6240628347018922, 0.37593716529810783, 0.8639771510174937,
        0.13602284898250624,
      ],
      { rel: 1e-15 },
    );
  }));

test(
  "the dishonest casino: posteriors follow the die better than chance, and the likelihood is that " +
    "of enumeration",
  () => {
    const sixth = new Array(6).fill(1 / 6);
    const loaded = [0.1, 0.1, 0.1, 0.1, 0.1, 0.5];
    return using(
      {
        states: 2,
        emission: "categorical",
        symbols: 6,
        startprob: [0.5, 0.5],
        transmat: [
          [0.95, 0.05],
          [0.1, 0.9],
        ],
        emissionParameters: [sixth, loaded],
      },
      (h) => {
        const { sequence, states } = h.sample(2000, { seed: 5 });
        const [gamma] = h.posterior([sequence]);
        const [best] = h.viterbi([sequence]);
        expect(
          states.reduce((n, s, t) => n + (gamma[2 * t + 1] > 0.5 === (s === 1) ? 1 : 0), 0) / 2000,
        ).toBeGreaterThan(0.75);
        expect(best.states.reduce((n, s, t) => n + (s === states[t] ? 1 : 0), 0) / 2000).toBeGreaterThan(
          0.75,
        );
        const short = [...sequence.slice(0, 10)];
        const want = enumerate(
          {
            start: [0.5, 0.5],
            A: [
              [0.95, 0.05],
              [0.1, 0.9],
            ],
          },
          short.map((m) => [sixth[m]!, loaded[m]]),
        );
        close(h.logLikelihood([short]), Math.log(want.likelihood), ORACLE);
      },
    );
  },
);

const path = dataPath("series", "faithful.csv");
test.skipIf(!path)(`Old Faithful, two Gaussians${missing("series", "faithful.csv")}`, () => {
  const x = csvColumn(path!, "eruptions");
  const w = csvColumn(path!, "waiting");
  const eruptions = x.map((v, i) => [[v, w[i]]]); // each its own sequence: a mixture
  return using({ states: 2, emission: "gaussian", output: 2, seed: 2 }, async (h) => {
    const { logLikelihood } = await h.fit(eruptions, { iterations: 200, tolerance: 1e-8 });
    const { startprob, emission } = h.parameters;
    const [a, b] = emission.means[0] < emission.means[2] ? [0, 1] : [1, 0];
    close(logLikelihood, -1130.264, { abs: 0.5e-3 });
    close(startprob[a], 0.3559, { abs: 0.5e-4 });
    close(emission.means.slice(2 * a, 2 * a + 2), [2.0364, 54.479], { abs: 0.5e-3 });
    close(emission.means.slice(2 * b, 2 * b + 2), [4.2897, 79.968], { abs: 0.5e-3 });
  });
});
