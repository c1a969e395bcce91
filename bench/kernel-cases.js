/** The kernels that bench/kernels.js measures: how each is called, and the arithmetic in it. */

/** Seeded arrays behind each other in one kernel memory. */
export class Workspace {
  #top;
  constructor(kernels, real) {
    this.k = kernels;
    this.real = real;
    this.#top = Math.ceil(Number(kernels.heapBase.value) / 64) * 64;
  }
  /** n values in [-2, 2]. */
  array(n) {
    const from = this.#top;
    this.#top += Math.ceil((n * this.real) / 64) * 64;
    const missing = this.#top - this.k.memory.buffer.byteLength;
    if (missing > 0) this.k.memory.grow(Math.ceil(missing / 65536));
    const values =
      this.real === 4
        ? new Float32Array(this.k.memory.buffer, from, n)
        : new Float64Array(this.k.memory.buffer, from, n);
    for (let i = 0; i < n; ++i) values[i] = ((Math.imul(i + 1, 2654435761) >>> 8) / 16777216 - 0.5) * 4;
    return from;
  }
}

// Arithmetic of reals a value: additions, multiplications, divisions; no comparisons, selections, bits. As
// [float32, float64], whose polynomials differ. Horner's rule takes two operations a degree; the counts
// follow the lines of assembly/elementary/elementary.ts, trigonometric.ts, cells/.
const both = (f, ...counts) => [0, 1].map((i) => f(...counts.map((count) => count[i] ?? count)));
const horner = (degree32, degree64) => [2 * degree32, 2 * degree64];
const sum = (...counts) => both((...terms) => terms.reduce((a, b) => a + b, 0), ...counts);
const times = (n, count) => both((c) => n * c, count);
const EXP = sum(13, horner(4, 10));
const LOGISTIC = sum(16, horner(4, 10));
const TANH = sum(20, horner(5, 10));
const LOG = sum(18, horner(2, 6));
const LOGISTIC_SLOPE = 2;
const TANH_SLOPE = 3;
/** c = f⊙c₀ + i⊙g, h = o⊙u, and five products with slopes. */
const LSTM = sum(times(3, LOGISTIC), times(2, TANH), 3 + 1 + 5, 3 * LOGISTIC_SLOPE + 2 * TANH_SLOPE);
/** The reset candidate, 1 - z, h, and the partials: one product with tanh', two and two with σ', one more. */
const GRU = sum(times(2, LOGISTIC), TANH, 2 + 1 + 3, 1 + TANH_SLOPE, 2 * (2 + LOGISTIC_SLOPE), 1);
const RNN = sum(TANH, TANH_SLOPE);

const product = (M, K, N) => ({
  name: `gemmPacked ${M}x${K}x${N}`,
  flop: 2 * M * K * N,
  make: (workspace) => {
    const { k } = workspace;
    const a = workspace.array(M * K);
    const b = workspace.array(K * N);
    const c = workspace.array(M * N);
    const packed = workspace.array(k.packedSize(K, N));
    k.pack(K, N, b, N, packed);
    return () => k.gemmPacked(M, N, K, a, K, packed, c, N);
  },
});
const transposed = (M, K, N) => ({
  name: `gemmTN ${M}x${K}x${N}`,
  flop: 2 * M * K * N,
  make: (workspace) => {
    const { k } = workspace;
    const a = workspace.array(K * M);
    const b = workspace.array(K * N);
    const c = workspace.array(M * N);
    const scratch = workspace.array(k.gemmTNScratch(N, K));
    return () => k.gemmTN(M, N, K, a, M, b, N, c, N, scratch);
  },
});
const map = (name, each, call = (k, n, x, y) => k[name](n, x, y)) => ({
  name,
  values: 4096,
  each,
  make: (workspace) => {
    const x = workspace.array(4096);
    const y = workspace.array(4096);
    return () => call(workspace.k, 4096, x, y);
  },
});
const B = 32;
const H = 128;
const cell = (name, each, gates, edges, step) => ({
  name: `${name} ${B}x${H}`,
  values: B * H,
  each,
  make: (workspace) => {
    const pre = workspace.array(B * H * gates);
    const old = workspace.array(B * H);
    const h = workspace.array(B * H);
    const c = workspace.array(B * H);
    const p = workspace.array(B * H * edges);
    return () => step(workspace.k, pre, old, h, c, p);
  },
});

/**
 * name; flop of a call, or values of a call and `each`, the operations a value in float32 and float64;
 * make(workspace) gives the call.
 */
export const cases = [
  product(1, 128, 512),
  product(1, 192, 512),
  product(2, 128, 512),
  product(8, 256, 1024),
  product(32, 128, 512),
  product(128, 128, 512),
  product(128, 512, 128),
  product(3200, 128, 512),
  product(64, 3, 3),
  transposed(64, 3200, 512),
  transposed(128, 3200, 512),
  transposed(2, 3200, 512),
  map("mapExp", EXP),
  map("mapLog", LOG),
  map("tanh", TANH, (k, n, x, y) => k.activate(1, n, x, y)),
  map("mapLogistic", LOGISTIC),
  cell("lstmStep", LSTM, 4, 6, (k, pre, old, h, c, p) => k.lstmStep(B, H, pre, old, h, c, p, 0)),
  cell("gruStep", GRU, 4, 5, (k, pre, old, h, _c, p) => k.gruStep(B, H, pre, old, h, p)),
  cell("rnnStep", RNN, 1, 1, (k, pre, _old, h, _c, p) => k.rnnStep(1, B, H, pre, h, p)),
  {
    name: "mulAdd 32x128 of 768",
    values: B * H,
    each: [2, 2],
    make: (workspace) => {
      const p = workspace.array(B * H * 6);
      const x = workspace.array(B * H);
      const y = workspace.array(B * H * 4);
      return () => workspace.k.mulAdd(B, H, p, 6 * H, x, H, y, 4 * H);
    },
  },
  {
    name: "randomNormal",
    values: 4096,
    make: (workspace) => {
      // integers, most of it: no fraction
      const out = workspace.array(4096);
      return () => workspace.k.randomNormal(4096, 1, 2, 3, 4, out);
    },
  },
];
