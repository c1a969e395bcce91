/**
 * Small hidden Markov models with data and plainly written densities, and a model that is disposed after use.
 */
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import type { Hmm } from "../../../src/models/hmm/model.ts";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { Random } from "../../../src/wasm/random.ts";
import { enumerate, type Chain, type Enumerated } from "../../reference/hmm.ts";
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

export const engine = await inferenceEngine();
/** Sums of a few products of doubles against the same sums in another order. */
export const ORACLE = { rel: 1e-10, abs: 1e-10 };

/** Sets a model up, uses it, disposes it. */
export async function using<T>(spec: HmmSpec, use: (h: Hmm) => T | Promise<T>): Promise<T> {
  const h = await hmm(spec);
  try {
    return await use(h);
  } finally {
    h.dispose();
  }
}

export const random = (seed: number): Random => new Random(engine, seed);

/** n probabilities, none near 0. */
export const distribution = (r: Random, n: number): number[] => {
  const x = Array.from({ length: n }, () => r.uniform() + 0.05);
  const s = x.reduce((a, b) => a + b, 0);
  return x.map((v) => v / s);
};

/** A model, a sequence, and the density of each step. */
export interface Case {
  readonly spec: HmmSpec;
  readonly y: number[][];
  density(k: number, y: number[]): number;
}

/** The density of a Gaussian, missing entries integrated out. */
export function gaussianDensity(mean: number[], S: Matrix, y: number[]): number {
  const seen = y.map((_, i) => i).filter((i) => !Number.isNaN(y[i]));
  if (seen.length === 0) return 1;
  const e = seen.map((i) => [y[i] - mean[i]]);
  const { X, logDet } = solve(part(S, seen, seen), e);
  return Math.exp(-0.5 * (seen.length * Math.log(2 * Math.PI) + logDet + multiply(transpose(e), X)[0][0]));
}

/** e^-rate·rate^y/y! */
export function poissonDensity(rate: number, y: number): number {
  let p = Math.exp(-rate);
  for (let i = 1; i <= y; ++i) p *= rate / i;
  return p;
}

/** What a case draws from. */
interface Draws {
  readonly r: Random;
  readonly K: number;
  readonly D: number;
  readonly T: number;
  readonly chain: Pick<HmmSpec, "states" | "startprob" | "transmat">;
  hole(x: number): number;
  normals(n: number): number[];
}

const array = <X>(length: number, make: () => X): X[] => Array.from({ length }, make);

function symbols({ r, K, D, T, chain, hole }: Draws): Case {
  const B = array(K, () => distribution(r, D));
  return {
    spec: { ...chain, emission: "categorical", symbols: D, emissionParameters: B },
    y: array(T, () => [hole(r.integer(0, D - 1))]),
    density: (k, [m]) => (Number.isNaN(m) ? 1 : B[k][m]),
  };
}

function counts({ r, K, D, T, chain, hole }: Draws): Case {
  const rates = array(K, () => array(D, () => 8 * r.uniform()));
  return {
    spec: { ...chain, emission: "poisson", output: D, emissionParameters: { rates } },
    y: array(T, () => array(D, () => hole(r.integer(0, 9)))),
    density: (k, y) => y.reduce((p, x, d) => p * (Number.isNaN(x) ? 1 : poissonDensity(rates[k][d], x)), 1),
  };
}

function vectors(emission: "gaussian" | "diagonal", { K, D, T, chain, hole, normals }: Draws): Case {
  const means = array(K, () => normals(D).map((x) => 2 * x));
  const y = array(T, () => normals(D).map((x) => hole(2 * x)));
  const full = array(K, () => {
    const L = rows(normals(D * D), D);
    return add(multiply(L, transpose(L)), identity(D), 0.3);
  });
  const variances = full.map((S) => S.map((row, i) => row[i]));
  if (emission === "diagonal")
    return {
      spec: { ...chain, emission, output: D, emissionParameters: { means, variances } },
      y,
      density: (k, row) => {
        const S = identity(D).map((unit, i) => unit.map((v) => v * variances[k][i]));
        return gaussianDensity(means[k], S, row);
      },
    };
  return {
    spec: { ...chain, emission, output: D, emissionParameters: { means, covariances: full } },
    y,
    density: (k, row) => gaussianDensity(means[k], full[k], row),
  };
}

/** K states, D values or symbols, T steps; `holes`: the share of missing entries. */
export interface Size {
  readonly K: number;
  readonly D: number;
  readonly T: number;
  readonly holes?: number;
}

/** A case drawn from a seed. */
export function example(
  seed: number,
  emission: "categorical" | "poisson" | "gaussian" | "diagonal",
  { K, D, T, holes = 0 }: Size,
): Case {
  const r = random(seed);
  const startprob = distribution(r, K);
  const chain = { states: K, startprob, transmat: array(K, () => distribution(r, K)) };
  const draws: Draws = {
    r,
    K,
    D,
    T,
    chain,
    hole: (x) => (r.uniform() < holes ? NaN : x),
    normals: (n) => array(n, () => r.normal()),
  };
  if (emission === "categorical") return symbols(draws);
  return emission === "poisson" ? counts(draws) : vectors(emission, draws);
}

/** Cases small enough to enumerate, by what is special about them. */
export const cases: Record<string, Case> = {
  symbols: example(1, "categorical", { K: 3, D: 4, T: 6 }),
  "symbols, some missing": example(2, "categorical", { K: 4, D: 3, T: 6, holes: 0.4 }),
  "one state": example(3, "categorical", { K: 1, D: 3, T: 5 }),
  counts: example(4, "poisson", { K: 3, D: 2, T: 5, holes: 0.3 }),
  vectors: example(5, "gaussian", { K: 3, D: 2, T: 6 }),
  "vectors with entries missing": example(6, "gaussian", { K: 2, D: 3, T: 8, holes: 0.4 }),
  "independent values with entries missing": example(7, "diagonal", { K: 3, D: 3, T: 6, holes: 0.3 }),
  "six states": example(8, "diagonal", { K: 6, D: 1, T: 5 }),
  "one step": example(9, "gaussian", { K: 3, D: 1, T: 1 }),
  "nothing observed": example(10, "poisson", { K: 2, D: 1, T: 4, holes: 1 }),
};

/** The chain of a case in plain arrays. */
export const chainOf = ({ spec }: Case): Chain => ({
  start: spec.startprob as number[],
  A: spec.transmat as number[][],
});

/** p(y_t | state) [T][K]. */
export const densitiesOf = ({ spec, y, density }: Case): number[][] =>
  y.map((row) => Array.from({ length: spec.states }, (_, k) => density(k, row)));

/** All paths of a case. */
export const enumerated = (c: Case): Enumerated => enumerate(chainOf(c), densitiesOf(c));

/** Whether a history of EM never falls, up to rounding of its sums. */
export const neverFalls = (history: readonly number[], slack = 1e-9): boolean =>
  history.every((value, i) => i === 0 || value - history[i - 1] > -slack);
