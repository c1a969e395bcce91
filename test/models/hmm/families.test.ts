/**
 * Emissions of every kind in use: EM ends at a point where no parameter can be moved for the better, what
 * was sampled is found again, a stream gives what whole sequences give, files keep every bit.
 */
import { describe, expect, test } from "vitest";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import type { Hmm } from "../../../src/models/hmm/model.ts";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { close } from "../../close.ts";
import { cases, neverFalls, using } from "./builders.ts";
import { families } from "./families.ts";

type Parameters = Record<string, Float64Array>;
const everything = { ...cases, ...families };
const values = (sequence: Float64Array, D: number): number[][] =>
  Array.from({ length: sequence.length / D }, (_, t) => [...sequence.subarray(t * D, (t + 1) * D)]);

describe.each(Object.entries(everything))("with %s", (_, { spec, y }) => {
  test("a stream gives the filtered states and the predictions of the whole sequence, bit by bit", () =>
    using(spec, (h) => {
      const [filtered] = h.filter([y]);
      const predicted = h.forecast(1, { history: [y] });
      const stream = h.stream();
      const steps = y.map((row) => stream.step(row));
      expect(steps.flatMap(({ states }) => [...states])).toEqual([...filtered.states]);
      expect(steps.map(({ logLikelihood }) => logLikelihood)).toEqual([...filtered.logLikelihoods]);
      expect(steps[y.length - 1].next).toEqual(predicted);
      expect(stream.reset().step(y[0]).logLikelihood).toBe(filtered.logLikelihoods[0]);
      stream.dispose();
      expect(() => stream.step(y[0])).toThrow(/disposed/);
    }));

  test("a file holds the model: the same likelihood, and the same bits after more learning", () =>
    using(spec, async (h) => {
      await h.fit([y], { iterations: 2, tolerance: 0 });
      const copy = await hmm.load(h.save());
      expect(copy.logLikelihood([y])).toBe(h.logLikelihood([y]));
      await h.fit([y], { iterations: 2, tolerance: 0 });
      await copy.fit([y], { iterations: 2, tolerance: 0 });
      expect(copy.parameters).toEqual(h.parameters);
      copy.dispose();
    }));
});

/** The parameters that a fit may move one by one, with the size of a small step of each. */
function* moves(parameters: Parameters): Generator<[string, number, number]> {
  for (const [name, data] of Object.entries(parameters)) {
    if (name === "covariances" || name === "weights") continue; // must stay what they are together
    for (let i = 0; i < data.length; ++i) yield [name, i, 1e-4 * Math.max(Math.abs(data[i]), 0.1)];
  }
}

/** The model with one number of its emission changed. */
async function changed(h: Hmm, spec: HmmSpec, name: string, at: (i: number) => number): Promise<Hmm> {
  const { startprob, transmat, emission } = h.parameters;
  const moved = { ...emission, [name]: emission[name].map((x, i) => x + at(i)) };
  return hmm({ ...spec, startprob, transmat, emissionParameters: moved });
}

const learned = ["Student's t", "counts that spread", "waiting times", "zeros and ones", "angles"];

describe.each(Object.entries(families))("learning %s", (name, { spec }) => {
  const data = (): Promise<number[][]> =>
    using({ ...spec, trials: spec.emission === "multinomial" ? 7 : undefined }, (h) =>
      values(h.sample(200, { seed: 3 }).sequence, h.sample(1).sequence.length),
    );

  test("EM never lets the likelihood fall, from the truth or from a start of its own", async () => {
    const y = await data();
    const { emissionParameters: _, startprob: __, transmat: ___, ...drawn } = spec;
    for (const start of [spec, drawn])
      await using(start, async (h) => {
        const { history, logLikelihood } = await h.fit([y], { iterations: 40, tolerance: 0 });
        expect(neverFalls(history)).toBe(true);
        expect(logLikelihood).toBeGreaterThan(history[0]);
        close(h.logLikelihood([y]), logLikelihood, { rel: 1e-12 });
      });
  });

  test.runIf(learned.includes(name))(
    "where EM ends, no parameter alone makes the data likelier",
    async () => {
      const y = await data();
      await using(spec, async (h) => {
        const { logLikelihood } = await h.fit([y], { iterations: 1500, tolerance: 1e-9 });
        for (const [parameter, i, step] of moves(h.parameters.emission)) {
          const value = h.parameters.emission[parameter][i];
          if (spec.emission === "bernoulli" && (value < 1e-3 || value > 1 - 1e-3)) continue;
          const around: number[] = [];
          for (const sign of [-1, 1]) {
            const other = await changed(h, spec, parameter, (j) => (i === j ? sign * step : 0));
            around.push(other.logLikelihood([y]));
            other.dispose();
          }
          // a maximum: both neighbors are lower, or level within what a tolerance of 1e-9 a step leaves
          for (const value of around) expect(value - logLikelihood).toBeLessThan(1e-5);
        }
      });
    },
  );
});

test("the check of maxima sees a model that is not at one", async () => {
  const { spec } = families["waiting times"];
  await using(spec, async (h) => {
    const y = values(h.sample(400, { seed: 3 }).sequence, 2);
    const here = h.logLikelihood([y]);
    const better: number[] = [];
    for (const sign of [-1, 1]) {
      const other = await changed(h, spec, "scales", (i) => (i === 0 ? 1e-2 * sign : 0));
      better.push(other.logLikelihood([y]) - here);
      other.dispose();
    }
    expect(Math.max(...better)).toBeGreaterThan(1e-3);
  });
});
