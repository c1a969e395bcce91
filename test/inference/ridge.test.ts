import { describe, expect, test } from "vitest";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { ridgeSolvers, type RidgeRegression, type RidgeSolver } from "../../src/inference/ridge.ts";
import { ridgeRegression } from "../../src/inference/ridge-solver.ts";
import { Random } from "../../src/wasm/random.ts";
import { streams } from "../../src/wasm/streams.ts";

const wasm = await inferenceEngine();
const random = new Random(wasm, 5, streams.experiment);
const CHUNK = 100;

interface Problem {
  readonly D: number;
  readonly O: number;
  readonly Z: Float64Array;
  readonly Y: Float64Array;
}

/** Normal numbers [R,D] and [R,O]; the columns of Z fall by `falling` each. */
function problem(R: number, D: number, O: number, falling = 1): Problem {
  const scales = Array.from({ length: D }, () => 1);
  for (let d = 1; d < D; ++d) scales[d] = scales[d - 1] * falling;
  const Z = Float64Array.from({ length: R * D }, (_, i) => scales[i % D] * random.normal());
  const Y = Float64Array.from({ length: R * O }, () => random.normal());
  return { D, O, Z, Y };
}

/** W [D,O] of a problem whose rows are added in chunks. */
function solved(solver: RidgeSolver, { D, O, Z, Y }: Problem, lambda: number): Float64Array {
  const sums = ridgeRegression(wasm, solver, { features: D, outputs: O, maxRows: CHUNK });
  try {
    add(sums, { D, O, Z, Y });
    const w = wasm.memory.allocate(8 * D * O);
    sums.solve(lambda, w);
    const W = wasm.memory.reals(w, D * O).slice() as Float64Array;
    wasm.memory.free(w);
    return W;
  } finally {
    sums.dispose();
  }
}

function add(sums: RidgeRegression, { D, O, Z, Y }: Problem): void {
  const z = wasm.memory.allocate(8 * CHUNK * D);
  const y = wasm.memory.allocate(8 * CHUNK * O);
  const rows = Z.length / D;
  for (let r = 0; r < rows; r += CHUNK) {
    const n = Math.min(CHUNK, rows - r);
    wasm.memory.reals(z, n * D).set(Z.subarray(r * D, (r + n) * D));
    wasm.memory.reals(y, n * O).set(Y.subarray(r * O, (r + n) * O));
    sums.add(n, z, y);
  }
  wasm.memory.free(z);
  wasm.memory.free(y);
}

/** The largest entry of (ZᵀZ + λI)·W - ZᵀY, which is 0 at the minimum. */
function residual({ D, O, Z, Y }: Problem, W: Float64Array, lambda: number): number {
  const out = W.map((w) => lambda * w);
  for (let r = 0; r < Z.length / D; ++r)
    for (let o = 0; o < O; ++o) {
      let e = -Y[r * O + o];
      for (let d = 0; d < D; ++d) e += Z[r * D + d] * W[d * O + o];
      for (let d = 0; d < D; ++d) out[d * O + o] += Z[r * D + d] * e;
    }
  return out.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

describe.each(ridgeSolvers)("ridge regression by %s", (solver) => {
  test.each([
    ["more rows than columns", problem(330, 150, 2), 0.3],
    ["fewer", problem(40, 150, 3), 0.3],
    ["no ridge", problem(330, 70, 1), 0],
  ] as const)("is the minimum: %s", (_, data, lambda) => {
    expect(residual(data, solved(solver, data, lambda), lambda)).toBeLessThan(1e-9);
  });

  test("another ridge without new rows; rows forgotten; what cannot be solved is said", () => {
    const data = problem(120, 20, 1);
    const sums = ridgeRegression(wasm, solver, { features: 20, outputs: 1, maxRows: CHUNK });
    const w = wasm.memory.allocate(8 * 20);
    expect(() => sums.solve(1, w)).toThrow(/no rows/);
    add(sums, data);
    expect(sums.rows).toBe(120);
    for (const lambda of [4, 0.5]) {
      sums.solve(lambda, w);
      expect([...wasm.memory.reals(w, 20)]).toEqual([...solved(solver, data, lambda)]);
    }
    sums.clear();
    const flat = { D: 20, O: 1, Z: new Float64Array(60).fill(1), Y: new Float64Array(3) };
    add(sums, flat);
    expect(() => sums.solve(0, w)).toThrow(/column \d+ of 20.*use a larger ridge than 0/);
    expect(() => sums.add(CHUNK + 1, w, w)).toThrow(RangeError);
    sums.dispose();
    wasm.memory.free(w);
  });
});

test("columns of very different size: qr keeps the digits that ZᵀZ rounds away", () => {
  // Y is the sum of the columns, so W is 1 everywhere; the last column is 10^-9 of the first
  const data = problem(200, 10, 1, 0.1);
  // mixed, so that scaling of the columns does not help
  for (let r = 0; r < 200; ++r) for (let d = 1; d < 10; ++d) data.Z[r * 10 + d] += data.Z[r * 10];
  for (let r = 0; r < 200; ++r) data.Y[r] = data.Z.subarray(r * 10, r * 10 + 10).reduce((a, b) => a + b, 0);
  const off = (solver: RidgeSolver): number =>
    solved(solver, data, 1e-22).reduce((most, w) => Math.max(most, Math.abs(w - 1)), 0);
  expect(off("qr")).toBeLessThan(1e-5);
  expect(() => {
    if (off("cholesky") > 1e-2) throw new Error("wrong");
  }).toThrow(/use a larger ridge|wrong/);
});
