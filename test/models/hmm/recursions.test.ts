/** The log-space recursion against the scaled one, on one workspace. */
import { expect, test } from "vitest";
import { ForwardBackward } from "../../../src/inference/forward-backward.ts";
import { close } from "../../close.ts";
import { distribution, engine, random } from "./builders.ts";

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
  const setUp = (): Parameters<ForwardBackward["smooth"]>[2] => {
    space.load(start, A);
    space.reset();
    const ptr = space.arena.reals(T * N);
    engine.memory.reals(ptr, T * N).set(logb);
    return { logb: ptr, count: T, rows: 0 as never };
  };
  const scaled = space.smooth("test", T, setUp(), { counting: true });
  const gamma = space.chain.take(scaled.gamma, T);
  const counts = space.counts();
  // with a forbidden transition that is never used, and an emission that loses the state, the same numbers
  // come by the other way
  const { memory, kernels: k } = engine;
  const arena = space.arena;
  const put = (x: Float64Array): never => {
    const ptr = arena.reals(x.length);
    memory.reals(ptr, x.length).set(x);
    return ptr as never;
  };
  const padded = (x: Float64Array, r: number): Float64Array =>
    Float64Array.from({ length: r * N }, (_, i) =>
      i % N < K && Math.floor(i / N) < K ? x[Math.floor(i / N) * K + (i % N)] : 0,
    );
  const logA = log(padded(A, N), N * N);
  const logAt = Float64Array.from({ length: N * N }, (_, i) => logA[(i % N) * N + Math.floor(i / N)]);
  const alpha = arena.reals(T * N);
  const ll = arena.reals(T);
  const g = arena.reals(T * N);
  const c = put(new Float64Array(N * N));
  const scratch = arena.reals(3 * N);
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
  close(space.chain.take(g, T), gamma, { abs: 1e-13 });
  close(space.chain.take(c, K), counts, { rel: 1e-12 });
  close(
    (memory.reals(ll, T) as Float64Array).reduce((a, b) => a + b, 0),
    scaled.logLikelihood,
    { rel: 1e-13 },
  );
  space.dispose();
});
