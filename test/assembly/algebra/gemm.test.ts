/** Matrix products, bit by bit against a triple loop that rounds after every operation. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Workspace, both, inWorkspace, uniform } from "../workspace.ts";

interface Shape {
  M: number;
  N: number;
  K: number;
  pad: number;
}
type Form = "NN" | "NT" | "TN";

/** C + A·B with k in the given order, every product and sum rounded. */
function tripleLoop(
  form: Form,
  { M, N, K, pad }: Shape,
  a: number[],
  b: number[],
  c: number[],
  round: (x: number) => number,
  descending = false,
): number[] {
  const lda = (form === "TN" ? M : K) + pad;
  const ldb = (form === "NT" ? K : N) + pad;
  const ldc = N + pad;
  const out = [...c];
  for (let i = 0; i < M; ++i) {
    for (let j = 0; j < N; ++j) {
      let sum = c[i * ldc + j];
      for (let n = 0; n < K; ++n) {
        const k = descending ? K - 1 - n : n;
        const x = form === "TN" ? a[k * lda + i] : a[i * lda + k];
        const y = form === "NT" ? b[j * ldb + k] : b[k * ldb + j];
        sum = round(sum + round(x * y));
      }
      out[i * ldc + j] = sum;
    }
  }
  return out;
}

/** The kernel's C, and what the triple loop makes of the same data. */
function product(
  workspace: Workspace,
  form: Form,
  shape: Shape,
  round: (x: number) => number,
  descending = false,
): { got: number[]; want: number[] } {
  const { M, N, K, pad } = shape;
  const k = workspace.engine.kernels;
  const lda = (form === "TN" ? M : K) + pad;
  const ldb = (form === "NT" ? K : N) + pad;
  const ldc = N + pad;
  const sizeA = (form === "TN" ? K : M) * lda;
  const sizeB = (form === "NT" ? N : K) * ldb;
  const A = workspace.random(sizeA, 1 + M);
  const B = workspace.random(sizeB, 2 + N);
  const C = workspace.random(M * ldc, 3 + K);
  const c = workspace.read(C, M * ldc);
  const want = tripleLoop(
    form,
    shape,
    workspace.read(A, sizeA),
    workspace.read(B, sizeB),
    c,
    round,
    descending,
  );
  const scratch = workspace.reals(
    new Float64Array(form === "TN" ? k.gemmTNScratch(N, K) : k.packedSize(K, N)),
  );
  if (form === "TN") k.gemmTN(M, N, K, A, lda, B, ldb, C, ldc, scratch);
  else {
    if (form === "NN") k.pack(K, N, B, ldb, scratch);
    else k.packTransposed(K, N, B, ldb, scratch);
    k.gemmPacked(M, N, K, A, lda, scratch, C, ldc);
  }
  return { got: workspace.read(C, M * ldc), want };
}

const shapes = fc.record({
  M: fc.integer({ min: 1, max: 19 }),
  N: fc.integer({ min: 1, max: 35 }),
  K: fc.integer({ min: 0, max: 23 }),
  pad: fc.integer({ min: 0, max: 3 }),
});
const large: Shape[] = [
  { M: 3, N: 17, K: 1100, pad: 1 }, // three blocks of a panel's rows
  { M: 300, N: 9, K: 7, pad: 0 }, // three sweeps
  { M: 1, N: 61, K: 130, pad: 2 }, // a vector
];

describe.each(both)("$name", ({ engine, round }) => {
  describe.each(["NN", "NT", "TN"] as const)("gemm%s", (form) => {
    test("has the bits of a triple loop that starts from C, for every remainder of M, N and K", () => {
      fc.assert(
        fc.property(shapes, (shape) =>
          inWorkspace(engine, (workspace) => {
            const { got, want } = product(workspace, form, shape, round);
            expect(got).toEqual(want);
          }),
        ),
        { numRuns: 150, seed: 7 },
      );
    });

    test.each(large)("has those bits where it works in blocks: $M×$K×$N", (shape) =>
      inWorkspace(engine, (workspace) => {
        const { got, want } = product(workspace, form, shape, round);
        expect(got).toEqual(want);
      }),
    );

    test("a sum in another order is noticed", () =>
      inWorkspace(engine, (workspace) => {
        const { got, want } = product(workspace, form, { M: 5, N: 11, K: 19, pad: 0 }, round, true);
        expect(got).not.toEqual(want);
      }));
  });

  test("gemmTN over 700 rows, blocked, has the bits of one loop", () =>
    inWorkspace(engine, (workspace) => {
      const { got, want } = product(workspace, "TN", { M: 21, N: 70, K: 700, pad: 0 }, round);
      expect(got).toEqual(want);
    }));

  test("a row of a product does not depend on how many rows there are", () =>
    inWorkspace(engine, (workspace) => {
      const M = 23;
      const N = 53;
      const K = 37;
      const k = engine.kernels;
      const { memory } = engine;
      const A = workspace.random(M * K, 1);
      const B = workspace.random(K * N, 2);
      const packed = workspace.reals(new Float64Array(k.packedSize(K, N)));
      k.pack(K, N, B, N, packed);
      const whole = workspace.reals(new Float64Array(M * N));
      k.gemmPacked(M, N, K, A, K, packed, whole, N);
      for (let i = 0; i < M; ++i) {
        for (const rows of [1, 2, 3, 5]) {
          if (i + rows > M) continue;
          const part = workspace.reals(new Float64Array(rows * N));
          k.gemmPacked(rows, N, K, memory.at(A, i * K), K, packed, part, N);
          expect(workspace.read(part, rows * N)).toEqual(workspace.read(memory.at(whole, i * N), rows * N));
        }
      }
    }));

  test("packing keeps every element and fills the last panel with zeros", () =>
    inWorkspace(engine, (workspace) => {
      const next = uniform(1);
      const panel = engine.precision === "float32" ? 8 : 4;
      const k = engine.kernels;
      for (const [K, N] of [
        [1, 1],
        [5, 8],
        [7, 19],
        [4, 33],
        [9, 64],
      ] as const) {
        const b = Array.from({ length: K * N }, () => round(next()));
        const want = new Array<number>(k.packedSize(K, N)).fill(0);
        for (let r = 0; r < K; ++r)
          for (let j = 0; j < N; ++j)
            want[Math.floor(j / panel) * K * panel + r * panel + (j % panel)] = b[r * N + j]!;
        const transposed = Array.from({ length: K * N }, (_, i) => b[(i % K) * N + Math.floor(i / K)]);
        const out = workspace.reals(new Float64Array(want.length).fill(5));
        k.pack(K, N, workspace.reals(b), N, out);
        expect(workspace.read(out, want.length)).toEqual(want);
        k.fill(want.length, 5, out);
        k.packTransposed(K, N, workspace.reals(transposed), K, out);
        expect(workspace.read(out, want.length)).toEqual(want);
      }
    }));
});
