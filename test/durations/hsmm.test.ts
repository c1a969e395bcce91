/**
 * Hidden semi-Markov models: against enumeration of all segmentations, against hidden Markov models that they
 * contain, and what EM does to them.
 */
import { describe, expect, test } from "vitest";
import { close } from "../close.ts";
import { hsmm } from "../../src/durations/index.ts";
import { hmm } from "../../src/models/hmm/hmm.ts";
import type { Sequences } from "../../src/data/sequence.ts";
import type { HsmmSpec } from "../../src/durations/spec.ts";
import { segmentations, type SegmentChain } from "../reference/segments.ts";
import { ORACLE, distribution, neverFalls, random } from "../models/hmm/builders.ts";

const array = <X>(length: number, make: (i: number) => X): X[] => Array.from({ length }, (_, i) => make(i));
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

/** A tiny model of symbols, drawn from a seed, and T symbols. */
function tiny(seed: number, N: number, D: number, T: number) {
  const r = random(seed);
  const start = distribution(r, N);
  const A = array(N, (i) => {
    const others = distribution(r, N - 1);
    return [...others.slice(0, i), 0, ...others.slice(i)];
  });
  const durations = array(N, () => distribution(r, D));
  const B = array(N, () => distribution(r, 3));
  const y = array(T, () => r.integer(0, 2));
  const spec: HsmmSpec = {
    states: N,
    durations: { max: D, probabilities: durations },
    startprob: start,
    transmat: A,
    emission: "categorical",
    symbols: 3,
    emissionParameters: B,
  };
  const density = (k: number, m: number): number => B[k][m];
  return { spec, chain: { start, A, durations } satisfies SegmentChain, y, B, density };
}

/** p(state_t | y) [T·N] of paths. */
function marginals(paths: { path: number[]; p: number }[], N: number): number[] {
  const all = sum(paths.map(({ p }) => p));
  return array(paths[0].path.length * N, (at) =>
    sum(paths.filter(({ path }) => path[Math.floor(at / N)] === at % N).map(({ p }) => p / all)),
  );
}

