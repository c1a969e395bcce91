/**
 * Nets as ONNX, there and back. The runs in onnxruntime-web are `node test/exchange/onnx.js`; here are our
 * own nets through a file, models that are wrong, and changed files.
 */
import { afterEach, describe, expect, test } from "vitest";
import { readModel, writeModel, type OnnxModel } from "../../src/exchange/onnx/model.ts";
import { fromOnnx } from "../../src/exchange/onnx/read.ts";
import { toOnnx } from "../../src/exchange/onnx/write.ts";
import * as unrolled from "../../src/index.ts";
import type { Network, NetworkSpec } from "../../src/index.ts";
import { close } from "../close.ts";
import { fuzz } from "./fuzz.ts";
import { randomInput, randomSpec, vary, type Can } from "./random-net.js";

const { network, bidirectional, conv, delayTaps, dense, gru, lstm, rnn } = unrolled;
const made: Network[] = [];
const kept = (net: Network): Network => {
  made.push(net);
  return net;
};
afterEach(() => made.splice(0).forEach((net) => net.dispose()));
const build = async (spec: NetworkSpec): Promise<Network> => kept(await network(spec));

const can: Can = {
  recurrent: ["lstm", "gru", "rnn"],
  activations: ["identity", "tanh", "logistic", "relu"],
  bidirectional: true,
  peepholes: true,
  lstm1997: true,
  before: true,
  skip: true,
  conv: true,
  strides: true,
  layerNorm: true,
};
/** The model of a net of ours, changed. */
const changed = (net: Network, change: (model: OnnxModel) => Partial<OnnxModel>): Uint8Array<ArrayBuffer> => {
  const model = readModel("test", toOnnx(net, { states: "fixed" }));
  return writeModel({ ...model, ...change(model) });
};

describe("there and back", () => {
  test.each(Array.from({ length: 30 }, (_, i) => [i]))(
    "net %i of ours comes back with its bits",
    async (i) => {
      const spec = randomSpec(unrolled, 900 + i, "float32", can);
      const net = vary(await build(spec), i + 1);
      const x = randomInput(spec.input, 9, i);
      const back = kept(await fromOnnx(toOnnx(net, { states: "fixed" })));
      // an activation behind a recurrent layer may pass through an identity matrix, and biases are split
      close(back.predict([x])[0], net.predict([x])[0], { abs: 1e-6 });
    },
  );
  test("states that go in and come out start where the net does", async () => {
    const net = await build({
      input: 2,
      layers: [lstm(3, { init: { state: unrolled.normal(0.5) } }), gru(2), dense(2, { activation: "tanh" })],
      loss: "softmax",
    });
    const model = readModel("test", toOnnx(net));
    expect(model.inputs.map(({ name }) => name)).toEqual(["x", "lstm1.h0", "lstm1.c0", "gru2.h0"]);
    expect(model.outputs.map(({ name }) => name)).toEqual(["y", "lstm1.h", "lstm1.c", "gru2.h"]);
    const back = kept(await fromOnnx(toOnnx(net)));
    expect(back.spec.loss).toBe("softmax");
    close(back.predict([[1, 2, 3, 4]])[0], net.predict([[1, 2, 3, 4]])[0], { abs: 1e-6 });
  });
  test("a changed weight is seen", async () => {
    const net = await build({ input: 1, layers: [gru(3)], loss: "squared" });
    const file = changed(net, ({ constants }) => {
      const R = constants.get("gru1.R")!;
      return {
        constants: new Map(constants).set("gru1.R", { ...R, data: R.data.slice().fill(0.1 as never) }),
      };
    });
    const back = kept(await fromOnnx(file));
    const x = [[1, -1, 2]];
    expect(() => close(back.predict(x)[0], net.predict(x)[0], { abs: 1e-5 })).toThrow();
  });
});

describe("what is refused", () => {
  test("layers that ONNX lacks, and states of nets that need whole sequences", async () => {
    const leaky = await build({ input: 1, layers: [rnn(2, { leak: 0.5 })], loss: "squared" });
    expect(() => toOnnx(leaky)).toThrow(/toOnnx: layer "rnn1" leaks, and ONNX has no leaky units/);
    const both = await build({ input: 1, layers: [bidirectional(rnn(2))], loss: "squared" });
    expect(() => toOnnx(both, { states: "inputs" })).toThrow(
      /bidirectional needs whole sequences; want "fixed"/,
    );
  });
  test("files that are cut, foreign, of wrong shapes or with other operators are named", async () => {
    const net = await build({ input: 2, layers: [lstm(3), dense(1)], loss: "squared" });
    const good = toOnnx(net);
    await expect(fromOnnx(good.subarray(0, good.length - 9))).rejects.toThrow(/truncated|no graph/);
    await expect(fromOnnx(new Uint8Array(0))).rejects.toThrow(/holds no graph/);
    await expect(fromOnnx(new TextEncoder().encode("<html>not a model"))).rejects.toThrow(
      /fromOnnx: the file/,
    );
    const attention = changed(net, ({ nodes }) => ({
      nodes: nodes.map((node) => (node.op === "MatMul" ? { ...node, op: "Attention" } : node)),
    }));
    await expect(fromOnnx(attention)).rejects.toThrow(
      /operator Attention cannot be read; this library knows/,
    );
    const shape = changed(net, ({ constants }) => ({
      constants: new Map(constants).set("lstm1.B", {
        shape: [1, 8],
        dtype: "float32",
        data: new Float32Array(8),
      }),
    }));
    await expect(fromOnnx(shape)).rejects.toThrow(/LSTM "lstm1.y": B is \[1,8\], want \[1,24\]/);
    const clipped = changed(net, ({ nodes }) => ({
      nodes: nodes.map((node) =>
        node.op === "LSTM" ? { ...node, attributes: { ...node.attributes, clip: 1 } } : node,
      ),
    }));
    const convs = await build({
      input: 2,
      layers: [conv({ units: 2, width: 3 }), dense(1)],
      loss: "squared",
    });
    const padded = (pads: number[]): Promise<unknown> =>
      fromOnnx(
        changed(convs, ({ nodes }) => ({
          nodes: nodes.map((node) =>
            node.op === "Conv" ? { ...node, attributes: { ...node.attributes, pads } } : node,
          ),
        })),
      );
    await expect(padded([0, 0])).rejects.toThrow("Conv with padding [0,0] and stride 1, want [1,1] or [2,0]");
    await expect(fromOnnx(clipped)).rejects.toThrow(/clip, which this library has not/);
    const taps = await build({ input: 1, layers: [delayTaps(2), rnn(2)], loss: "squared" });
    await expect(fromOnnx(toOnnx(taps))).rejects.toThrow(/Concat reads "slice_\d+", which is not/);
  });
});

describe("10,000 changed files", () => {
  test("fromOnnx reads or throws an error of this library", async () => {
    const files: Uint8Array[] = [];
    for (let i = 0; i < 12; ++i) {
      const net = await build(randomSpec(unrolled, 900 + i, "float32", { ...can, units: 3 }));
      files.push(toOnnx(net, { states: "fixed" }));
    }
    expect(await fuzz(files, 10_000, (bytes) => fromOnnx(bytes))).toEqual([]);
  });
});
