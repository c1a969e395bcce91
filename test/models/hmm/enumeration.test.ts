/**
 * Inference against enumeration of all paths: likelihoods, posteriors, paths, predictions, one step of EM.
 */
import { describe, expect, test } from "vitest";
import { close, excess } from "../../close.ts";
import { enumerate } from "../../reference/hmm.ts";
import { add, multiply, part, rows, solve, transpose } from "../../reference/matrix.ts";
import { ORACLE, cases, chainOf, densitiesOf, enumerated, using } from "./builders.ts";
import { families } from "./families.ts";

describe.each(Object.entries({ ...cases, ...families }))("with %s, enumeration agrees:", (_, example) => {
  const { spec, y } = example;
  const K = spec.states;
  const chain = chainOf(example);
  const p = densitiesOf(example);
  const want = enumerated(example);
  /** p(state_t | y_1..y_s): the posterior when what comes after s tells nothing. */
  const given = (t: number, s: number): number[] =>
    enumerate(
      chain,
      p.slice(0, Math.max(t, s) + 1).map((row, i) => (i <= s ? row : row.map(() => 1))),
    ).posterior[t];

  test("likelihood, posterior, best path", () =>
    using(spec, (h) => {
      close(h.logLikelihood([y]), Math.log(want.likelihood), ORACLE);
      close(h.posterior([y])[0], want.posterior.flat(), ORACLE);
      const [best] = h.viterbi([y]);
      expect([...best.states]).toEqual(want.best);
      close(best.logProbability, Math.log(want.bestProbability), ORACLE);
    }));

  test("filtered states, and ln p of each step given those before it", () =>
    using(spec, (h) => {
      const [{ states, logLikelihood, logLikelihoods }] = h.filter([y]);
      close(
        states,
        y.flatMap((__, t) => given(t, t)),
        ORACLE,
      );
      close(logLikelihood, Math.log(want.likelihood), ORACLE);
      let before = 0;
      y.forEach((__, t) => {
        const upToNow = Math.log(enumerate(chain, p.slice(0, t + 1)).likelihood);
        close(logLikelihoods[t], upToNow - before, ORACLE);
        before = upToNow;
      });
    }));

  test("predicted states, and what they say of the next output", () =>
    using(spec, (h) => {
      const [predicted] = h.predict([y]);
      close(
        predicted.states,
        y.flatMap((__, t) => given(t, t - 1)),
        ORACLE,
      );
      const next = h.forecast(2, { history: [y] });
      const after = enumerate(chain, [...p, ...[0, 1].map(() => new Array<number>(K).fill(1))]);
      close(next.states, [...after.posterior[y.length], ...after.posterior[y.length + 1]], ORACLE);
      if (!next.probabilities) return;
      const M = spec.symbols ?? spec.output!;
      const B = rows(h.parameters.emission.probabilities, M);
      const mixed = B[0].map((__, m) =>
        B.reduce((sum, row, k) => sum + after.posterior[y.length][k] * row[m], 0),
      );
      close(next.probabilities.slice(0, M), mixed, ORACLE);
    }));

  test("pairs of states at neighboring steps", () =>
    using(spec, (h) => {
      const [pairs] = h.pairPosterior([y]);
      expect(pairs).toHaveLength((y.length - 1) * K * K);
      const sums = Array.from({ length: K * K }, (__, at) =>
        pairs.reduce((sum, x, i) => sum + (i % (K * K) === at ? x : 0), 0),
      );
      close(sums, want.transitions.flat(), ORACLE);
    }));

  test("the most probable paths in their order", () =>
    using(spec, (h) => {
      const [found] = h.bestPaths([y], { paths: 20 });
      const [all] = [want.paths].map((paths) => [...paths].sort((a, b) => b.p - a.p).slice(0, 20));
      close(
        found.map(({ logProbability }) => logProbability),
        all.map(({ p: probability }) => Math.log(probability)),
        ORACLE,
      );
      found.forEach(({ states, logProbability }) => {
        const same = want.paths.find(({ path }) => path.join() === states.join())!;
        close(logProbability, Math.log(same.p), ORACLE);
      });
      expect([...found[0].states]).toEqual([...h.viterbi([y])[0].states]);
    }));

  test("paths drawn from the posterior visit each state as often as they should", () =>
    using(spec, (h) => {
      const count = 4000;
      const [paths] = h.samplePosterior([y], { count, seed: 5 });
      y.forEach((__, t) => {
        for (let k = 0; k < K; ++k) {
          const share = paths.filter((path) => path[t] === k).length / count;
          const p = want.posterior[t][k];
          const error = Math.sqrt((p * (1 - p)) / count);
          const draw = 1 / count; // where count * p is far below 1, a single visit is many standard errors
          expect(Math.abs(share - p)).toBeLessThan(4.5 * error + draw);
        }
      });
    }));

  test("one step of Baum-Welch gives the expected transitions and starts", () =>
    using(spec, async (h) => {
      await h.fit([y], { iterations: 1, tolerance: 0 });
      const totals = want.transitions.map((row) => row.reduce((a, b) => a + b, 0));
      const wanted = want.transitions.flatMap((row, i) => row.map((v) => v / totals[i]));
      if (y.length > 1) close(h.parameters.transmat, wanted, ORACLE);
      close(h.parameters.startprob, want.posterior[0], ORACLE);
    }));
});

