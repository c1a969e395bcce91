/**
 * Hidden Markov models against enumeration of all paths, published numbers, and the hazards that users of
 * other libraries met.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { ForwardBackward } from "../../../src/inference/forward-backward.ts";
import { hmm, type Hmm } from "../../../src/models/hmm/hmm.ts";
import type { HmmSpec } from "../../../src/models/hmm/parameters.ts";
import { Random } from "../../../src/wasm/random.ts";
import { close, excess } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";
import { enumerate } from "../../reference/hmm.ts";
import {
  add,
  identity,
  multiply,
  part,
  rows,
  solve,
  transpose,
  type Matrix,
} from "../../reference/matrix.ts";

const engine = await inferenceEngine();
const ORACLE = { rel: 1e-10, abs: 1e-10 };

/** Sets a model up, uses it, disposes it. */
async function using<T>(spec: HmmSpec, use: (h: Hmm) => T | Promise<T>): Promise<T> {
  const h = await hmm(spec);
  try {
    return await use(h);
  } finally {
    h.dispose();
  }
}

const random = (seed: number): Random => new Random(engine, seed);
const distribution = (r: Random, n: number): number[] => {
  const x = Array.from({ length: n }, () => r.uniform() + 0.05);
  const s = x.reduce((a, b) => a + b, 0);
  return x.map((v) => v / s);
};

interface Case {
  spec: HmmSpec;
  y: number[][];
  density(k: number, y: number[]): number;
}

/** Densities written plainly, NaN integrated out. */
const gaussianDensity = (mean: number[], S: Matrix, y: number[]): number => {
  const seen = y.map((_, i) => i).filter((i) => !Number.isNaN(y[i]));
  if (seen.length === 0) return 1;
  const e = seen.map((i) => [y[i] - mean[i]]);
  const { X, logDet } = solve(part(S, seen, seen), e);
  return Math.exp(-0.5 * (seen.length * Math.log(2 * Math.PI) + logDet + multiply(transpose(e), X)[0][0]));
};
const poissonDensity = (rate: number, y: number): number => {
  let p = Math.exp(-rate);
  for (let i = 1; i <= y; ++i) p *= rate / i;
  return p;
};

function example(
  seed: number,
  emission: HmmSpec["emission"],
  K: number,
  D: number,
  T: number,
  holes = 0,
): Case {
  const r = random(seed);
  const chain = {
    startprob: distribution(r, K),
    transmat: Array.from({ length: K }, () => distribution(r, K)),
  };
  const hole = (x: number): number => (r.uniform() < holes ? NaN : x);
  const draw = (n: number, scale = 1): number[] => Array.from({ length: n }, () => scale * r.normal());
  if (emission === "categorical") {
    const B = Array.from({ length: K }, () => distribution(r, D));
    return {
      spec: { states: K, emission, symbols: D, ...chain, emissionParameters: B },
      y: Array.from({ length: T }, () => [hole(r.integer(0, D - 1))]),
      density: (k, [m]) => (Number.isNaN(m) ? 1 : B[k][m]),
    };
  }
  if (emission === "poisson") {
    const rates = Array.from({ length: K }, () => Array.from({ length: D }, () => 8 * r.uniform()));
    return {
      spec: { states: K, emission, dimension: D, ...chain, emissionParameters: { rates } },
      y: Array.from({ length: T }, () => Array.from({ length: D }, () => hole(r.integer(0, 9)))),
      density: (k, y) => y.reduce((p, x, d) => p * (Number.isNaN(x) ? 1 : poissonDensity(rates[k][d], x)), 1),
    };
  }
  const means = Array.from({ length: K }, () => draw(D, 2));
  const y = Array.from({ length: T }, () => draw(D, 2).map(hole));
  const covariances = Array.from({ length: K }, () => {
    const L = rows(draw(D * D), D);
    return add(multiply(L, transpose(L)), identity(D), 0.3);
  });
  if (emission === "gaussian")
    return {
      spec: {
        states: K,
        emission,
        dimension: D,
        ...chain,
        emissionParameters: { means, covariances: covariances as never },
      },
      y,
      density: (k, row) => gaussianDensity(means[k], covariances[k], row),
    };
  const variances = covariances.map((S) => S.map((row, i) => row[i]));
  return {
    spec: { states: K, emission, dimension: D, ...chain, emissionParameters: { means, variances } },
    y,
    density: (k, row) =>
      gaussianDensity(
        means[k],
        identity(D).map((r, i) => r.map((v) => v * variances[k][i])),
        row,
      ),
  };
}