describe.each([
  [2, 3, 6],
  [3, 2, 5],
  [2, 3, 1],
  [3, 1, 5],
  [2, 5, 3],
])("with %i states that last up to %i of %i steps, all segmentations agree:", (N, D, T) => {
  const { spec, chain, y, B } = tiny(N * 10 + D, N, D, T);
  const density = y.map((m) => B.map((row) => row[m]));
  const paths = segmentations(chain, density);

  test("likelihood, posterior, filtered states, best segments, what comes next", async () => {
    const h = await hsmm(spec);
    close(h.logLikelihood([y]), Math.log(sum(paths.map(({ p }) => p))), ORACLE);
    close(h.posterior([y])[0], marginals(paths, N), ORACLE);
    const best = paths.reduce((a, b) => (b.p > a.p ? b : a));
    const found = h.viterbi(y);
    expect([...found.states]).toEqual(best.path);
    close(found.logProbability, Math.log(best.p), ORACLE);
    const filtered = y.flatMap((_, t) =>
      marginals(segmentations(chain, density.slice(0, t + 1)), N).slice(t * N),
    );
    close(h.filter(y).states, filtered, ORACLE);
    const flat = array(2, () => new Array<number>(N).fill(1));
    const on = marginals(segmentations(chain, [...density, ...flat]), N).slice(T * N);
    const best2 = [...paths].sort((a, b) => b.p - a.p).slice(0, 2);
    const likeliest = h.bestPaths([y], { paths: 2 })[0];
    close(
      likeliest.map(({ logProbability }) => logProbability),
      best2.map(({ p }) => Math.log(p)),
      ORACLE,
    );
    const all = sum(paths.map(({ p }) => p));
    const pairs = array((T - 1) * N * N, (at) => {
      const [t, i, j] = [Math.floor(at / (N * N)), Math.floor(at / N) % N, at % N];
      return sum(paths.filter(({ path }) => path[t] === i && path[t + 1] === j).map(({ p }) => p / all));
    });
    close(h.pairPosterior([y])[0], pairs, ORACLE);
    const stream = h.stream();
    const steps = y.map((v) => stream.step(v));
    expect(Float64Array.from(steps.flatMap(({ states }) => [...states]))).toEqual(h.filter(y).states);
    const { logLikelihood, parameters } = h.criteria([y]);
    close(logLikelihood, Math.log(all), ORACLE);
    // start N-1, what follows a segment N-2 a state, durations D-1, symbols 2
    expect(parameters).toBe(N - 1 + N * (N - 2 + D - 1 + 2));
    // the share of time in a state: how often it comes, times how long it lasts
    const settled = h.stationary();
    const visits = settled.map((p, i) => p / sum(chain.durations[i].map((q, d) => q * (d + 1))));
    close(
      array(N, (j) => sum(array(N, (i) => visits[i] * chain.A[i][j]))),
      visits,
      { rel: 1e-12, abs: 1e-12 },
    );
    const next = h.forecast(2, { history: y });
    close(next.states, on, ORACLE);
    close(
      next.probabilities!,
      array(6, (at) => sum(B.map((row, k) => row[at % 3] * on[Math.floor(at / 3) * N + k]))),
      ORACLE,
    );
    h.dispose();
  });

  test("one iteration of EM is that of weighted segmentations", async () => {
    const fitted = await hsmm(spec);
    await fitted.fit([y], { iterations: 1, tolerance: 0 });
    const weights = paths.map(({ p }) => p / sum(paths.map((path) => path.p)));
    const first = array(N, (i) => sum(paths.map(({ path }, n) => (path[0] === i ? weights[n] : 0))));
    close(fitted.parameters.startprob, first, ORACLE);
    const moves = array(N, () => new Array<number>(N).fill(0));
    const ended = array(N, () => new Array<number>(D).fill(0));
    const there = array(N, () => new Array<number>(D).fill(0));
    paths.forEach(({ path }, n) => {
      for (let t = 0, age = 0; t < T - 1; ++t) {
        there[path[t]][age] += weights[n];
        if (path[t + 1] === path[t]) ++age;
        else {
          moves[path[t]][path[t + 1]] += weights[n];
          ended[path[t]][age] += weights[n];
          age = 0;
        }
      }
    });
    const { transmat, durations } = fitted.parameters;
    const want = moves.map((row, i) => (sum(row) > 1e-12 ? row.map((x) => x / sum(row)) : chain.A[i]));
    close(transmat, want.flat(), ORACLE);
    const hazard = (i: number, a: number): number => {
      const rest = sum(chain.durations[i].slice(a));
      return there[i][a] > 1e-12 && a < D - 1 ? ended[i][a] / there[i][a] : chain.durations[i][a] / rest;
    };
    const tables = array(N, (i) => {
      let alive = 1;
      return array(D, (a) => {
        const p = alive * hazard(i, a);
        alive -= p;
        return p;
      });
    });
    close(durations, tables.flat(), { rel: 1e-9, abs: 1e-9 });
    fitted.dispose();
  });
});

test("the enumeration sees a model whose last segment must end with the data", () => {
  const { chain, y, B } = tiny(23, 2, 3, 6);
  const density = y.map((m) => B.map((row) => row[m]));
  const all = sum(
    segmentations(
      chain,
      density.map((row) => row.map(() => 1)),
    ).map(({ p }) => p),
  );
  close(all, 1, ORACLE);
  const short = { ...chain, durations: chain.durations.map((row) => row.map((p, d) => (d < 2 ? p : 0))) };
  expect(sum(segmentations(short, density).map(({ p }) => p))).not.toBeCloseTo(
    sum(segmentations(chain, density).map(({ p }) => p)),
    8,
  );
});

test("states that last one step, or geometrically, are those of a hidden Markov model", async () => {
  const { spec, chain, B } = tiny(7, 2, 1, 1);
  const r = random(3);
  const y = array(30, () => r.integer(0, 2));
  const { emission, symbols, startprob } = spec;
  const shared = { states: 2, emission, symbols, startprob, emissionParameters: B };
  const stay = [0.4, 0.25];
  const D = 40; // 0.4^40 < 1e-15
  const geometric = stay.map((s) => array(D, (d) => (d === D - 1 ? s ** d : s ** d * (1 - s))));
  const pairs: [HsmmSpec["durations"], number[][]][] = [
    [{ max: 1 }, chain.A],
    [{ max: D, probabilities: geometric }, stay.map((s, i) => [i === 0 ? s : 1 - s, i === 0 ? 1 - s : s])],
  ];
  for (const [durations, transmat] of pairs) {
    const plain = await hmm({ ...shared, transmat });
    const semi = await hsmm({ ...shared, durations, transmat: chain.A });
    close(semi.logLikelihood(y), plain.logLikelihood(y), { rel: 1e-12, abs: 1e-12 });
    close(semi.posterior(y), plain.posterior(y), { rel: 1e-10, abs: 1e-10 });
    plain.dispose();
    semi.dispose();
  }
});

