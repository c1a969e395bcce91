/**
 * The engine: the product kernel beside the arithmetic peak, and the training and streaming steps that people
 * wait for. One thread, float32.
 *
 *   npm run bench [-- --json]
 *
 * Prints times, GFLOP/s and ratios with what is aimed at, as a table or as lines of JSON. Nothing of it is
 * kept: bench/results/kernels.md and peers.md have the same kernels and steps.
 */
import { readFileSync } from "node:fs";
import { dense, engine, lstm, network, Random, rnn, sgd, tasks } from "../dist/index.js";
import { facts, benchmark } from "./harness.js";
import { PEAKS, buildPeak } from "./peak.js";

const { instance } = await WebAssembly.instantiate(readFileSync(buildPeak()));
const { kernels: k, memory } = await engine("float32");
const random = new Random(await engine("float32"), 1, 1);

/** Room for n normals. */
function normals(n) {
  const ptr = memory.allocate(4 * n);
  const view = memory.reals(ptr, n);
  for (let i = 0; i < n; ++i) view[i] = random.normal();
  return ptr;
}

/** A training step of a net on fixed data, update included. */
async function trainingStep(spec, items) {
  const net = await network(spec);
  const run = net.train(items, { optimizer: sgd({ rate: 1e-3 }), steps: 1e9, batch: items.length });
  await run.next();
  return { net, step: () => run.next() };
}

const M = 128;
const N = 512;
const K = 128;
const A = normals(M * K);
const B = normals(K * N);
const C = normals(M * N);
const panels = memory.allocate(4 * k.packedSize(K, N));
k.pack(K, N, B, N, panels);
const rounds = 20000;
const products = 4;
const vector = (n) => Float32Array.from({ length: n }, () => random.normal());
const [T, batch, I, H, O] = [100, 32, 64, 128, 64];
const before = memory.usage.used;
const lstmStep = await trainingStep(
  { input: I, layers: [lstm(H), dense(O)], loss: "softmax", seed: 1 },
  Array.from({ length: batch }, () => ({
    input: vector(T * I),
    target: Int32Array.from({ length: T }, () => random.integer(0, O - 1)),
  })),
);
await lstmStep.step();
const lstmBytes = memory.usage.used - before;
const addition = await trainingStep(
  { input: 2, layers: [rnn(3, { activation: "logistic" }), dense(1)], loss: "bernoulli", seed: 1 },
  Array.from({ length: 64 }, () => tasks.addition({ digits: 19 }).batch(1, random)[0]).map(({ input }) => ({
    input: Float32Array.from({ length: 40 }, (_, i) => input[i] ?? 0),
    target: new Float32Array(20).fill(1),
  })),
);
const stream = (await network({ input: I, layers: [lstm(H)], loss: "squared", seed: 1 })).stream();
const x = vector(I);

const lstmFlop = 2 * T * batch * (2 * I * 4 * H + 3 * (H * 4 * H + H * O));
const results = await benchmark("engine, float32, one thread", [
  {
    name: "arithmetic peak, multiply + add",
    run: () => instance.exports.peak(rounds),
    flop: rounds * PEAKS.peak * 4,
  },
  {
    name: "GEMM 128x512x128",
    run: () => {
      for (let i = 0; i < products; ++i) k.gemmPacked(M, N, K, A, K, panels, C, N);
    },
    flop: 2 * products * M * N * K,
  },
  { name: "LSTM training step T=100 B=32 I=64 H=128 O=64", run: lstmStep.step, flop: lstmFlop },
  { name: "2-3-1 addition training step T=20 B=64", run: addition.step },
  { name: "LSTM streaming step I=64 H=128", run: () => stream.step(x), flop: 2 * (I + H) * 4 * H },
]);
const [peak, gemm, training, toy, streaming] = results;
facts("engine, float32, one thread", [
  { name: "GEMM / peak", value: gemm.gflops / peak.gflops, want: ">= 0.75" },
  { name: "LSTM training step / GEMM, in GFLOP/s", value: training.gflops / gemm.gflops, want: ">= 0.6" },
  { name: "2-3-1 addition steps a second", value: 1000 / toy.ms, want: ">= 4000" },
  { name: "LSTM streaming step", value: 1000 * streaming.ms, unit: "µs", want: "<= 20" },
  { name: "memory of the LSTM training step", value: lstmBytes / 2 ** 20, unit: "MiB" },
]);
process.exit(0);
