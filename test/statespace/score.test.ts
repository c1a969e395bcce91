/** The gradient of a state-space model's likelihood, which is exact, beside differences of the likelihood. */
import { expect, test } from "vitest";
import "../../src/index.ts";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { Kalman } from "../../src/inference/kalman.ts";
import type { Series } from "../../src/inference/state-space.ts";
import { StateSpaceEstimation } from "../../src/statespace/estimation.ts";
import { readSpec, type StateSpaceSpec } from "../../src/statespace/spec.ts";
import { close, excess } from "../close.ts";

/** A series that wanders, with gaps. */
const wandering = (T: number, p: number, gaps = true): Float64Array =>
  Float64Array.from({ length: T * p }, (_, k) =>
    gaps && (k % 7 === 3 || (k > 3 * p && k < 5 * p)) ? NaN : Math.sin(k * k) + Math.cos(0.3 * k),
  );
const driving = (T: number, m: number): Float64Array =>
  Float64Array.from({ length: T * m }, (_, k) => Math.cos(1.7 * k));

/** Differences of ln p of the sixth order. */
function differences(f: (x: Float64Array) => number, x: Float64Array, h = 2e-3): Float64Array {
  return x.map((_, i) => {
    const by = (k: number): number => {
      const at = (s: number): number => f(x.map((v, j) => v + (i === j ? s * h : 0)));
      return (at(k) - at(-k)) / (2 * k * h);
    };
    return 1.5 * by(1) - 0.6 * by(2) + 0.1 * by(3);
  });
}

async function gradients(
  spec: StateSpaceSpec,
  data: readonly Series[],
): Promise<{ exact: Float64Array; apart: Float64Array }> {
  const kalman = new Kalman(await inferenceEngine());
  const estimation = new StateSpaceEstimation("test", kalman, readSpec("test", spec), data);
  const x = estimation.coordinates.start;
  const exact = estimation.gradient(x);
  const apart = differences((at) => estimation.logLikelihood(at), x);
  kalman.dispose();
  return { exact, apart };
}

const many: StateSpaceSpec = {
  state: 3,
  output: 2,
  input: 1,
  parameters: {
    phi: { between: [-1, 1], start: 0.6 },
    turn: { start: 0.4 },
    load: { start: 0.8 },
    b: { start: 0.5 },
    d: { start: -0.3 },
    q: { kind: "variance", start: 0.4 },
    r: { kind: "variance", start: 0.7 },
    s: { start: 0.2 },
    mean: { start: 1.5 },
    first: { kind: "variance", start: 2 },
  },
  system: ({ phi, turn, load, b, d, q, r, s, mean, first }) => ({
    A: [
      [phi, turn, 0],
      [-turn, phi * phi, 0.3],
      [0, 0, 0.9],
    ],
    B: [b, 0, b * d],
    C: [
      [1, load, 0],
      [load * load, 0, 1],
    ],
    D: [d, 1],
    Q: [
      [q, 0.1 * q, 0],
      [0.1 * q, 1, 0],
      [0, 0, 0.2],
    ],
    R: [
      [r, s],
      [s, 1 + s * s],
    ],
    stateIntercept: [0, mean, 0],
    outputIntercept: [mean, 0],
    initial: {
      mean: [mean, 0, 1],
      covariance: [
        [first, 0.2, 0],
        [0.2, 1, 0],
        [0, 0, 1],
      ],
    },
  }),
};

/** The same with another start, or with noises that correlate. */
const other = (more: object): StateSpaceSpec => ({
  ...many,
  system: (parameters, step) => ({ ...many.system(parameters, step), ...more }),
});
const small = 0.2;

const systems: [string, StateSpaceSpec][] = [
  ["inputs, intercepts, gaps, noises of the outputs that correlate", many],
  ["a diffuse start", other({ initial: "diffuse" })],
  ["a stationary start", other({ initial: "stationary" })],
  ["a start diffuse in part", other({ initial: { diffuse: [1], covariance: [1, 0, 0, 0, 0, 0, 0, 0, 3] } })],
  ["noises of state and outputs that correlate", other({ S: [small, 0, 0, 0.1, 0, small] })],
  [
    "all of it, diffuse, from step to step",
    {
      ...many,
      varying: true,
      system: (parameters, { t, input }) => {
        const given = many.system(parameters, { t, input });
        return {
          ...given,
          A: [
            [parameters.phi / (1 + (t % 3)), parameters.turn, 0],
            [-parameters.turn, 0.5, input[0]],
            [0, 0, 0.9],
          ],
          Q: [parameters.q * (1 + (t % 2)), 0, 0, 0, 1, 0, 0, 0, 0.2],
          S: [small, 0, 0, 0.1, 0, small],
          initial: "diffuse",
        };
      },
    },
  ],
];

test.each(systems)("the gradient is that of differences: %s", async (_, spec) => {
  const data = [23, 12].map((T) => ({ y: wandering(T, 2), u: driving(T, 1) }));
  const { exact, apart } = await gradients(spec, data);
  // differences of sixth order leave about 1e-11
  close(exact, apart, { rel: 1e-9 });
  const planted = exact.map((x, i) => (i === 5 ? x * (1 + 1e-6) : x));
  expect(excess(planted, apart, { rel: 1e-9 })).toBeGreaterThan(0);
});

test("so it is with one output, 13 states and a season", async () => {
  const season: StateSpaceSpec = {
    state: 13,
    output: 1,
    parameters: { level: "variance", season: "variance", damping: { start: 0.9 }, noise: "variance" },
    system: ({ level, season: q, damping, noise }) => ({
      A: Array.from({ length: 13 }, (_, i) =>
        Array.from({ length: 13 }, (__, j) => {
          if (i < 2) return j < 2 ? [1, 1, 0, damping][2 * i + j] : 0;
          if (i === 2) return j < 2 ? 0 : -1;
          return Number(j === i - 1);
        }),
      ),
      C: [Array.from({ length: 13 }, (_, j) => Number(j === 0 || j === 2))],
      Q: Array.from({ length: 13 }, (_, i) =>
        Array.from({ length: 13 }, (__, j) => (i === j && i < 3 ? [level, 0.1, q][i] : 0)),
      ),
      R: noise,
    }),
  };
  const { exact, apart } = await gradients(season, [{ y: wandering(60, 1) }]);
  close(exact, apart, { rel: 1e-8 });
});
