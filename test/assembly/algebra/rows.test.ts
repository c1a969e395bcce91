/** Arrays and rows against loops that round after every operation, with strides, guards and tiny values. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ptr } from "../../../src/wasm/kernels.ts";
import { type Workspace, both, inWorkspace } from "../workspace.ts";

const sizes = fc.record({
  R: fc.integer({ min: 0, max: 9 }),
  C: fc.integer({ min: 1, max: 21 }),
  pad: fc.integer({ min: 0, max: 2 }),
});

describe.each(both)("$name", ({ engine, round, tiny }) => {
  const k = engine.kernels;
  const flush = (x: number): number => (Math.abs(x) < tiny ? 0 : x);
  /**
   * Runs a kernel over [R,C] matrices x, y, z with strides and compares z with a function of the three
   * elements.
   */
  const elementwise = (
    name: string,
    run: (R: number, C: number, p: Ptr, x: Ptr, y: Ptr, ld: [number, number, number]) => void,
    want: (p: number, x: number, y: number) => number,
    rowOperand = false,
  ): void => {
    test(name, () =>
      fc.assert(
        fc.property(sizes, ({ R, C, pad }) =>
          inWorkspace(engine, (workspace: Workspace) => {
            const ldp = C + pad;
            const ldx = C + (pad ? 1 : 0);
            const ldy = C + 2 * pad;
            const p = workspace.random(Math.max(rowOperand ? 1 : R, 1) * ldp, 1);
            const x = workspace.random(R * ldx + 1, 2);
            const y = workspace.random(R * ldy + 1, 3);
            const ps = workspace.read(p, Math.max(rowOperand ? 1 : R, 1) * ldp);
            const xs = workspace.read(x, R * ldx);
            const out = workspace.read(y, R * ldy);
            for (let r = 0; r < R; ++r)
              for (let c = 0; c < C; ++c)
                out[r * ldy + c] = want(
                  ps[(rowOperand ? 0 : r * ldp) + c],
                  xs[r * ldx + c],
                  out[r * ldy + c],
                );
            run(R, C, p, x, y, [ldp, ldx, ldy]);
            expect(workspace.read(y, R * ldy)).toEqual(out);
          }),
        ),
        { numRuns: 80, seed: 3 },
      ),
    );
  };
  const fma = (p: number, x: number, y: number): number => flush(round(y + round(p * x)));

  elementwise(
    "mulAdd adds p⊙x",
    (R, C, p, x, y, [ldp, ldx, ldy]) => k.mulAdd(R, C, p, ldp, x, ldx, y, ldy),
    fma,
  );
  elementwise(
    "mulAddRow adds w⊙x with one w for all rows",
    (R, C, p, x, y, [, ldx, ldy]) => k.mulAddRow(R, C, p, x, ldx, y, ldy),
    fma,
    true,
  );
  elementwise(
    "addRow adds a row to all",
    (R, C, p, _x, y, [, , ldy]) => k.addRow(R, C, p, y, ldy),
    (p, _x, y) => round(p + y),
    true,
  );
  elementwise(
    "setRows copies a row to all",
    (R, C, p, _x, y, [, , ldy]) => k.setRows(R, C, p, y, ldy),
    (p) => p,
    true,
  );
  elementwise(
    "addRows adds",
    (R, C, _p, x, y, [, ldx, ldy]) => k.addRows(R, C, x, ldx, y, ldy),
    (_p, x, y) => round(x + y),
  );
  elementwise(
    "copyRows copies",
    (R, C, _p, x, y, [, ldx, ldy]) => k.copyRows(R, C, x, ldx, y, ldy),
    (_p, x) => x,
  );
  elementwise(
    "addScaled adds a·x",
    (R, C, _p, x, y, [, ldx, ldy]) => {
      for (let r = 0; r < R; ++r)
        k.addScaled(C, 0.3, engine.memory.at(x, r * ldx), engine.memory.at(y, r * ldy));
    },
    (_p, x, y) => round(y + round(round(0.3) * x)),
  );
  elementwise(
    "axpby is a·x + b·y",
    (R, C, _p, x, y, [, ldx, ldy]) => {
      for (let r = 0; r < R; ++r)
        k.axpby(C, 0.3, engine.memory.at(x, r * ldx), -0.7, engine.memory.at(y, r * ldy));
    },
    (_p, x, y) => round(round(round(0.3) * x) + round(round(-0.7) * y)),
  );

  test("scale, mul and fill touch n elements", () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), (n) =>
        inWorkspace(engine, (workspace) => {
          const x = workspace.random(n, 1);
          const y = workspace.random(n, 2);
          const out = workspace.random(n, 3);
          const xs = workspace.read(x, n);
          const ys = workspace.read(y, n);
          k.mul(n, x, y, out);
          expect(workspace.read(out, n)).toEqual(xs.map((v, i) => round(v * ys[i])));
          k.scale(n, 0.3, x);
          expect(workspace.read(x, n)).toEqual(xs.map((v) => round(round(0.3) * v)));
          k.fill(n, 0.25, out);
          expect(workspace.read(out, n)).toEqual(xs.map(() => 0.25));
        }),
      ),
    ));

  test("sumRows and sumProducts add rows in ascending order", () =>
    fc.assert(
      fc.property(sizes, ({ R, C, pad }) =>
        inWorkspace(engine, (workspace) => {
          const ld = C + pad;
          const x = workspace.random(R * ld + 1, 1);
          const y = workspace.random(R * ld + 1, 2);
          const out = workspace.random(C, 3);
          const out2 = workspace.random(C, 4);
          const xs = workspace.read(x, R * ld);
          const ys = workspace.read(y, R * ld);
          const sum = workspace.read(out, C);
          const products = workspace.read(out2, C);
          for (let r = 0; r < R; ++r) {
            for (let c = 0; c < C; ++c) {
              sum[c] = round(sum[c] + xs[r * ld + c]);
              products[c] = round(products[c] + round(xs[r * ld + c] * ys[r * ld + c]));
            }
          }
          k.sumRows(R, C, x, ld, out);
          k.sumProducts(R, C, x, ld, y, ld, out2);
          expect(workspace.read(out, C)).toEqual(sum);
          expect(workspace.read(out2, C)).toEqual(products);
        }),
      ),
    ));

  test("gatherRows takes rows by id, scatterAddRows adds them back, repeated ids in order", () =>
    inWorkspace(engine, (workspace) => {
      for (const C of [1, 3, 8, 13]) {
        const ids = [2, 0, 2, 3, 2];
        const table = workspace.random(5 * C, 1);
        const out = workspace.random(5 * (C + 1), 2);
        const rows = workspace.read(table, 5 * C);
        const before = workspace.read(out, 5 * (C + 1));
        k.gatherRows(5, C, table, workspace.ints(ids), out, C + 1);
        const want = before.map((v, i) =>
          i % (C + 1) < C ? rows[ids[Math.floor(i / (C + 1))] * C + (i % (C + 1))] : v,
        );
        expect(workspace.read(out, 5 * (C + 1))).toEqual(want);
        k.scatterAddRows(5, C, out, C + 1, workspace.ints(ids), table);
        const sum = [...rows];
        ids.forEach((id, r) => {
          for (let c = 0; c < C; ++c) sum[id * C + c] = round(sum[id * C + c] + want[r * (C + 1) + c]);
        });
        expect(workspace.read(table, 5 * C)).toEqual(sum);
      }
    }));

  test("dot is the f64 sum of the products, the same for any place in memory", () =>
    inWorkspace(engine, (workspace) => {
      for (const n of [0, 1, 5, 8, 13, 100, 1001]) {
        const x = workspace.random(n, 1);
        const y = workspace.random(n, 2);
        const xs = workspace.read(x, n);
        const ys = workspace.read(y, n);
        const exact = xs.reduce((sum, v, i) => sum + v * ys[i], 0);
        const size = xs.reduce((sum, v, i) => sum + Math.abs(v * ys[i]), 0);
        expect(Math.abs(k.dot(n, x, y) - exact)).toBeLessThanOrEqual(n * 2 ** -53 * size);
        const shifted = workspace.reals([0, ...xs]);
        expect(k.dot(n, engine.memory.at(shifted, 1), y)).toBe(k.dot(n, x, y));
      }
    }));

  test("allZero finds one number that is not zero, NaN and subnormals too; zeros have either sign", () =>
    inWorkspace(engine, (workspace) => {
      for (const n of [1, 3, 4, 9, 17]) {
        const x = workspace.reals(Array.from({ length: n }, (_, i) => (i % 2 ? -0 : 0)));
        expect(k.allZero(n, x)).toBe(1);
        for (let i = 0; i < n; ++i) {
          for (const loud of [1, -1e-40, NaN, Infinity]) {
            engine.memory.reals(x, n)[i] = loud;
            expect(k.allZero(n, x)).toBe(0);
            engine.memory.reals(x, n)[i] = 0;
          }
        }
      }
      expect(k.allZero(0, workspace.reals([]))).toBe(1);
    }));

  test("allFinite finds one NaN or infinity anywhere", () =>
    inWorkspace(engine, (workspace) => {
      for (const n of [1, 3, 4, 9, 17]) {
        const x = workspace.random(n, 1);
        expect(k.allFinite(n, x)).toBe(1);
        for (let i = 0; i < n; ++i) {
          for (const bad of [NaN, Infinity, -Infinity]) {
            const held = engine.memory.reals(x, n)[i];
            engine.memory.reals(x, n)[i] = bad;
            expect(k.allFinite(n, x)).toBe(0);
            engine.memory.reals(x, n)[i] = held;
          }
        }
      }
      expect(k.allFinite(0, workspace.reals([]))).toBe(1);
    }));

  test("sums below the threshold become +0, the threshold itself, NaN and infinities stay", () =>
    inWorkspace(engine, (workspace) => {
      const ones = new Array<number>(11).fill(1);
      const x = [tiny, -tiny, tiny * 0.99, -tiny * 0.99, tiny / 2 ** 20, 0, -0, NaN, Infinity, -Infinity, 1];
      const y = workspace.reals(new Float64Array(11));
      k.mulAdd(1, 11, workspace.reals(ones), 11, workspace.reals(x), 11, y, 11);
      expect(workspace.read(y, 11)).toEqual([tiny, -tiny, 0, 0, 0, 0, 0, NaN, Infinity, -Infinity, 1]);
    }));
});
