/** Matrix algebra by its defining identities, and against plain elimination. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { Algebra } from "../../src/inference/matrix.ts";
import { leastSquares } from "../../src/inference/least-squares.ts";
import { Matrix as MatrixValue } from "../../src/inference/matrix-value.ts";
import { spectrum } from "../../src/inference/spectrum.ts";
import { Arena } from "../../src/wasm/memory.ts";
import { Random } from "../../src/wasm/random.ts";
import { close, excess } from "../close.ts";
import { add, identity, multiply, rows, solve, transpose, type Matrix } from "../reference/matrix.ts";

const engine = await inferenceEngine();
const algebra = new Algebra(engine);
afterAll(() => algebra.dispose());
const ROUNDING = { rel: 1e-12, abs: 1e-12 };

const of = (M: Matrix): MatrixValue =>
  new MatrixValue(algebra, M.length, M[0].length, Float64Array.from(M.flat()));

/** Q [m,n] and R [n,n] of A [m,n], by the kernels. */
function qr(m: number, n: number, A: number[]): { Q: Float64Array; R: Float64Array } {
  const { kernels, memory } = engine;
  const arena = new Arena(memory);
  const [a, beta, work, q] = [m * n, n, n, m * n].map((size) => arena.reals(size));
  memory.reals(a, m * n).set(A);
  kernels.householderQR(m, n, a, beta, work);
  const reduced = Float64Array.from(memory.reals(a, m * n));
  const identity = memory.reals(q, m * n).fill(0);
  for (let i = 0; i < n; ++i) identity[i * n + i] = 1;
  kernels.applyReflections(m, n, a, beta, n, q, 0, work);
  const Q = Float64Array.from(memory.reals(q, m * n));
  arena.dispose();
  const R = reduced.slice(0, n * n).map((x, k) => (k % n >= Math.floor(k / n) ? x : 0));
  return { Q, R };
}

const draw = (seed: number, m: number, n: number): Matrix => {
  const random = new Random(engine, seed);
  return Array.from({ length: m }, () => Array.from({ length: n }, () => random.normal()));
};
const positive = (seed: number, n: number): Matrix => {
  const L = draw(seed, n, n);
  return add(multiply(L, transpose(L)), identity(n), 0.1);
};
const sizes = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  m: fc.integer({ min: 1, max: 21 }),
  n: fc.integer({ min: 1, max: 21 }),
  k: fc.integer({ min: 1, max: 21 }),
});

test("products equal the triple loop at every remainder", () => {
  fc.assert(
    fc.property(sizes, ({ seed, m, n, k }) => {
      const A = draw(seed, m, k);
      const B = draw(seed + 1, k, n);
      close(algebra.multiply(m, k, n, A.flat(), B.flat()), multiply(A, B).flat(), ROUNDING);
    }),
    { numRuns: 60 },
  );
});

test("A = L·Lᵀ, A·(A⁻¹B) = B, ln |A| by elimination", () => {
  fc.assert(
    fc.property(sizes, ({ seed, n, k }) => {
      const A = positive(seed, n);
      const B = draw(seed + 1, n, k);
      const { X, logDet } = solve(A, B);
      const L = rows(algebra.cholesky("A", n, A.flat()), n);
      close(multiply(L, transpose(L)).flat(), A.flat(), ROUNDING);
      // condition number up to 1e4
      close(algebra.solve("A", n, k, A.flat(), B.flat()), X.flat(), { rel: 1e-8 });
      close(of(A).logDeterminant("A"), logDet, { rel: 1e-10, abs: 1e-10 });
    }),
    { numRuns: 60 },
  );
});

test("a singular matrix has a semidefinite factor and one solution of a consistent system", () => {
  const half = draw(5, 6, 3);
  const A = multiply(half, transpose(half));
  const B = multiply(A, draw(6, 6, 2));
  const X = rows(algebra.solveSemidefinite("A", 6, 2, A.flat(), B.flat()), 2);
  close(multiply(A, X).flat(), B.flat(), { rel: 1e-8 });
  expect(() => algebra.solve("covariance", 6, 2, [...A.flat().slice(0, 35), -1], B.flat())).toThrow(
    /covariance is not positive definite: pivot \d of 6/,
  );
});

test("Q has orthonormal columns, R is triangular, Q·R = A", () => {
  fc.assert(
    fc.property(sizes, ({ seed, m, n }) => {
      const M = Math.max(m, n);
      const A = draw(seed, M, n);
      const { Q, R } = qr(M, n, A.flat());
      const q = rows(Q, n);
      const r = rows(R, n);
      close(multiply(q, r).flat(), A.flat(), ROUNDING);
      close(multiply(transpose(q), q).flat(), identity(n).flat(), ROUNDING);
      r.forEach((row, i) => row.slice(0, i).forEach((v) => expect(v).toBe(0)));
    }),
    { numRuns: 60 },
  );
});

