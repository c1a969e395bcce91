/** The CTC kernel against enumeration of all alignments, differences, PyTorch, and its own batch of one. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packing } from "../../../src/graph/packing.ts";
import { engine, type Engine } from "../../../src/wasm/engine.ts";
import { ctc } from "../../../src/losses/optional/ctc.ts";
import type { Ptr } from "../../../src/wasm/kernels.ts";
import { loadOptionalKernels } from "../../../src/wasm/optional-kernels.ts";
import { Arena } from "../../../src/wasm/memory.ts";
import { enumeratedCtc } from "../../reference/ctc.ts";

interface Sequence {
  z: number[][];
  labels: number[];
}
const f64 = await engine("float64");
const f32 = await engine("float32");
await loadOptionalKernels(f64);
await loadOptionalKernels(f32);

/** Value and gradient of each sequence, run through the loss in one packed batch, sorted longest first. */
function run(
  { kernels: k, memory }: Engine,
  batch: readonly Sequence[],
): { value: number[]; dz: number[][][] } {
  const packed = packing(batch.map((s) => s.z.length));
  const { offsetAt, rows } = packed;
  const K = batch[0].z[0].length;
  const B = batch.length;
  const arena = new Arena(memory);
  const ints = (all: number[]): Ptr => {
    const ptr = arena.ints(all.length + 1);
    memory.ints(ptr, all.length).set(all);
    return ptr;
  };
  let end = 0;
  const targetOffsets = ints([0, ...batch.map((s) => (end += s.labels.length))]);
  const target = ints(batch.flatMap((s) => s.labels));
  const z = arena.reals(rows * K);
  const dz = arena.reals(rows * K);
  const weight = arena.reals(B);
  const loss = ctc({ impossible: "infinite" });
  batch.forEach((s, b) =>
    s.z.forEach((row, t) => memory.reals(memory.at(z, (offsetAt[t] + b) * K), K).set(row)),
  );
  const site = { k, memory, packing: packed, rows, columns: K, z, target, targetOffsets, weight };
  const full = { ...site, kept: arena.reals(loss.keptSize(site)) };
  const value = batch.map((_, b) => {
    // one sequence at a time counts, all are there
    memory.reals(weight, B).fill(0)[b] = 1;
    return loss.value(full);
  });
  memory.reals(weight, B).fill(1);
  loss.value(full);
  k.fill(rows * K, 0, dz);
  loss.gradient(full, 1, dz);
  const result = {
    value,
    dz: batch.map((s, b) => s.z.map((_, t) => [...memory.reals(memory.at(dz, (offsetAt[t] + b) * K), K)])),
  };
  arena.dispose();
  return result;
}

/** Largest |got - want| over a nest of numbers. */
const gap = (got: number[][], want: number[][]): number =>
  Math.max(0, ...want.flatMap((row, t) => row.map((v, k) => Math.abs(got[t][k] - v))));
const needs = (labels: number[]): number =>
  labels.length + labels.filter((l, i) => i > 0 && l === labels[i - 1]).length;

const sequence = (T: number, K: number): fc.Arbitrary<Sequence> =>
  fc.record({
    z: fc.array(fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: K, maxLength: K }), {
      minLength: T,
      maxLength: T,
    }),
    labels: fc.array(fc.integer({ min: 0, max: K - 2 }), { maxLength: T }),
  });

test("the value is the sum over all enumerated alignments", () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 5 })
        .chain((T) => fc.integer({ min: 2, max: 4 }).chain((K) => sequence(T, K))),
      (s) => {
        const [value] = run(f64, [s]).value;
        const want = enumeratedCtc(s.z, s.labels);
        if (want === Infinity) expect(value).toBe(Infinity);
        else expect(Math.abs(value - want)).toBeLessThan(1e-11 * (1 + want));
      },
    ),
    { numRuns: 150 },
  );
});

test("the checker by enumeration rejects a wrong target", () => {
  const z = [
    [0.1, 1, -1],
    [0.5, 0, 2],
    [1, 0.2, 0.3],
  ];
  expect(Math.abs(run(f64, [{ z, labels: [0, 1] }]).value[0] - enumeratedCtc(z, [1, 0]))).toBeGreaterThan(
    0.1,
  );
});

