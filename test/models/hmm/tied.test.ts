/** One covariance for all states: densities and moments are those of the definition, far from 0 too. */
import { afterAll, expect, test } from "vitest";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { Algebra } from "../../../src/inference/matrix.ts";
import { put } from "../../../src/models/hmm/emissions/entries.ts";
import { tiedLogDensity, tiedMoments } from "../../../src/models/hmm/emissions/tied-gaussians.ts";
import { Arena } from "../../../src/wasm/memory.ts";
import { Random } from "../../../src/wasm/random.ts";
import { close } from "../../close.ts";

const engine = await inferenceEngine();
const algebra = new Algebra(engine);
const arena = new Arena(engine.memory);
afterAll(() => {
  arena.dispose();
  algebra.dispose();
});
const [T, D, K, N] = [70, 3, 5, 8];

/** Rows about one of two means each, γ [T,N] of 0 beyond K, all of it from a seed. */
function drawn(far: number): { y: Float64Array; gamma: Float64Array; means: Float64Array } {
  const random = new Random(engine, 3, 0);
  const means = Float64Array.from({ length: K * D }, () => far + 10 * random.normal());
  const y = Float64Array.from({ length: T * D }, (_, i) => means[i % (2 * D)] + random.normal());
  const gamma = new Float64Array(T * N);
  for (let t = 0; t < T; ++t) {
    const w = Array.from({ length: K }, () => random.uniform() ** 4);
    const sum = w.reduce((a, b) => a + b);
    w.forEach((x, k) => (gamma[t * N + k] = x / sum));
  }
  return { y, gamma, means };
}

test.each([0, 1e8])("moments of data about %d are those of the definition", (far) => {
  const { y, gamma, means } = drawn(far);
  const rows = { T, D, K, N, data: put(arena, y), means };
  const { weight, first, second } = tiedMoments(engine, arena, rows, put(arena, gamma));
  const sums = { weight: new Float64Array(K), first: new Float64Array(K * D), all: new Float64Array(D * D) };
  for (let t = 0; t < T; ++t)
    for (let k = 0; k < K; ++k) {
      const g = gamma[t * N + k];
      const gap = Float64Array.from({ length: D }, (_, d) => y[t * D + d] - means[k * D + d]);
      sums.weight[k] += g;
      gap.forEach((x, d) => (sums.first[k * D + d] += g * x));
      sums.all.forEach((_, i) => (sums.all[i] += g * gap[Math.floor(i / D)] * gap[i % D]));
    }
  const rel = far > 0 ? 1e-7 : 1e-12; // at 1e8 a value has 8 digits behind its unit
  close(weight, sums.weight, { rel: 1e-12 });
  close(first, sums.first, { rel });
  const pooled = sums.all.map((_, i) => second.reduce((a, x, at) => (at % (D * D) === i ? a + x : a), 0));
  close(pooled, sums.all, { rel });
});

test("log-densities are those of the definition, and a row's do not depend on its neighbors", () => {
  const { y, means } = drawn(0);
  const S = Float64Array.of(2, 0.5, 0, 0.5, 1, 0.3, 0, 0.3, 1.5);
  const of = (from: number, rows: number): Float64Array => {
    const out = arena.reals(rows * N);
    const data = put(arena, y.slice(from * D, (from + rows) * D));
    tiedLogDensity(algebra, arena, { T: rows, D, K, N, data, means }, { S, out });
    return new Float64Array(engine.memory.reals(out, rows * N));
  };
  const all = of(0, T);
  const L = algebra.cholesky("test", D, S);
  const logDet = algebra.log(L.filter((_, i) => i % (D + 1) === 0)).reduce((a, x) => a + x, 0);
  for (const t of [0, 7, T - 1]) {
    expect(of(t, 1).slice(0, K)).toEqual(all.slice(t * N, t * N + K));
    for (let k = 0; k < K; ++k) {
      const gap = Float64Array.from({ length: D }, (_, d) => y[t * D + d] - means[k * D + d]);
      const z = algebra.solveLower(D, 1, L, gap);
      const want = -0.5 * (D * 1.8378770664093453 + z.reduce((a, x) => a + x * x, 0)) - logDet;
      close(all[t * N + k], want, { rel: 1e-12 });
    }
  }
});