const cases: [string, Case][] = [
  ["symbols", example(1, "categorical", 3, 4, 6)],
  ["symbols, some missing", example(2, "categorical", 4, 3, 6, 0.4)],
  ["one state", example(3, "categorical", 1, 3, 5)],
  ["counts", example(4, "poisson", 3, 2, 5, 0.3)],
  ["vectors", example(5, "gaussian", 3, 2, 6)],
  ["vectors with entries missing", example(6, "gaussian", 2, 3, 8, 0.4)],
  ["independent values with entries missing", example(7, "diagonal", 3, 3, 6, 0.3)],
  ["six states", example(8, "diagonal", 6, 1, 5)],
  ["one step", example(9, "gaussian", 3, 1, 1)],
  ["nothing observed", example(10, "poisson", 2, 1, 4, 1)],
];

describe.each(cases)("with %s, enumeration agrees:", (_, { spec, y, density }) => {
  const K = spec.states;
  const chain = { start: spec.startprob as number[], A: spec.transmat as number[][] };
  const p = y.map((row) => Array.from({ length: K }, (_, k) => density(k, row)));
  const want = enumerate(chain, p);

  test("likelihood, posterior, best path", () =>
    using(spec, (h) => {
      close(h.logLikelihood([y]), Math.log(want.likelihood), ORACLE);
      close(h.posterior([y])[0], want.posterior.flat(), ORACLE);
      const [best] = h.viterbi([y]);
      expect([...best.states]).toEqual(want.best);
      close(best.logProbability, Math.log(want.bestProbability), ORACLE);
    }));

  test("predicted states, and what they say of the next output", () =>
    using(spec, (h) => {
      const [predicted] = h.predict([y]);
      y.forEach((_, t) => {
        // p(state_t | y_<t): the posterior when step t and later tell nothing
        const before = enumerate(
          chain,
          p.slice(0, t + 1).map((row, s) => (s < t ? row : row.map(() => 1))),
        );
        close(predicted.states.slice(t * K, (t + 1) * K), before.posterior[t], ORACLE);
      });
      const next = h.forecast(2, { history: [y] });
      const after = enumerate(chain, [...p, ...[0, 1].map(() => new Array<number>(K).fill(1))]);
      close(next.states, [...after.posterior[y.length], ...after.posterior[y.length + 1]], ORACLE);
      if (next.probabilities)
        close(
          next.probabilities.slice(0, spec.symbols),
          rows(h.parameters.emission.probabilities, spec.symbols!).reduce(
            (sum, B, k) => sum.map((s, m) => s + after.posterior[y.length][k] * B[m]),
            new Array<number>(spec.symbols!).fill(0),
          ),
          ORACLE,
        );
    }));

  test("one step of Baum-Welch gives the expected transitions and starts", () =>
    using(spec, async (h) => {
      await h.fit([y], { iterations: 1, tolerance: 0 });
      const totals = want.transitions.map((row) => row.reduce((a, b) => a + b, 0));
      if (y.length > 1)
        close(
          h.parameters.transmat,
          want.transitions.flatMap((row, i) => row.map((v) => v / totals[i])),
          ORACLE,
        );
      close(h.parameters.startprob, want.posterior[0], ORACLE);
    }));
});

