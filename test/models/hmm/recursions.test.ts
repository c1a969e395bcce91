/** The log-space recursion against the scaled one, on one workspace. */
import { expect, test } from "vitest";
import { ForwardBackward } from "../../../src/inference/forward-backward.ts";
import type { Ptr } from "../../../src/wasm/kernels.ts";
import { NULL } from "../../../src/wasm/kernels.ts";
import { close } from "../../close.ts";
import { distribution, engine, random } from "./builders.ts";

const K = 5;
const T = 40;
const { memory, kernels: k } = engine;

/** A chain of K states, and log densities [T,N] of it. */
function chain(N: number): { start: Float64Array; A: Float64Array; logb: Float64Array } {
  const r = random(3);
  const start = Float64Array.from(distribution(r, K));
  const A = Float64Array.from(Array.from({ length: K }, () => distribution(r, K)).flat());
  const logb = Float64Array.from({ length: T * N }, (_, i) => (i % N < K ? 3 * r.normal() : -Infinity));
  return { start, A, logb };
}

const log = (x: Float64Array): Float64Array => x.map(Math.log);
/** A matrix of K columns with rows of N, and as many rows; what is beyond is 0. */
const padded = (x: Float64Array, rows: number, N: number): Float64Array =>
  Float64Array.from({ length: rows * N }, (_, i) => {
    const row = Math.floor(i / N);
    const column = i % N;
    return column < K && row < K ? x[row * K + column] : 0;
  });
const transposed = (x: Float64Array, N: number): Float64Array =>
  Float64Array.from({ length: N * N }, (_, i) => x[(i % N) * N + Math.floor(i / N)]);

/** The recursion in log space, by its kernels: posterior, counts of transitions, log-likelihood. */
function inLogSpace(space: ForwardBackward, { start, A, logb }: ReturnType<typeof chain>) {
  const { N, arena } = space;
  const put = (x: Float64Array): Ptr => {
    const ptr = arena.reals(x.length);
    memory.reals(ptr, x.length).set(x);
    return ptr;
  };
  const logA = log(padded(A, N, N));
  const start0 = put(log(padded(start, 1, N)));
  const along = put(logA);
  const back = put(transposed(logA, N));
  const b = put(logb);
  const alpha = arena.reals(T * N);
  const ll = arena.reals(T);
  const gamma = arena.reals(T * N);
  const counts = put(new Float64Array(N * N));
  const scratch = arena.reals(3 * N);
  expect(k.hmmLogForward(T, N, start0, along, b, NULL, alpha, ll, scratch)).toBe(0);
  k.hmmLogBackward(T, N, along, back, b, NULL, alpha, ll, gamma, counts, scratch);
  return {
    gamma: space.chain.take(gamma, T),
    counts: space.chain.take(counts, K),
    logLikelihood: (memory.reals(ll, T) as Float64Array).reduce((a, x) => a + x, 0),
  };
}

test("the log-space recursion gives what the scaled one gives", () => {
  const space = new ForwardBackward(engine, K);
  const model = chain(space.N);
  space.load(model.start, model.A);
  space.reset();
  const logb = space.arena.reals(T * space.N);
  memory.reals(logb, T * space.N).set(model.logb);
  const scaled = space.smooth("test", T, { logb, count: T, rows: NULL }, { counting: true });
  const gamma = space.chain.take(scaled.gamma, T);
  const counts = space.counts();
  const logs = inLogSpace(space, model);
  close(logs.gamma, gamma, { abs: 1e-13 });
  close(logs.counts, counts, { rel: 1e-12 });
  close(logs.logLikelihood, scaled.logLikelihood, { rel: 1e-13 });
  space.dispose();
});