describe("one step of Baum-Welch gives weighted moments:", () => {
  test("of symbols", () =>
    using(cases.symbols.spec, async (h) => {
      const { y } = cases.symbols;
      const { posterior } = enumerated(cases.symbols);
      await h.fit([y], { iterations: 1, tolerance: 0 });
      const share = (k: number, m: number): number => {
        const total = posterior.reduce((sum, row) => sum + row[k], 0);
        return posterior.reduce((sum, row, t) => sum + (y[t][0] === m ? row[k] : 0), 0) / total;
      };
      close(
        h.parameters.emission.probabilities,
        [0, 1, 2].flatMap((k) => [0, 1, 2, 3].map((m) => share(k, m))),
        ORACLE,
      );
    }));

  test("of vectors, entries completed where they are missing", async () => {
    const mean = [0.5, -1, 1];
    const S = [
      [2, 0.5, 0.3],
      [0.5, 1, -0.2],
      [0.3, -0.2, 1.5],
    ];
    const { y } = cases["vectors with entries missing"];
    const all = [0, 1, 2];
    const used = y.filter((row) => row.some((x) => !Number.isNaN(x)));
    const completed = used.map((row) => {
      const o = all.filter((i) => !Number.isNaN(row[i]));
      const G = transpose(solve(part(S, o, o), part(S, o, all)).X);
      const gap = o.map((i) => [row[i] - mean[i]]);
      return {
        x: multiply(G, gap).map((v, i) => v[0] + mean[i]),
        C: add(S, multiply(G, part(S, o, all)), -1),
      };
    });
    const average = (of: (c: (typeof completed)[number]) => number): number =>
      completed.reduce((sum, c) => sum + of(c), 0) / used.length;
    const m = all.map((i) => average(({ x }) => x[i]));
    const want = all.flatMap((i) =>
      all.map((j) => average(({ x, C }) => (x[i] - m[i]) * (x[j] - m[j]) + C[i][j])),
    );
    const emissionParameters = { means: [mean], covariances: [S] };
    await using({ states: 1, emission: "gaussian", output: 3, emissionParameters }, async (h) => {
      await h.fit([y], { iterations: 1, tolerance: 0 });
      close(h.parameters.emission.means, m, ORACLE);
      close(h.parameters.emission.covariances, want, ORACLE);
    });
  });
});

test("states known at some steps: likelihood and EM are those of the paths through them", async () => {
  const { spec, y } = cases.symbols;
  const known = [NaN, 2, NaN, NaN, 0, NaN];
  const p = densitiesOf(cases.symbols).map((row, t) =>
    row.map((x, k) => (Number.isNaN(known[t]) || known[t] === k ? x : 0)),
  );
  const want = enumerate(chainOf(cases.symbols), p);
  await using(spec, async (h) => {
    const { history } = await h.fit([y], { iterations: 1, tolerance: 0, states: [known] });
    close(history[0], Math.log(want.likelihood), ORACLE);
    close(h.parameters.startprob, want.posterior[0], ORACLE);
    const totals = want.transitions.map((row) => row.reduce((a, b) => a + b, 0));
    const wanted = want.transitions.flatMap((row, i) => row.map((v) => v / totals[i]));
    close(h.parameters.transmat, wanted, ORACLE);
    await expect(h.fit([y], { states: [[0, 1]] })).rejects.toThrow(
      /hmm.fit: states: sequence 0 has 2 steps, want 6/,
    );
    await expect(h.fit([y], { states: [known.map(() => 3)] })).rejects.toThrow(
      /value 0 is 3, want a state, a whole number from 0 to 2/,
    );
  });
});

test("log-likelihoods from outside give what the model's own would", async () => {
  for (const example of [cases.symbols, cases.vectors]) {
    const { spec, y } = example;
    const { states, startprob, transmat } = spec;
    const logs = densitiesOf(example).map((row) => row.map(Math.log));
    await using({ states, startprob, transmat, emission: "outside" }, (outside) =>
      using(spec, (own) => {
        close(outside.logLikelihood([logs]), own.logLikelihood([y]), ORACLE);
        close(outside.posterior([logs])[0], own.posterior([y])[0], ORACLE);
        expect(outside.viterbi([logs])[0].states).toEqual(own.viterbi([y])[0].states);
        expect(() => outside.sample(3)).toThrow(/hmm.sample: emission is "outside"/);
      }),
    );
  }
});

test("the comparison sees a planted error", () => {
  const want = enumerated(cases.symbols).posterior.flat();
  const wrong = [...want];
  wrong[4] += 1e-8;
  expect(excess(wrong, want, ORACLE)).toBeGreaterThan(0);
});
