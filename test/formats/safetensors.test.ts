/**
 * Saved models from strangers: every fault of a file is named by this library, before memory is taken for it.
 */
import { expect, test } from "vitest";
import { readTensors } from "../../src/formats/read-safetensors.ts";
import { writeTensors } from "../../src/formats/safetensors.ts";
import { autoregressive, dense, hmm, languageModel, lds, lstm, network, rnn } from "../../src/index.ts";
import { DataError } from "../../src/wasm/errors.ts";

type Json = Record<string, unknown>;

const net = await network({ input: 2, layers: [lstm(3), dense(1)], loss: "squared" });
const saved = net.save();

/** A file with its header, or the spec in it, changed. */
function changed(
  bytes: Uint8Array,
  change: (header: Json, spec: Json) => void,
  data?: Uint8Array,
): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Json;
  const metadata = header.__metadata__ as Json;
  const spec = JSON.parse(metadata.spec as string) as Json;
  change(header, spec);
  metadata.spec = JSON.stringify(spec);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + text.length + (data ?? bytes.subarray(8 + length)).length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(data ?? bytes.subarray(8 + length), 8 + text.length);
  return out;
}

const load = (bytes: Uint8Array): Promise<unknown> => network.load(bytes);

test("a file changed in nothing loads", async () => {
  await expect(load(changed(saved, () => {}))).resolves.toBeDefined();
});

test("tensors that share bytes are refused: a small file would fill the memory", () => {
  const data = new Float32Array(1000);
  const tensors = Array.from({ length: 100 }, (_, i) => ({ name: `t${i}`, shape: [1000], data }));
  const file = changed(writeTensors({}, tensors), (header) => {
    for (let i = 0; i < 100; ++i) (header[`t${i}`] as Json).data_offsets = [0, 4000];
  });
  expect(() => readTensors(file, "load")).toThrow('load: tensor "t1" begins at byte 0, want 4000');
});

test.each<[string, (header: Json) => void, RegExp]>([
  ["null", (header) => (header.t = null), /tensor "t" is not an object/],
  ["without a shape", (header) => (header.t = { dtype: "F32", data_offsets: [0, 0] }), /has no shape/],
  ["of a negative shape", (header) => (header.t = { dtype: "F32", shape: [-1, -1] }), /has no shape/],
  ["without offsets", (header) => (header.t = { dtype: "F32", shape: [1] }), /has no data_offsets/],
  ["of a dtype that objects have", (header) => (header.t = { dtype: "constructor" }), /is "constructor"/],
  [
    "behind the end",
    (header) => (header.t = { dtype: "F32", shape: [1], data_offsets: [999996, 1000000] }),
    /trunc/,
  ],
])("an entry %s is refused", (_, change, message) => {
  expect(() => readTensors(changed(saved, change), "load")).toThrow(message);
  expect(() => readTensors(changed(saved, change), "load")).toThrow(DataError);
});

test.each(["null", "[]", "3", "{", '{"__metadata__":null}', "[".repeat(200_000)])(
  "a header that is %.30s is refused",
  async (text) => {
    const bytes = new Uint8Array(8 + text.length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(new TextEncoder().encode(text), 8);
    await expect(load(bytes)).rejects.toThrow(DataError);
  },
);

test("bytes behind the last tensor, and weights that are not finite, are refused", async () => {
  await expect(load(Uint8Array.of(...saved, 0))).rejects.toThrow("want no bytes behind them");
  for (const value of [NaN, Infinity, -Infinity]) {
    const bytes = saved.slice();
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, value, true);
    await expect(load(bytes)).rejects.toThrow(`is ${value} at place 0`);
  }
});

test("a spec that asks for more than the file holds is refused before memory is taken", async () => {
  const before = process.memoryUsage().rss;
  for (const layers of [
    [rnn(30_000), dense(1)],
    [dense(1_000_000_000)],
    [{ type: "delayTaps", taps: 2 ** 30 }],
    Array.from({ length: 5000 }, () => dense(1)),
    [null],
    [{ type: "lstm" }],
    [{ type: "bidirectional", layer: { type: "bidirectional" } }],
    "none",
  ]) {
    const file = changed(saved, (_, { spec }) => ((spec as Json).layers = layers));
    await expect(load(file)).rejects.toThrow(/network|delayTaps|lstm|bidirectional/);
  }
  const wide = changed(saved, (_, { spec }) => {
    const entries = [{ name: "lstm1.Wx", indices: Array.from({ length: 24 }, (__, i) => i) }];
    const list = Array.from({ length: 50 }, () => ({ kind: "fix", entries: entries[0] }));
    (spec as Json).constraints = list;
  });
  await expect(load(wide)).rejects.toThrow("network.load: constraints on 1200 entries");
  expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
});

test("a state of training that is none is refused", async () => {
  for (const training of [null, 3, {}, { optimizer: "adam", step: -1, batches: 0, scalars: {} }]) {
    const file = changed(saved, (_, spec) => (spec.training = training));
    await expect(load(file)).rejects.toThrow("the file's training state");
  }
});

test("models of other kinds refuse a spec without sense too", async () => {
  const models = [
    [hmm, await hmm({ states: 2, emission: "poisson" })],
    [lds, await lds({ state: 2, output: 1 })],
    [autoregressive, await autoregressive({ order: 1 })],
  ] as const;
  for (const [model, made] of models) {
    for (const spec of [null, [], 3, { states: 1e9, state: 1e9, order: -1 }]) {
      const file = changed(made.save(), (_, header) => (header.spec = spec));
      await expect(model.load(file)).rejects.toThrow(/load|autoregressive: unknown option/);
    }
  }
});

test("a language model whose vocabulary is none, or does not fit its layers, is refused", async () => {
  const bytes = (await languageModel({ vocabulary: ["a", "b"], context: 1, hidden: 2 })).save();
  for (const notes of [
    null,
    { kind: "language model", size: 2, words: 5 },
    { kind: "language model", size: 9 },
  ]) {
    const file = changed(bytes, (_, { spec }) => ((spec as Json).notes = notes));
    await expect(languageModel.load(file)).rejects.toThrow(/notes|vocabulary/);
  }
});

test("a switch of a layer that is neither true nor false is refused", async () => {
  const file = changed(saved, (_, { spec }) => (((spec as Json).layers as Json[])[1].bias = 0));
  await expect(load(file)).rejects.toThrow("dense: bias is 0, want true or false");
});

test("a net described by hand, with fields left out, is the net that the functions make", async () => {
  const byHand = { type: "dense", units: 1 } as unknown as ReturnType<typeof dense>;
  const spec = { input: 2, layers: [byHand], loss: "squared" } as const;
  const described = await network(spec);
  const made = await network({ ...spec, layers: [dense(1)] });
  expect(described.save()).toEqual(made.save());
});
