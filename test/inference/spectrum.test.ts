import { expect, test } from "vitest";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { RidgeSums } from "../../src/inference/ridge.ts";
import { krylovRadius, spectralRadius, spectrum } from "../../src/inference/spectrum.ts";
import { Random } from "../../src/wasm/random.ts";

const wasm = await inferenceEngine();
const random = new Random(wasm, 5);
const tight = 1e-12; // relative, for matrices of a few units to a few hundred

/** out = A·v on plain numbers. */
const product =
  (n: number, A: ArrayLike<number>) =>
  (v: never, out: never): void => {
    const x = wasm.memory.reals(v, n).slice();
    const y = wasm.memory.reals(out, n);
    for (let i = 0; i < n; ++i) {
      y[i] = 0;
      for (let j = 0; j < n; ++j) y[i] += A[i * n + j] * x[j];
    }
  };

test("a rotation by θ scaled by r has eigenvalues r·exp(±iθ)", () => {
  const c = 0.9 * Math.cos(0.3);
  const s = 0.9 * Math.sin(0.3);
  const { re, im } = spectrum(wasm, 2, [c, -s, s, c]);
  [
    [re[0], c],
    [re[1], c],
    [im[0], s],
    [im[1], -s],
  ].forEach(([got, want]) => expect(Math.abs(got - want)).toBeLessThan(tight));
  expect(Math.abs(spectralRadius(wasm, 2, [c, -s, s, c]) - 0.9)).toBeLessThan(tight);
});

test(
  "Krylov spaces find the radius that all eigenvalues give, of random, defective, unit and zero " +
    "matrices",
  () => {
    for (const n of [1, 5, 150]) {
      const A = Float64Array.from({ length: n * n }, () => random.normal());
      const start = Float64Array.from({ length: n }, () => random.normal());
      const want = spectralRadius(wasm, n, A);
      expect(Math.abs(krylovRadius(wasm, n, product(n, A) as never, start) / want - 1)).toBeLessThan(1e-9);
    }
    // a double eigenvalue is known to √ε
    expect(Math.abs(krylovRadius(wasm, 2, product(2, [2, 1, 0, 2]) as never, [1, 1]) - 2)).toBeLessThan(1e-7);
    expect(krylovRadius(wasm, 3, product(3, [1, 0, 0, 0, 1, 0, 0, 0, 1]) as never, [1, 2, 3])).toBeCloseTo(
      1,
      12,
    );
    expect(krylovRadius(wasm, 2, product(2, [0, 0, 0, 0]) as never, [1, 2])).toBe(0);
  },
);

test("a matrix that is not finite is an error", () => {
  expect(() => spectrum(wasm, 2, [1, NaN, 0, 1])).toThrow(/spectrum: 2 of 2/);
});

test("ridge regression from sums equals the normal equations solved by elimination", () => {
  const R = 300;
  const D = 150;
  const O = 2;
  const lambda = 0.3;
  const Z = Float64Array.from({ length: R * D }, () => random.normal());
  const Y = Float64Array.from({ length: R * O }, () => random.normal());
  const sums = new RidgeSums(wasm, D, O, 100);
  const z = wasm.memory.allocate(8 * 100 * D);
  const y = wasm.memory.allocate(8 * 100 * O);
  const w = wasm.memory.allocate(8 * D * O);
  for (let r = 0; r < R; r += 100) {
    wasm.memory.reals(z, 100 * D).set(Z.subarray(r * D, (r + 100) * D));
    wasm.memory.reals(y, 100 * O).set(Y.subarray(r * O, (r + 100) * O));
    sums.add(100, z, y);
  }
  sums.solve(lambda, w);
  const W = wasm.memory.reals(w, D * O);
  for (let i = 0; i < D; ++i)
    for (let o = 0; o < O; ++o) {
      // (ZᵀZ + λI)W - ZᵀY = 0
      let residual = lambda * W[i * O + o];
      for (let r = 0; r < R; ++r) {
        let e = -Y[r * O + o];
        for (let d = 0; d < D; ++d) e += Z[r * D + d] * W[d * O + o];
        residual += Z[r * D + i] * e;
      }
      expect(Math.abs(residual)).toBeLessThan(1e-9);
    }
  sums.clear();
  expect(() => sums.solve(1, w)).toThrow(/no rows/);
  wasm.memory.reals(z, 2 * D).fill(1);
  sums.add(2, z, y);
  expect(() => sums.solve(0, w)).toThrow(/not positive at column \d+ of 150; use a larger ridge/);
  sums.dispose();
});