test("least squares leaves a residual at right angles to every regressor, as the normal equations do", () => {
  const X = draw(7, 30, 4);
  const Y = draw(8, 30, 2);
  const { solution, residual } = leastSquares("test", of(X), of(Y));
  const E = add(Y, multiply(X, rows(solution.data, 2)), -1);
  close(multiply(transpose(X), E).flat(), new Array(8).fill(0), { abs: 1e-12 });
  close(residual.data, multiply(transpose(E), E).flat(), ROUNDING);
  const normal = solve(multiply(transpose(X), X), multiply(transpose(X), Y)).X;
  close(solution.data, normal.flat(), ROUNDING);
  expect(() => leastSquares("ar", of(X.map(([a, b]) => [a, b, a + b, 1])), of(Y))).toThrow(
    /ar: regressor 2 depends on those before it/,
  );
});

test("symmetric eigenvectors are orthonormal and rebuild the matrix, values ascend", () => {
  fc.assert(
    fc.property(sizes, ({ seed, n }) => {
      const L = draw(seed, n, n);
      const A = add(L, transpose(L));
      const { values, vectors } = algebra.symmetricEigen("test", n, A.flat());
      const V = rows(vectors, n);
      close(
        multiply(
          transpose(V),
          V.map((row, i) => row.map((v) => v * values[i])),
        ).flat(),
        A.flat(),
        ROUNDING,
      );
      close(multiply(V, transpose(V)).flat(), identity(n).flat(), ROUNDING);
      expect([...values]).toEqual([...values].sort((a, b) => a - b));
    }),
    { numRuns: 40 },
  );
});

test("flooring the eigenvalues changes only those below the floor", () => {
  const A = [
    [4, 0, 0],
    [0, 1e-9, 0],
    [0, 0, 1],
  ];
  close(
    algebra.floorEigenvalues("test", 3, Float64Array.from(A.flat()), 0.5),
    [4, 0, 0, 0, 0.5, 0, 0, 0, 1],
    ROUNDING,
  );
  const kept = Float64Array.from(A.flat());
  expect(algebra.floorEigenvalues("test", 3, kept, 1e-10)).toBe(kept);
});

describe("eigenvalues of general matrices", () => {
  /** |det(A - λI)| relative to the size of its terms, by complex elimination. */
  const residue = (A: Matrix, re: number, im: number): number => {
    const n = A.length;
    const M = A.map((row, i) =>
      row.map((a, j) => [a - (i === j ? re : 0), i === j ? -im : 0] as [number, number]),
    );
    let smallest = Infinity;
    let scale = 0;
    for (let k = 0; k < n; ++k) {
      let p = k;
      for (let i = k; i < n; ++i) if (Math.hypot(...M[i][k]) > Math.hypot(...M[p][k])) p = i;
      [M[k], M[p]] = [M[p], M[k]];
      const [a, b] = M[k][k];
      const size = Math.hypot(a, b);
      smallest = Math.min(smallest, size);
      scale = Math.max(scale, size);
      if (size === 0) return 0;
      for (let i = k + 1; i < n; ++i) {
        const [c, d] = M[i][k];
        const f: [number, number] = [(c * a + d * b) / size ** 2, (d * a - c * b) / size ** 2];
        for (let j = k; j < n; ++j) {
          const [x, y] = M[k][j];
          M[i][j][0] -= f[0] * x - f[1] * y;
          M[i][j][1] -= f[0] * y + f[1] * x;
        }
      }
    }
    return smallest / scale;
  };

  test("make A - λI singular, come in conjugate pairs, and sum to the trace", () => {
    fc.assert(
      fc.property(sizes, ({ seed, n }) => {
        const A = draw(seed, n, n);
        const { re, im } = spectrum(engine, n, A.flat());
        for (let i = 0; i < n; ++i) {
          expect(residue(A, re[i], im[i])).toBeLessThan(1e-9);
          if (im[i] > 0) {
            expect(re[i + 1]).toBe(re[i]);
            expect(im[i + 1]).toBe(-im[i]);
          }
        }
        close(
          re.reduce((s, x) => s + x, 0),
          A.reduce((s, row, i) => s + row[i], 0),
          { abs: 1e-10 },
        );
      }),
      { numRuns: 40 },
    );
  });

  test("of a rotation, a permutation, a badly scaled and a defective matrix are known", () => {
    const c = Math.cos(0.3);
    const s = Math.sin(0.3);
    close(spectrum(engine, 2, [c, -s, s, c]).im, [s, -s], ROUNDING);
    const cycle = spectrum(engine, 4, [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
    close(
      [...cycle.re].map((x, i) => Math.hypot(x, cycle.im[i])),
      [1, 1, 1, 1],
      ROUNDING,
    );
    const scaled = spectrum(engine, 3, [1, 1e8, 0, 0, 2, 1e8, 1e-16, 0, 3]);
    close([...scaled.re].sort(), [...spectrum(engine, 3, [1, 1, 0, 0, 2, 1, 1, 0, 3]).re].sort(), {
      rel: 1e-8,
    });
    close(spectrum(engine, 2, [3, 1, 0, 3]).re, [3, 3], ROUNDING);
  });
});

test("the comparison sees a planted error", () => {
  expect(excess([1, 2], [1, 2 + 1e-11], ROUNDING)).toBeGreaterThan(0);
  expect(excess([1], [1, 2], ROUNDING)).toBe(Infinity);
  expect(excess([NaN], [1], ROUNDING)).toBe(Infinity);
});
