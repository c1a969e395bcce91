/**
 * onnxruntime-web on wasm, one thread, for inference alone: one LSTM node, state fed back; the model file is
 * written here.
 */
import ort from "onnxruntime-web";
import { measure } from "./measure.js";

// Protocol buffers, as far as ONNX needs them: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const int = (field, n) => Buffer.from([...varint(field << 3), ...varint(n)]);
const block = (field, ...parts) => {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(body.length)]), body]);
};
const tensor = (name, dims, data) =>
  block(
    5,
    ...dims.map((d) => int(1, d)),
    int(2, 1),
    block(8, name),
    block(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
const port = (field, name, dims) =>
  block(
    field,
    block(1, name),
    block(2, block(1, int(1, 1), block(2, ...dims.map((d) => block(1, int(1, d)))))),
  );

/** A model of one LSTM node over one step. ONNX takes its gates as i o f g, rows of W [4H,I] and R [4H,H]. */
function lstmModel({ I, H }, { Wx, Wh, b }) {
  const order = [0, 3, 1, 2];
  const G = 4 * H;
  const rows = (data, columns) =>
    Float32Array.from({ length: G * columns }, (_, at) => {
      const row = Math.floor(at / columns);
      const gate = order[Math.floor(row / H)];
      return data[(at % columns) * G + gate * H + (row % H)];
    });
  const bias = new Float32Array(2 * G).map((_, at) =>
    at < G ? b[order[Math.floor(at / H)] * H + (at % H)] : 0,
  );
  const names = (field, list) => list.map((name) => block(field, name));
  const node = block(
    1,
    ...names(1, ["x", "W", "R", "B", "", "h0", "c0"]),
    ...names(2, ["", "h", "c"]),
    block(4, "LSTM"),
    block(5, block(1, "hidden_size"), int(3, H), int(20, 2)),
  );
  const graph = block(
    7,
    node,
    block(2, "step"),
    tensor("W", [1, G, I], rows(Wx, I)),
    tensor("R", [1, G, H], rows(Wh, H)),
    tensor("B", [1, 2 * G], bias),
    port(11, "x", [1, 1, I]),
    port(11, "h0", [1, 1, H]),
    port(11, "c0", [1, 1, H]),
    port(12, "h", [1, 1, H]),
    port(12, "c", [1, 1, H]),
  );
  return Buffer.concat([int(1, 8), graph, block(8, int(2, 14))]);
}

await measure(async (w, arrays) => {
  if (w.loss !== "none") throw new Error("onnxruntime-web does not train");
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(new Uint8Array(lstmModel(w, arrays)), {
    executionProviders: ["wasm"],
  });
  const state = () => new ort.Tensor("float32", new Float32Array(w.H), [1, 1, w.H]);
  let t = 0;
  let h0 = state();
  let c0 = state();
  return {
    async step() {
      const at = (t++ % w.T) * w.I;
      ({ h: h0, c: c0 } = await session.run({
        x: new ort.Tensor("float32", arrays.x.slice(at, at + w.I), [1, 1, w.I]),
        h0,
        c0,
      }));
      return h0.data.reduce((sum, v) => sum + v, 0) / w.H;
    },
  };
});