const phases: HsmmSpec = {
  states: 3,
  durations: {
    max: 5,
    probabilities: [
      [0, 0.3, 0.7, 0, 0],
      [0.5, 0, 0, 0, 0.5],
      [0, 0, 0.1, 0.8, 0.1],
    ],
  },
  transmat: [
    [0, 0.8, 0.2],
    [0.3, 0, 0.7],
    [0.5, 0.5, 0],
  ],
  emission: "gaussian",
  emissionParameters: { means: [[-4], [0], [4]], covariances: [[[1]], [[1]], [[1]]] },
  seed: 5,
};

test("EM never goes down, and finds the tables of a sample of 3000 steps", async () => {
  const truth = await hsmm(phases);
  const { sequence } = truth.sample(3000, { seed: 4 });
  const model = await hsmm({ states: 3, durations: { max: 5 }, emission: "gaussian", seed: 2 });
  const report = await model.fit(sequence, { iterations: 25 });
  expect(neverFalls(report.history)).toBe(true);
  expect(model.logLikelihood(sequence)).toBeGreaterThan(truth.logLikelihood(sequence));
  const { durations, transmat, emission } = model.parameters;
  const order = [0, 1, 2].sort((a, b) => emission.means[a] - emission.means[b]);
  // about 350 segments a state: three standard errors of a share are at most 0.08
  const tolerance = { rel: 0, abs: 0.08 };
  const table = phases.durations.probabilities as number[][];
  close(
    order.flatMap((i) => [...durations.subarray(i * 5, i * 5 + 5)]),
    table.flat(),
    tolerance,
  );
  close(
    order.flatMap((i) => order.map((j) => transmat[i * 3 + j])),
    (phases.transmat as number[][]).flat(),
    { rel: 0, abs: 0.08 },
  );
  truth.dispose();
  model.dispose();
});

test("every answer to a bare sequence is that to a list of it", async () => {
  const model = await hsmm(phases);
  const { sequence } = model.sample(12, { seed: 2 });
  const asked = [
    (y: Sequences) => model.score(y),
    (y: Sequences) => model.filter(y),
    (y: Sequences) => model.posterior(y),
    (y: Sequences) => model.pairPosterior(y),
    (y: Sequences) => model.samplePosterior(y, { count: 3, seed: 1 }),
    (y: Sequences) => model.viterbi(y),
    (y: Sequences) => model.bestPaths(y, { paths: 2 }),
    (y: Sequences) => model.predict(y),
  ];
  for (const ask of asked) expect([ask(sequence)]).toEqual(ask([sequence]));
  model.dispose();
});

test("what is fixed stays, zeros stay zero, and a file gives the same bits", async () => {
  const truth = await hsmm({ ...phases, fixed: ["durations"] });
  const { sequence } = truth.sample(200, { seed: 1 });
  const { durations } = truth.parameters;
  await truth.fit(sequence, { iterations: 3 });
  close(truth.parameters.durations, durations, { rel: 1e-14, abs: 1e-14 });
  expect(truth.parameters.transmat[0]).toBe(0);
  const bytes = truth.save();
  const copy = await hsmm.load(bytes);
  expect(copy.parameters).toEqual(truth.parameters);
  expect(copy.score([sequence])).toEqual(truth.score([sequence]));
  expect(copy.save()).toEqual(bytes);
  const [one, two] = await Promise.all([truth, copy].map((h) => h.fit(sequence, { iterations: 2 })));
  expect(one.history).toEqual(two.history);
  await expect(hmm.load(bytes)).rejects.toThrow(/holds a model of kind "hsmm", want "hmm"/);
  truth.dispose();
  expect(() => truth.save()).toThrow(/hsmm.save: the model was disposed/);
  copy.dispose();
});

test.each<[string, object, RegExp]>([
  ["one state", { states: 1 }, /hsmm: states is 1/],
  ["no durations", { durations: undefined }, /hsmm: durations.max is undefined/],
  ["too many steps", { durations: { max: 5000 } }, /hsmm: durations.max is 5000/],
  ["a table that does not sum to 1", { durations: { max: 2, probabilities: [[1, 1]] } }, /probabilities/],
  [
    "staying",
    { transmat: array(3, () => [1 / 3, 1 / 3, 1 / 3]) },
    /row 0, entry 0 is 0.33.*said by durations/,
  ],
  ["a topology", { topology: "left-right" }, /unknown option "topology"/],
])("%s is refused", async (_, change, words) => {
  await expect(hsmm({ ...phases, ...change })).rejects.toThrow(words);
});