test("the gradient is the slope of the value, by central differences", () => {
  fc.assert(
    fc.property(sequence(6, 4), (s) => {
      fc.pre(needs(s.labels) <= 6);
      const { dz } = run(f64, [s]);
      const h = 1e-5;
      const slope = s.z.map((row, t) =>
        row.map((_, k) => {
          const at = (d: number): number =>
            run(f64, [{ ...s, z: s.z.map((r, u) => r.map((v, j) => (u === t && j === k ? v + d : v))) }])
              .value[0];
          return (at(h) - at(-h)) / (2 * h);
        }),
      );
      expect(gap(dz[0], slope)).toBeLessThan(1e-8); // h² times the third derivative, and rounding/h
    }),
    { numRuns: 25 },
  );
});

test("values and gradients are PyTorch's, in one packed batch of unequal lengths", () => {
  const golden = JSON.parse(readFileSync(new URL("../../golden/ctc.json", import.meta.url), "utf8")) as {
    K: number;
    cases: { steps: number; labels: number[]; loss: number; gradient: number[][] }[];
  };
  const batch = golden.cases.map(({ steps, labels }, b) => ({
    labels,
    z: Array.from({ length: steps }, (_, t) =>
      Array.from({ length: golden.K }, (_, k) => ((37 * b + 11 * t + 7 * k + 5 * t * k) % 23) / 4 - 2.75),
    ),
  }));
  for (const [e, tolerance] of [
    [f64, 1e-12],
    [f32, 1e-6],
  ] as const) {
    const { value, dz } = run(e, batch);
    golden.cases.forEach(({ loss, gradient }, b) => {
      expect(Math.abs(value[b] - loss)).toBeLessThan(tolerance * loss);
      expect(gap(dz[b], gradient)).toBeLessThan(tolerance);
    });
  }
});

test("a sequence has the same bits in any batch", () => {
  const z = (T: number, seed: number): number[][] =>
    Array.from({ length: T }, (_, t) =>
      Array.from({ length: 5 }, (_, k) => Math.fround(((seed + 31 * t + 17 * k * k) % 29) / 7 - 2)),
    );
  const batch = [
    { z: z(9, 1), labels: [0, 1, 1] },
    { z: z(7, 5), labels: [3] },
    { z: z(7, 9), labels: [0, 3, 1, 0, 3, 1, 0] },
    { z: z(2, 3), labels: [] },
  ];
  for (const e of [f32, f64]) {
    const all = run(e, batch);
    batch.forEach((s, b) => {
      const alone = run(e, [s]);
      expect(all.value[b]).toBe(alone.value[0]);
      expect(all.dz[b]).toEqual(alone.dz[0]);
    });
  }
});

test("an impossible target costs infinity and moves nothing; an empty one is all blanks", () => {
  const z = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const { value, dz } = run(f64, [
    { z, labels: [1, 1, 0] },
    { z, labels: [1, 0, 1] },
    { z, labels: [] },
  ]);
  expect(value[0]).toBe(Infinity);
  expect(dz[0].flat().every((v) => v === 0)).toBe(true);
  expect(value[1]).toBeLessThan(Infinity);
  expect(value[2]).toBeCloseTo(
    z.reduce((s, row) => s + Math.log(row.reduce((a, v) => a + Math.exp(v), 0)) - row[2], 0),
    12,
  );
});

test("extreme logits neither overflow nor underflow, and 3000 steps keep a finite loss", () => {
  const hard = run(f64, [
    {
      z: [
        [-800, 0, 800],
        [0, 800, -800],
        [700, -700, 0],
      ],
      labels: [0],
    },
  ]);
  expect(hard.value[0]).toBeCloseTo(800, 9);
  const z = Array.from({ length: 3000 }, (_, t) => [(t % 7) - 3, (t % 5) - 2, 3]);
  const long = run(f32, [{ z, labels: Array.from({ length: 900 }, (_, i) => i % 2) }]);
  expect(Number.isFinite(long.value[0])).toBe(true);
  // Σ p - Σ γ = 1 - 1
  for (const row of long.dz[0]) expect(Math.abs(row.reduce((a, v) => a + v, 0))).toBeLessThan(1e-5);
});