describe("one step of Baum-Welch gives weighted moments:", () => {
  test("of symbols", () =>
    using(cases[0][1].spec, async (h) => {
      const { spec, y, density } = cases[0][1];
      const { posterior } = enumerate(
        { start: spec.startprob as number[], A: spec.transmat as number[][] },
        y.map((row) => [0, 1, 2].map((k) => density(k, row))),
      );
      await h.fit([y], { iterations: 1, tolerance: 0 });
      close(
        h.parameters.emission.probabilities,
        [0, 1, 2].flatMap((k) => {
          const n = posterior.reduce((s, row) => s + row[k], 0);
          return [0, 1, 2, 3].map(
            (m) => posterior.reduce((s, row, t) => s + (y[t][0] === m ? row[k] : 0), 0) / n,
          );
        }),
        ORACLE,
      );
    }));

  test("of vectors, entries completed where they are missing", () =>
    using(
      {
        ...cases[5][1].spec,
        states: 1,
        startprob: [1],
        transmat: [[1]],
        emissionParameters: {
          means: [[0.5, -1, 1]],
          covariances: [
            [
              [2, 0.5, 0.3],
              [0.5, 1, -0.2],
              [0.3, -0.2, 1.5],
            ],
          ] as never,
        },
      },
      async (h) => {
        const { y } = cases[5][1];
        const mean = [0.5, -1, 1];
        const S = [
          [2, 0.5, 0.3],
          [0.5, 1, -0.2],
          [0.3, -0.2, 1.5],
        ];
        const used = y.filter((row) => row.some((x) => !Number.isNaN(x)));
        const completed = used.map((row) => {
          const o = [0, 1, 2].filter((i) => !Number.isNaN(row[i]));
          const G = transpose(solve(part(S, o, o), part(S, o, [0, 1, 2])).X);
          return {
            x: multiply(
              G,
              o.map((i) => [row[i] - mean[i]]),
            ).map((v, i) => v[0] + mean[i]),
            C: add(S, multiply(G, part(S, o, [0, 1, 2])), -1),
          };
        });
        const m = [0, 1, 2].map((i) => completed.reduce((s, c) => s + c.x[i], 0) / used.length);
        const want = [0, 1, 2].flatMap((i) =>
          [0, 1, 2].map(
            (j) =>
              completed.reduce((s, c) => s + (c.x[i] - m[i]) * (c.x[j] - m[j]) + c.C[i][j], 0) / used.length,
          ),
        );
        await h.fit([y], { iterations: 1, tolerance: 0 });
        close(h.parameters.emission.means, m, ORACLE);
        close(h.parameters.emission.covariances, want, ORACLE);
      },
    ));
});

describe("published numbers:", () => {
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
    return using({ states: 2, emission: "gaussian", dimension: 2, seed: 2 }, async (h) => {
      const { logLikelihood } = await h.fit(eruptions, { iterations: 200, tolerance: 1e-8 });
      const { startprob, emission } = h.parameters;
      const [a, b] = emission.means[0] < emission.means[2] ? [0, 1] : [1, 0];
      close(logLikelihood, -1130.264, { abs: 0.5e-3 });
      close(startprob[a], 0.3559, { abs: 0.5e-4 });
      close(emission.means.slice(2 * a, 2 * a + 2), [2.0364, 54.479], { abs: 0.5e-3 });
      close(emission.means.slice(2 * b, 2 * b + 2), [4.2897, 79.968], { abs: 0.5e-3 });
    });
  });
});

