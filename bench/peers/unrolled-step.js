/**
 * A step of unrolled on a workload: a training step with its update, or a step of a stream. `unrolled` holds
 * the library's names. The loss of the net is summed over units: /O.
 */
import { rate } from "./arrays.js";

/** `step()` of a workload, on its arrays. */
export async function unrolledStep(unrolled, w, arrays) {
  const { dense, lstm, network, rnn, sgd } = unrolled;
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
}
