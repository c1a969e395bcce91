// Nets written as ONNX and run in onnxruntime-web, whole and step by step, and read back, compared number by
// number: node test/exchange/onnx.js [--nets 100] [--seed 1]. Wants a built dist and `npm ci --prefix
// test/exchange/peers`.
import { parseArgs } from "node:util";
import * as unrolled from "unrolled";
import { fromOnnx, toOnnx } from "unrolled/exchange";
import { largest, peer } from "./peers.js";
import { randomInput, randomSpec, vary } from "./random-net.js";

const ort = await peer("onnxruntime-web");
const { values } = parseArgs({
  options: { nets: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});
const COUNT = Number(values.nets);
const BOUND = 1e-5;
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** What ONNX has. */
const can = {
  recurrent: ["lstm", "gru", "rnn"],
  activations: ["identity", "tanh", "logistic", "relu"],
  bidirectional: true,
  peepholes: true,
  lstm1997: true,
  before: true,
  delayTaps: true,
  conv: true,
  strides: true,
  layerNorm: true,
  subsample: true,
  skip: true,
};

/** What it can take step by step. */
const canStream = { ...can, bidirectional: false, subsample: false, strides: false, causal: true };

/** A tensor of B copies of a sequence [steps, columns]. */
function inputTensor(input, x, steps, B) {
  const columns = x.length / steps;
  const all = Array.from({ length: B }, () => x).flat();
  if (typeof input === "number")
    return new ort.Tensor("float32", Float32Array.from(all), [B, steps, columns]);
  const dims = columns === 1 ? [B, steps] : [B, steps, columns];
  return new ort.Tensor("int64", BigInt64Array.from(all, BigInt), dims);
}

/** A whole batch of equal sequences, each started as the net starts. */
async function whole(net, x, steps) {
  const session = await ort.InferenceSession.create(toOnnx(net, { states: "fixed" }));
  const { y } = await session.run({ x: inputTensor(net.spec.input, x, steps, 2) });
  await session.release();
  return [y.data.slice(0, y.size / 2), y.data.slice(y.size / 2)];
}

/** The starts of the states that go in: parameters of the net, or zeros. */
function starts(net, names) {
  return Object.fromEntries(
    names.map((name) => {
      const [layer, state] = name.split(".");
      const i = Number(/\d+$/.exec(layer)[0]) - 1;
      const H = net.spec.layers[i].units;
      if (state === "past0") {
        const { taps, width, dilation } = net.spec.layers[i];
        const steps = taps ? taps - 1 : (width - 1) * dilation;
        const [columns] = net.summary().layers[i].shape;
        return [name, new ort.Tensor("float32", new Float32Array(steps * columns), [steps, 1, columns])];
      }
      const row = net.parameters.find((parameter) => parameter.name === `${layer}.state`)?.data;
      const from = state === "c0" ? H : 0;
      const data = row ? Float32Array.from(row.slice(from, from + H)) : new Float32Array(H);
      return [name, new ort.Tensor("float32", data, [1, 1, H])];
    }),
  );
}

/** Step by step, states carried by the caller. */
async function stepped(net, x, steps) {
  const session = await ort.InferenceSession.create(toOnnx(net));
  const columns = x.length / steps;
  const carried = session.inputNames.filter((name) => name !== "x");
  let states = starts(net, carried);
  const out = [];
  for (let t = 0; t < steps; ++t) {
    const one = inputTensor(net.spec.input, x.slice(t * columns, (t + 1) * columns), 1, 1);
    const made = await session.run({ x: one, ...states });
    out.push(...made.y.data);
    states = Object.fromEntries(carried.map((name) => [name, made[name.slice(0, -1)]]));
  }
  await session.release();
  return out;
}

const worst = { whole: 0, stepped: 0, back: 0 };
const counts = { whole: 0, stepped: 0, back: 0 };
let failed = 0;
const note = (kind, seed, off) => {
  counts[kind] += 1;
  worst[kind] = Math.max(worst[kind], off);
  if (off <= BOUND) return;
  ++failed;
  console.log(`  net ${seed}, ${kind}: ${off}`);
};

/** Difference as a share of the largest output, where that is above 1: linear recurrences reach hundreds. */
const off = (got, want) => largest(got, want) / Math.max(1, ...Array.from(want, Math.abs));

for (let i = 0; i < COUNT; ++i) {
  const seed = 1000 * Number(values.seed) + i + 1;
  const spec = randomSpec(unrolled, seed, "float32", can);
  const net = vary(await unrolled.network(spec), seed);
  const steps = 1 + ((7 * i) % 25);
  const x = randomInput(spec.input, steps, seed);
  const [want] = net.predict([x]);
  for (const got of await whole(net, x, steps)) note("whole", seed, off(got, want));
  const types = spec.layers.map(({ type }) => type);
  if (!types.includes("delayTaps") && !types.includes("subsample")) {
    const back = await fromOnnx(toOnnx(net, { states: "fixed" }));
    note("back", seed, off(back.predict([x])[0], want));
    back.dispose();
  }
  net.dispose();
  const ahead = vary(await unrolled.network(randomSpec(unrolled, seed, "float32", canStream)), seed);
  const own = randomInput(ahead.spec.input, steps, seed);
  note("stepped", seed, off(await stepped(ahead, own, steps), ahead.predict([own])[0]));
  if (!ahead.spec.layers.some(({ type }) => type === "delayTaps")) {
    const back = await fromOnnx(toOnnx(ahead));
    note("back", seed, off(back.predict([own])[0], ahead.predict([own])[0]));
    back.dispose();
  }
  ahead.dispose();
}
for (const [kind, title] of [
  ["whole", "whole batches in onnxruntime-web"],
  ["stepped", "step by step in onnxruntime-web"],
  ["back", "read back by fromOnnx"],
])
  console.log(
    `${title}: ${counts[kind]} comparisons, largest ${worst[kind].toExponential(1)}, want ${BOUND}`,
  );
process.exitCode = failed ? 1 : 0;