describe("hazards:", () => {
  test("a state that is never visited keeps its row: no NaN, no zero row", () =>
    using(
      {
        states: 3,
        emission: "categorical",
        symbols: 2,
        startprob: [0.5, 0.5, 0],
        transmat: [
          [0.5, 0.5, 0],
          [0.5, 0.5, 0],
          [0.2, 0.3, 0.5],
        ],
        emissionParameters: [
          [0.9, 0.1],
          [0.2, 0.8],
          [0.5, 0.5],
        ],
      },
      async (h) => {
        await h.fit([[0, 1, 0, 0, 1, 1]], { iterations: 20 });
        close(h.parameters.transmat.slice(6), [0.2, 0.3, 0.5], { abs: 1e-15 });
        expect(
          [...h.parameters.transmat, ...h.parameters.emission.probabilities].every(Number.isFinite),
        ).toBe(true);
      },
    ));

  test("a Gaussian does not collapse on one point, full or diagonal, and the floor still lets EM climb", async () => {
    const y = [...Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i)]), [50, 50]];
    for (const emission of ["gaussian", "diagonal"] as const) {
      await using({ states: 2, emission, dimension: 2 }, async (h) => {
        const { history } = await h.fit([y], { iterations: 100, restarts: 3 });
        for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-8);
        const { covariances, variances } = h.parameters.emission;
        const diagonal = variances ?? covariances.filter((_, i) => (i % 4) % 3 === 0);
        expect(Math.min(...diagonal)).toBeGreaterThan(1e-5);
        expect(Number.isFinite(h.logLikelihood([y]))).toBe(true);
      });
    }
  });

  test.each(["gaussian", "diagonal"] as const)(
    "the floor is the least variance relative to the data's: %s",
    async (emission) => {
      const y = [...Array.from({ length: 40 }, (_, i) => Math.sin(i * i)), ...new Array<number>(40).fill(5)];
      const mean = y.reduce((a, b) => a + b, 0) / 80;
      const variance = y.reduce((a, b) => a + (b - mean) ** 2, 0) / 80;
      for (const floor of [1e-8, 1e-3, 0.1]) {
        await using({ states: 2, emission }, async (h) => {
          // one state takes the forty equal values
          await h.fit([y], { floor, iterations: 100 });
          close(
            Math.min(...(h.parameters.emission.variances ?? h.parameters.emission.covariances)),
            floor * variance,
            { rel: 1e-6 },
          );
        });
      }
      await using({ states: 2, emission }, (h) =>
        expect(h.fit([y], { floor: -1 })).rejects.toThrow(
          /hmm.fit: floor is -1, want a number of at least 0/,
        ),
      );
    },
  );

  test("a covariance is tested by Cholesky: tiny but regular ones are fine, singular ones are not", async () => {
    const spec = (S: number[][]): HmmSpec => ({
      states: 1,
      emission: "gaussian",
      dimension: 2,
      emissionParameters: { means: [[0, 0]], covariances: [S] as never },
    });
    await using(
      spec([
        [1e-200, 0],
        [0, 1e-200],
      ]),
      (h) => expect(Number.isFinite(h.logLikelihood([[[1e-100, 0]]]))).toBe(true),
    ); // determinant 0 in doubles
    await expect(
      hmm(
        spec([
          [1, 1],
          [1, 1],
        ]),
      ),
    ).rejects.toThrow(/covariances\[0\] is not positive definite/);
  });

  test("priors below 1 are refused, priors above pull to uniform, and EM climbs the posterior", () =>
    using({ states: 2, emission: "categorical", symbols: 3, seed: 3 }, async (h) => {
      const y = [[0, 0, 0, 1, 0, 0, 0]];
      for (const name of ["startprob", "transmat", "emission"])
        await expect(h.fit(y, { prior: { [name]: 0.5 } })).rejects.toThrow(
          `hmm.fit: prior.${name} is 0.5, want a number of at least 1`,
        );
      const { history } = await h.fit(y, {
        prior: { startprob: 2, transmat: 3, emission: 1.5 },
        iterations: 50,
        tolerance: 0,
      });
      for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-9);
      // symbol 2 was never seen
      expect(Math.min(...h.parameters.emission.probabilities)).toBeGreaterThan(0.01);
    }));

  test("a million improbable steps do not underflow", () =>
    using(
      {
        states: 2,
        emission: "categorical",
        symbols: 2,
        startprob: [1, 0],
        transmat: [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
        emissionParameters: [
          [1e-12, 1 - 1e-12],
          [1e-12, 1 - 1e-12],
        ],
      },
      (h) => {
        close(h.logLikelihood([new Float64Array(1_000_000)]), 1e6 * Math.log(1e-12), { rel: 1e-12 });
      },
    ));

  test(
    "rows of -∞ make no NaN: what is impossible has log-likelihood -∞, and is named where a " +
      "posterior is asked for",
    () =>
      using(
        {
          states: 2,
          emission: "categorical",
          symbols: 2,
          startprob: [1, 0],
          transmat: [
            [1, 0],
            [0, 1],
          ],
          emissionParameters: [
            [1, 0],
            [0, 1],
          ],
        },
        async (h) => {
          expect(h.logLikelihood([[0, 0, 1]])).toBe(-Infinity);
          expect([
            ...h.score([
              [0, 0],
              [1, 0],
            ]),
          ]).toEqual([0, -Infinity]);
          expect(() => h.posterior([[0, 0, 1]])).toThrow(
            /hmm.posterior: sequence 0: step 2 is impossible in every state that can be reached/,
          );
          expect(() => h.viterbi([[0, 0, 1]])).toThrow(/every path is impossible/);
          await expect(h.fit([[0], [0, 1]])).rejects.toThrow(/hmm.fit: sequence 1: step 1 is impossible/);
        },
      ),
  );

  test(
    "a state that scaling would lose comes back: two chains that never mix, one 10^-2000 behind at " +
      "half time",
    () =>
      using(
        {
          states: 2,
          emission: "diagonal",
          startprob: [0.5, 0.5],
          transmat: [
            [1, 0],
            [0, 1],
          ],
          emissionParameters: { means: [[0], [10]], variances: [[1], [1]] },
        },
        (h) => {
          const y = [...new Array(100).fill(0), ...new Array(101).fill(10)];
          const half = (x: number): number =>
            y.reduce((s, v) => s - 0.5 * (v - x) ** 2 - 0.5 * Math.log(2 * Math.PI), 0);
          // state 1 explains one step more
          close(h.logLikelihood([y]), Math.log(0.5) + half(10), { rel: 1e-12 });
          close(h.posterior([y])[0].slice(0, 2), [Math.exp(-50), 1], { abs: 1e-12 });
          // after 200 steps both explain the same
          expect(h.predict([y])[0].states.slice(-2)[1]).toBeCloseTo(0.5, 6);
        },
      ),
  );

  test("a state that no path reaches makes no NaN, however well it would explain the data", () =>
    using(
      {
        states: 2,
        emission: "diagonal",
        startprob: [1, 0],
        transmat: [
          [1, 0],
          [0.5, 0.5],
        ],
        emissionParameters: { means: [[0], [10]], variances: [[1], [1]] },
      },
      async (h) => {
        const y = new Array(400).fill(10);
        close(
          h.posterior(y),
          y.flatMap(() => [1, 0]),
          { abs: 1e-15 },
        );
        await h.fit(y, { iterations: 3 });
        expect([...h.parameters.transmat]).toEqual([1, 0, 0.5, 0.5]);
      },
    ));

  test("the log-space recursion gives what the scaled one gives", () => {
    const K = 5;
    const r = random(3);
    const space = new ForwardBackward(engine, K);
    const start = Float64Array.from(distribution(r, K));
    const A = Float64Array.from(Array.from({ length: K }, () => distribution(r, K)).flat());
    const T = 40;
    const N = space.N;
    const log = (x: Float64Array, n: number): Float64Array => x.slice(0, n).map(Math.log);
    const logb = Float64Array.from({ length: T * N }, (_, i) => (i % N < K ? 3 * r.normal() : -Infinity));
    const setUp = (): Parameters<ForwardBackward["run"]>[2] => {
      space.load(start, A);
      space.begin();
      const ptr = space.arena.reals(T * N);
      engine.memory.reals(ptr, T * N).set(logb);
      return { logb: ptr, count: T, rows: 0 as never };
    };
    const scaled = space.run("test", T, setUp(), { counting: true });
    const gamma = space.take(scaled.gamma, T);
    const counts = space.counts();
    // with a forbidden transition that is never used, and an emission that loses the state, the same numbers
    // come by the other way
    const { memory, kernels: k } = engine;
    const room = space.arena;
    const put = (x: Float64Array): never => {
      const ptr = room.reals(x.length);
      memory.reals(ptr, x.length).set(x);
      return ptr as never;
    };
    const padded = (x: Float64Array, r: number): Float64Array =>
      Float64Array.from({ length: r * N }, (_, i) =>
        i % N < K && Math.floor(i / N) < K ? x[Math.floor(i / N) * K + (i % N)] : 0,
      );
    const logA = log(padded(A, N), N * N);
    const logAt = Float64Array.from({ length: N * N }, (_, i) => logA[(i % N) * N + Math.floor(i / N)]);
    const alpha = room.reals(T * N);
    const ll = room.reals(T);
    const g = room.reals(T * N);
    const c = put(new Float64Array(N * N));
    const scratch = room.reals(3 * N);
    expect(
      k.hmmLogForward(
        T,
        N,
        put(log(padded(start, 1), N)),
        put(logA),
        put(logb),
        0 as never,
        alpha,
        ll,
        scratch,
      ),
    ).toBe(0);
    k.hmmLogBackward(T, N, put(logA), put(logAt), put(logb), 0 as never, alpha, ll, g, c, scratch);
    close(space.take(g, T), gamma, { abs: 1e-13 });
    close(space.take(c, K), counts, { rel: 1e-12 });
    close(
      (memory.reals(ll, T) as Float64Array).reduce((a, b) => a + b, 0),
      scaled.logLikelihood,
      { rel: 1e-13 },
    );
    space.dispose();
  });

  test("sequences of length 1 are a mixture, and leave the transitions alone", () =>
    using({ states: 2, emission: "poisson", seed: 4 }, async (h) => {
      const before = h.parameters.transmat;
      await h.fit([[3], [0], [12], [15], [2]], { iterations: 0 });
      const drawn = h.parameters.transmat;
      await h.fit([[3], [0], [12], [15], [2]], { iterations: 10 });
      expect(h.parameters.transmat).toEqual(drawn);
      expect(before).toHaveLength(4);
    }));

  test("a bad start is helped by restarts: the best of several is kept", async () => {
    const truth = await hmm({
      states: 3,
      emission: "poisson",
      transmat: [
        [0.9, 0.05, 0.05],
        [0.05, 0.9, 0.05],
        [0.05, 0.05, 0.9],
      ],
      emissionParameters: [[2], [8], [20]],
    });
    const y = [truth.sample(400, { seed: 3 }).sequence];
    const fits = await Promise.all(
      [1, 5].map((restarts) =>
        using({ states: 3, emission: "poisson", seed: 8 }, (h) => h.fit(y, { restarts, iterations: 60 })),
      ),
    );
    expect(fits[1].logLikelihood).toBeGreaterThanOrEqual(fits[0].logLikelihood);
    expect(fits[1].logLikelihood).toBeGreaterThan(truth.logLikelihood(y) - 1);
    truth.dispose();
  });
});

