/**
 * unrolled itself, from the built package; `--backend` simd, relaxed or revectorize. The loss of the net is
 * summed over units: /O.
 */
import { dense, init, lstm, network, rnn, sgd } from "../../dist/index.js";
import { backend, measure } from "./measure.js";
import { rate } from "./material.js";

await measure(async (w, arrays) => {
  await init({ variant: backend === "relaxed" ? "relaxed" : "simd", revectorize: backend === "revectorize" });
  const { T, B, I, H, O } = w;
  const options = { initialState: "zero" };
  const hidden = w.cell === "lstm" ? lstm(H, options) : rnn(H, { ...options, activation: w.cell });
  const net = await network({
    input: I,
    layers: O ? [hidden, dense(O)] : [hidden],
    loss: O ? w.loss : "squared",
  });
  const names = O ? ["Wx", "Wh", "b", "Wo", "bo"] : ["Wx", "Wh", "b"];
  if (net.parameters.length !== names.length)
    throw new Error(`parameters are ${net.parameters.map(({ name }) => name)}`);
  net.parameters.forEach((parameter, i) => parameter.set(arrays[names[i]]));
  if (O === 0) {
    const stream = net.stream();
    let t = 0;
    return {
      step() {
        const at = (t++ % T) * I;
        return stream.step(arrays.x.subarray(at, at + I)).reduce((sum, v) => sum + v, 0) / H;
      },
    };
  }
  // [T,B,F] to one [T,F] a sequence
  const sequence = (data, F, b) =>
    Float32Array.from({ length: T * F }, (_, at) => data[(Math.floor(at / F) * B + b) * F + (at % F)]);
  const last = w.when === "last";
  const weight = new Float32Array(T);
  weight[T - 1] = 1;
  const target = (b) => {
    if (!last) return sequence(arrays.target, O, b);
    const full = new Float32Array(T * O);
    full.set(arrays.target.subarray(b * O, (b + 1) * O), (T - 1) * O);
    return full;
  };
  const items = Array.from({ length: B }, (_, b) => ({
    input: sequence(arrays.x, I, b),
    target: target(b),
    ...(last ? { weight } : {}),
  }));
  const events = net.train(items, {
    optimizer: sgd({ rate: rate / O }),
    steps: 1e9,
    batch: B,
    shuffle: false,
  });
  return { step: async () => (await events.next()).value.loss / O };
});
