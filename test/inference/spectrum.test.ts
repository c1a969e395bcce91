import { expect, test } from "vitest";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
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
