/**
 * The kernels alone, one thread: products against the multiply-and-add peak measured beside them, elementary functions and cell steps in
 * ns a value.
 *
 *   node bench/kernels.js [pattern]     (after `npm run build`)
 *
 * Each line is the best and the mean ± standard deviation of slices that alternate with the peak, so that a busy machine shows in both.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const SLICES = 60, SLICE_MS = 2, WARM_UP = 8;

/** The exports of a kernel module. */
async function load(file) {
  const { instance } = await WebAssembly.instantiate(readFileSync(file));
  return instance.exports;
}
execFileSync("npx", ["--no-install", "asc", "assembly/bench/peak.ts", "--config", "none", "-o", "build/wasm/peak.wasm", "--runtime", "stub", "-O3", "--enable", "simd"], { stdio: "ignore" });
const { peak } = await load("build/wasm/peak.wasm");

/** Seeded arrays behind each other in one kernel memory. */
class Room {
  #top;
  constructor(kernels, real) {
    this.k = kernels;
    this.real = real;
    this.#top = Math.ceil(Number(kernels.heapBase.value) / 64) * 64;
  }
  /** n values in [-2, 2]. */
  array(n) {
    const from = this.#top;
    this.#top += Math.ceil(n * this.real / 64) * 64;
    const missing = this.#top - this.k.memory.buffer.byteLength;
    if (missing > 0) this.k.memory.grow(Math.ceil(missing / 65536));
    const values = this.real === 4 ? new Float32Array(this.k.memory.buffer, from, n) : new Float64Array(this.k.memory.buffer, from, n);
    for (let i = 0; i < n; ++i) values[i] = ((Math.imul(i + 1, 2654435761) >>> 8) / 16777216 - 0.5) * 4;
    return from;
  }
}

const product = (M, K, N) => ({
  name: `gemmPacked ${M}x${K}x${N}`, flop: 2 * M * K * N,
  make: (room) => {
    const { k } = room, a = room.array(M * K), b = room.array(K * N), c = room.array(M * N), packed = room.array(k.packedSize(K, N));
    k.pack(K, N, b, N, packed);
    return () => k.gemmPacked(M, N, K, a, K, packed, c, N);
  },
});
const transposed = (M, K, N) => ({
  name: `gemmTN ${M}x${K}x${N}`, flop: 2 * M * K * N,
  make: (room) => {
    const { k } = room, a = room.array(K * M), b = room.array(K * N), c = room.array(M * N), scratch = room.array(k.gemmTNScratch(N, K));
    return () => k.gemmTN(M, N, K, a, M, b, N, c, N, scratch);
  },
});
const map = (name) => ({ name, values: 4096, make: (room) => {
  const x = room.array(4096), y = room.array(4096);
  return () => room.k[name](4096, x, y);
} });
const B = 32, H = 128;
const cell = (name, gates, edges, step) => ({
  name: `${name} ${B}x${H}`, values: B * H,
  make: (room) => {
    const pre = room.array(B * H * gates), old = room.array(B * H), h = room.array(B * H), c = room.array(B * H), p = room.array(B * H * edges);
    return () => step(room.k, pre, old, h, c, p);
  },
});
const cases = [
  product(1, 128, 512), product(1, 192, 512), product(2, 128, 512), product(8, 256, 1024), product(32, 128, 512), product(128, 128, 512),
  product(128, 512, 128), product(3200, 128, 512), product(64, 3, 3), transposed(64, 3200, 512), transposed(128, 3200, 512), transposed(2, 3200, 512),
  ...["mapExp", "mapLog", "mapTanh", "mapLogistic", "mapSin", "mapCos"].map(map),
  cell("lstmStep", 4, 6, (k, pre, old, h, c, p) => k.lstmStep(B, H, pre, old, h, c, p, 0)),
  cell("gruStep", 4, 5, (k, pre, old, h, _c, p) => k.gruStep(B, H, pre, old, h, p)),
  cell("rnnStep", 1, 1, (k, pre, _old, h, _c, p) => k.rnnStep(1, B, H, pre, h, p)),
  { name: "mulAdd 32x128 of 768", values: B * H, make: (room) => {
    const p = room.array(B * H * 6), x = room.array(B * H), y = room.array(B * H * 4);
    return () => room.k.mulAdd(B, H, p, 6 * H, x, H, y, 4 * H);
  } },
  { name: "randomNormal", values: 4096, make: (room) => {
    const out = room.array(4096);
    return () => room.k.randomNormal(4096, 1, 2, 3, 4, out);
  } },
];

/** Milliseconds of one run, in slices of about SLICE_MS. */
function slices(run) {
  for (let i = 0; i < WARM_UP; ++i) run();
  const from = performance.now();
  run();
  const repeats = Math.max(1, Math.round(SLICE_MS / Math.max(performance.now() - from, 1e-4)));
  return () => {
    const start = performance.now();
    for (let i = 0; i < repeats; ++i) run();
    return (performance.now() - start) / repeats;
  };
}

const ROUNDS = 20_000, pattern = new RegExp(process.argv[2] ?? "");
const peakSlice = slices(() => { peak(ROUNDS); });
for (let i = 0; i < 200; ++i) peakSlice();
for (const { precision, real } of [{ precision: "float32", real: 4 }, { precision: "float64", real: 8 }]) {
  const kernels = await load(`build/wasm/${precision}.wasm`);
  for (const { name, make, flop, values } of cases.filter((c) => pattern.test(c.name))) {
    const run = slices(make(new Room(kernels, real))), times = [];
    let best = Infinity, bestPeak = Infinity;
    for (let i = 0; i < SLICES; ++i) {
      bestPeak = Math.min(bestPeak, peakSlice());
      times.push(run());
      best = Math.min(best, times[i]);
    }
    const mean = times.reduce((sum, t) => sum + t, 0) / SLICES, deviation = Math.sqrt(times.reduce((sum, t) => sum + (t - mean) ** 2, 0) / SLICES);
    const top = ROUNDS * 24 * (16 / real) / bestPeak / 1e6, rate = flop === undefined ? `${(best * 1e6 / values).toFixed(2)} ns a value`
      : `${(flop / best / 1e6).toFixed(1)} GFLOP/s, ${(flop / best / 1e6 / top).toFixed(2)} of ${top.toFixed(1)}`;
    console.log(`${precision} ${name.padEnd(26)} ${(best * 1e3).toFixed(2).padStart(9)} µs  (${(mean * 1e3).toFixed(2)} ± ${(deviation * 1e3).toFixed(2)})  ${rate}`);
  }
}