describe("learning", () => {
  test.each(["categorical", "poisson", "gaussian", "diagonal"] as const)(
    "never lets the likelihood fall: %s, many sequences, values missing",
    (emission) => {
      const size = emission === "categorical" ? { symbols: 4 } : { dimension: 2 };
      const data = [11, 12, 13].map(
        (seed, i) => example(seed, emission, 2, emission === "categorical" ? 4 : 2, [12, 1, 20][i], 0.2).y,
      );
      return using({ states: 3, emission, ...size }, async (h) => {
        const { history, logLikelihood } = await h.fit(data, { iterations: 60, tolerance: 0 });
        for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-9);
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
    "states of one group share their emission, and EM still climbs: %s",
    (emission) => {
      const size = emission === "categorical" ? { symbols: 3 } : { dimension: 1 };
      const y = example(21, emission, 3, emission === "categorical" ? 3 : 1, 40).y;
      return using({ states: 4, emission, ...size, tie: [0, 1, 0, 1] }, async (h) => {
        const { history } = await h.fit([y], { iterations: 30, tolerance: 0 });
        for (let i = 1; i < history.length; ++i) expect(history[i] - history[i - 1]).toBeGreaterThan(-1e-9);
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

  test("samples have the emission's moments: symbols, counts large and small, correlated vectors", async () => {
    const mean = (x: Float64Array): number => x.reduce((a, b) => a + b, 0) / x.length;
    await using({ states: 1, emission: "poisson", emissionParameters: [[3.5]] }, (h) => {
      const { sequence } = h.sample(20_000);
      close(mean(sequence), 3.5, { abs: 3 * Math.sqrt(3.5 / 20_000) });
      close(mean(sequence.map((x) => (x - 3.5) ** 2)), 3.5, { abs: 0.2 });
    });
    await using({ states: 1, emission: "poisson", emissionParameters: [[1000]] }, (h) => {
      const { sequence } = h.sample(2000);
      close(mean(sequence), 1000, { abs: 3 * Math.sqrt(1000 / 2000) });
    });
    await using(
      {
        states: 1,
        emission: "gaussian",
        dimension: 2,
        emissionParameters: {
          means: [[1, 2]],
          covariances: [
            [
              [2, 1],
              [1, 3],
            ],
          ] as never,
        },
      },
      (h) => {
        const { sequence } = h.sample(20_000);
        const z = Float64Array.from(
          { length: 20_000 },
          (_, t) => (sequence[2 * t] - 1) * (sequence[2 * t + 1] - 2),
        );
        close(mean(z), 1, { abs: 3 * Math.sqrt(7 / 20_000) });
      },
    );
  });

  test("large counts have the right probabilities", () =>
    using({ states: 1, emission: "poisson", emissionParameters: [[250]] }, (h) => {
      let p = -250; // ln e^-250·250^y/y!, term by term
      for (let y = 1; y <= 260; ++y) p += Math.log(250 / y);
      close(h.logLikelihood([[260]]), p, { rel: 1e-12 });
      expect(h.logLikelihood([[2 ** 53]])).toBeLessThan(-1e17);
    }));

  test("stops when told, and goes on where it was", () =>
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
});

test("save and load give the same model, which goes on learning with the same bits", async () => {
  const { y } = example(31, "gaussian", 3, 2, 40, 0.1);
  const first = await hmm({
    states: 3,
    emission: "gaussian",
    dimension: 2,
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

test("one bare sequence has one answer, an array of them an array", () =>
  using({ states: 2, emission: "poisson", seed: 3 }, (h) => {
    const y = [1, 4, 2];
    expect([h.viterbi(y)]).toEqual(h.viterbi([y]));
    expect([h.posterior(Float64Array.from(y))]).toEqual(h.posterior([y]));
    expect([h.predict(y), h.predict(y)]).toEqual(h.predict([y, y]));
    expect([h.score(y)]).toEqual(h.score([y]));
    expect(h.score(y)).toBe(h.logLikelihood(y));
  }));

describe("misuse", () => {
  const base = { states: 2, emission: "categorical", symbols: 2 } as const;
  test.each<[string, unknown, RegExp]>([
    ["an unknown option", { ...base, transitions: 1 }, /hmm: unknown option "transitions"/],
    ["no states", { emission: "poisson" }, /hmm: states is undefined/],
    [
      "an unknown emission",
      { states: 2, emission: "normal" },
      /hmm: emission is "normal", want one of categorical, gaussian, diagonal, poisson/,
    ],
    ["no symbols", { states: 2, emission: "categorical" }, /hmm: symbols is undefined/],
    [
      "symbols of reals",
      { states: 2, emission: "gaussian", symbols: 3 },
      /hmm: symbols were given, want dimension with gaussian emissions/,
    ],
    [
      "a row that does not sum to 1",
      {
        ...base,
        transmat: [
          [0.5, 0.4],
          [0.5, 0.5],
        ],
      },
      /hmm: transmat: row 0 sums to 0.9, want 1/,
    ],
    [
      "a negative probability",
      { ...base, startprob: [1.5, -0.5] },
      /row 0, entry 0 is 1.5, want a number from 0 to 1/,
    ],
    ["a matrix of another shape", { ...base, transmat: [[1]] }, /transmat: row 0 has 1 numbers, want 2/],
    [
      "parameters of another kind",
      { ...base, emissionParameters: { rates: [[1], [2]] } },
      /emissionParameters: unknown option "rates", want one of probabilities/,
    ],
    [
      "half the parameters",
      { states: 1, emission: "diagonal", emissionParameters: { means: [[0]] } },
      /emissionParameters: variances is missing/,
    ],
    [
      "a variance of 0",
      { states: 1, emission: "diagonal", emissionParameters: { means: [[0]], variances: [[0]] } },
      /variances: number 0 is 0, want more than 0/,
    ],
    [
      "a negative rate",
      { states: 1, emission: "poisson", emissionParameters: [[-1]] },
      /rates: number 0 is -1, want at least 0/,
    ],
    [
      "a left-right chain that goes back",
      {
        ...base,
        topology: "left-right",
        transmat: [
          [0.5, 0.5],
          [0.1, 0.9],
        ],
      },
      /hmm: transmat: row 1, entry 0 is 0.1, want 0 in a left-right chain; leave topology out/,
    ],
    [
      "a left-right chain that starts elsewhere",
      { ...base, topology: "left-right", startprob: [0.5, 0.5] },
      /hmm: startprob: entry 1 is 0.5, want 0 in a left-right chain/,
    ],
    [
      "covariances of null",
      { states: 1, emission: "gaussian", emissionParameters: { means: [[0]], covariances: null } },
      /emissionParameters: covariances is null, want 1 matrices \[1,1\], one for each state/,
    ],
    ["a tie of another length", { ...base, tie: [0] }, /tie has 1 entries, want 2/],
  ])("%s is named", async (_, spec, message) => {
    await expect(hmm(spec as HmmSpec)).rejects.toThrow(message);
  });

  test("wrong data are named before anything changes", () =>
    using(base, async (h) => {
      const before = h.parameters;
      expect(() => h.logLikelihood([[0, 2]])).toThrow(
        /hmm.logLikelihood: sequence 0: step 1, value 0 is 2, want a symbol, a whole number from 0 to 1, or NaN where missing/,
      );
      expect(() => h.viterbi([])).toThrow(/no sequences/);
      expect(() => h.posterior([[0], []])).toThrow(/sequence 1 has no steps/);
      await expect(h.fit([[0, 1]], { restart: 3 } as never)).rejects.toThrow(/unknown option "restart"/);
      await expect(h.fit([[0, 0.5]])).rejects.toThrow(/value 0 is 0.5/);
      expect(h.parameters).toEqual(before);
      await expect(h.fit([[0, 1]], null as never)).rejects.toThrow(
        /hmm.fit: options are null, want an object/,
      );
      expect(() => h.forecast(2, null as never)).toThrow(/hmm.forecast: options are null, want an object/);
      await using({ states: 2, emission: "poisson" }, (p) =>
        expect(() => p.score([[-1]])).toThrow(/is -1, want a count/),
      );
      const gone = await hmm(base);
      gone.dispose();
      gone.dispose();
      expect(() => gone.viterbi([[0]])).toThrow(/hmm.viterbi: the model was disposed/);
    }));

  test("random and adversarial inputs give finite numbers, -∞ or a clear error, never NaN", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, -1, 1e-300, 1e154, 1e300, NaN),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 10 }),
        fc.constantFrom("gaussian", "diagonal"),
        fc.constantFrom("ergodic", "left-right"),
        async (y, emission, topology) => {
          await using({ states: 3, emission, dimension: 2, topology }, async (h) => {
            try {
              expect(h.logLikelihood([y])).not.toBeNaN();
              const { logLikelihood } = await h.fit([y], { iterations: 3 });
              expect(Number.isFinite(logLikelihood)).toBe(true);
              const { transmat, startprob, emission: e } = h.parameters;
              for (const x of [
                ...transmat,
                ...startprob,
                ...Object.values(e).flatMap((a) => [...a]),
                ...h.posterior([y])[0],
              ])
                expect(Number.isFinite(x)).toBe(true);
            } catch (error) {
              expect((error as Error).message).toMatch(
                /too large|impossible|not positive|badly scaled|did not converge/,
              );
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

test.each(["categorical", "poisson"] as const)(
  "random and adversarial %s inputs give finite numbers, -∞ or a clear error, never NaN",
  async (emission) => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(0, 3, 4, -1, 0.5, 1e15, 2 ** 53, 1e300, NaN, Infinity),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 10 }),
        fc.constantFrom("ergodic", "left-right"),
        fc.boolean(),
        async (y, topology, tie) => {
          await using(
            {
              states: 3,
              emission,
              topology,
              ...(emission === "categorical" ? { symbols: 4 } : {}),
              ...(tie ? { tie: [0, 1, 0] } : {}),
            },
            async (h) => {
              try {
                expect(h.logLikelihood(y)).not.toBeNaN();
                const { logLikelihood } = await h.fit(y, { iterations: 3 });
                expect(Number.isFinite(logLikelihood)).toBe(true);
                const { transmat, startprob, emission: e } = h.parameters;
                for (const x of [
                  ...transmat,
                  ...startprob,
                  ...Object.values(e).flatMap((a) => [...a]),
                  ...h.posterior(y),
                  ...h.predict(y).states,
                ])
                  expect(Number.isFinite(x)).toBe(true);
              } catch (error) {
                expect((error as Error).message).toMatch(
                  /hmm\.\w+: .*(want a symbol|want a count|impossible|too large|badly scaled)/,
                );
              }
            },
          );
        },
      ),
      { numRuns: 60 },
    );
  },
);

test("the comparison sees a planted error", () => {
  const { spec, y, density } = cases[0][1];
  const want = enumerate(
    { start: spec.startprob as number[], A: spec.transmat as number[][] },
    y.map((row) => [0, 1, 2].map((k) => density(k, row))),
  );
  const wrong = want.posterior.flat();
  wrong[4] += 1e-8;
  expect(excess(wrong, want.posterior.flat(), ORACLE)).toBeGreaterThan(0);
});
