/**
 * Nets of PyTorch, in and out. The 100 nets each way are `node test/exchange/pytorch.js`; here are a dozen
 * that it wrote, our own nets there and back, and files that are wrong.
 */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { fromPyTorch } from "../../src/exchange/pytorch/read.ts";
import { toPyTorch } from "../../src/exchange/pytorch/write.ts";
import type { PyTorchDescription } from "../../src/exchange/pytorch/description.ts";
import { readTensorFile, writeTensorFile } from "../../src/exchange/tensor-file.ts";
import { openZip, writeZip } from "../../src/exchange/zip.ts";
import * as unrolled from "../../src/index.ts";
import type { Network, NetworkSpec } from "../../src/index.ts";
import { close } from "../close.ts";
import { fuzz } from "./fuzz.ts";
import { randomInput, randomSpec, vary, type Can } from "./random-net.js";

interface Case {
  file: string;
  precision: "float32" | "float64";
  description: PyTorchDescription | null;
  x: number[];
  y: number[];
  bytes: string;
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/exchange/pytorch.json", import.meta.url), "utf8"),
) as Case[];
const bytesOf = ({ bytes }: Case): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(bytes, "base64"));
/** Rounding of a few hundred terms; a wrong gate or a lost bias is four orders above. */
const BOUNDS = { float32: 1e-5, float64: 1e-12 };
const can: Can = {
  recurrent: ["lstm", "gru", "rnn"],
  activations: ["tanh", "relu"],
  bidirectional: true,
  delayTaps: true,
  subsample: true,
  skip: true,
  conv: true,
  strides: true,
  layerNorm: true,
};

const made: Network[] = [];
const kept = (net: Network): Network => {
  made.push(net);
  return net;
};
afterEach(() => made.splice(0).forEach((net) => net.dispose()));

const { network, lstm, gru, rnn, dense, embedding } = unrolled;
const build = async (spec: NetworkSpec): Promise<Network> => kept(await network(spec));
/** The tensors of a net of ours as toPyTorch writes them, changed, without our description. */
function changed(
  net: Network,
  change: (tensors: ReturnType<typeof readTensorFile>["tensors"]) => void,
): Uint8Array<ArrayBuffer> {
  const { tensors } = readTensorFile("test", toPyTorch(net));
  change(tensors);
  return writeTensorFile(tensors, {});
}

describe("from PyTorch", () => {
  test.each(golden.map((one) => [one.file, one] as const))("%s gives what PyTorch gave", async (_, one) => {
    const net = kept(await fromPyTorch(bytesOf(one), one.description ?? undefined));
    expect(net.spec.precision).toBe(one.precision);
    close(net.predict([one.x])[0], one.y, { abs: BOUNDS[one.precision] });
  });

  test("the comparison fails when one weight is off by a tenth", async () => {
    const one = golden.find(({ file }) => file.endsWith(".safetensors"))!;
    const { tensors } = readTensorFile("test", bytesOf(one));
    const [name, weight] = [...tensors].find(([key]) => key.includes("weight_hh"))!;
    (weight.data as Float32Array)[0] += 0.1;
    const net = kept(
      await fromPyTorch(writeTensorFile(tensors.set(name, weight), {}), one.description ?? {}),
    );
    expect(() => close(net.predict([one.x])[0], one.y, { abs: BOUNDS[one.precision] })).toThrow();
  });
});

describe("there and back", () => {
  test.each(Array.from({ length: 20 }, (_, i) => [i]))("net %i of ours comes back as it was", async (i) => {
    const spec = randomSpec(unrolled, 500 + i, i % 2 ? "float64" : "float32", can);
    const net = vary(await build(spec), i + 1);
    const back = kept(await fromPyTorch(toPyTorch(net)));
    const x = randomInput(spec.input, 12, i);
    expect(back.spec.loss).toEqual(net.spec.loss);
    close(back.predict([x])[0], net.predict([x])[0], { abs: BOUNDS[net.spec.precision] });
  });
});

describe("structure", () => {
  test("an embedding, a recurrent net and an output are put in order by their widths", async () => {
    const net = await build({
      input: { symbols: 7 },
      layers: [embedding(7, 3), lstm(5, { initialState: "zero" }), dense(2)],
      loss: "squared",
    });
    const back = kept(await fromPyTorch(changed(net, () => undefined)));
    expect(back.spec.layers.map(({ type }) => type)).toEqual(["embedding", "lstm", "dense"]);
    expect(back.spec.input).toEqual({ symbols: 7 });
  });
  test("modules that fit in several orders, and activations no tensor tells, are asked for", async () => {
    const square = await build({ input: 4, layers: [rnn(4), gru(4)], loss: "squared" });
    await expect(fromPyTorch(changed(square, () => undefined))).rejects.toThrow(
      /modules "rnn1", "gru2" fit together in several orders; say the order: description.layers/,
    );
    const deep = await build({
      input: 2,
      layers: [dense(3, { activation: "tanh" }), dense(1)],
      loss: "squared",
    });
    await expect(fromPyTorch(changed(deep, () => undefined))).rejects.toThrow(
      /"dense1" is a Linear with modules behind it, and no tensor says its activation/,
    );
    const restored = kept(
      await fromPyTorch(
        changed(deep, () => undefined),
        { layers: [{ module: "dense1", activation: "tanh" }, "dense2"] },
      ),
    );
    close(restored.predict([[1, 2]])[0], deep.predict([[1, 2]])[0], { abs: 1e-6 });
  });
  test("a description must name modules of the file, and all of them", async () => {
    const net = await build({ input: 2, layers: [gru(3), dense(1)], loss: "squared" });
    const file = changed(net, () => undefined);
    await expect(fromPyTorch(file, { layers: ["gru1"] })).rejects.toThrow(
      /module "dense2" of the file is not/,
    );
    await expect(fromPyTorch(file, { layers: ["gru", "dense2"] })).rejects.toThrow(
      /names "gru", the file has "dense2", "gru1"|names "gru", the file has "gru1", "dense2"/,
    );
    await expect(fromPyTorch(file, { layer: [] } as never)).rejects.toThrow(/unknown option "layer"/);
  });
});

describe("files that are wrong", () => {
  test("each is refused with what is wrong", async () => {
    const net = await build({ input: 2, layers: [lstm(3), dense(1)], loss: "squared" });
    const good = toPyTorch(net);
    const data = Float32Array.of(1, 2, 3);
    const with1 = (name: string, shape: number[], length = 3): Promise<unknown> =>
      fromPyTorch(
        changed(net, (t) => t.set(name, { shape, dtype: "float32", data: new Float32Array(length) })),
      );
    await expect(fromPyTorch(good.subarray(0, good.length - 4))).rejects.toThrow(/truncated file/);
    await expect(fromPyTorch(good.subarray(0, 100))).rejects.toThrow(/truncated, or not a safetensors file/);
    await expect(fromPyTorch(new Uint8Array(0))).rejects.toThrow(/0 bytes, want a safetensors file/);
    const normed = (await with1("norm.weight", [3])) as Network;
    expect(kept(normed).spec.layers.map(({ type }) => type)).toEqual(["lstm", "layerNorm", "dense"]);
    await expect(with1("norm.running_mean", [3])).rejects.toThrow(/belongs to no nn.LSTM/);
    await expect(with1("conv.weight", [3, 1, 1])).rejects.toThrow(
      /"conv" is a Conv1d, and no tensor says its/,
    );
    await expect(with1("conv.weight", [3, 1, 1, 1])).rejects.toThrow(/want a vector, a matrix or kernels/);
    await expect(with1("attention.in_proj_weight", [3])).rejects.toThrow(/belongs to no nn.LSTM/);
    await expect(with1("lstm1.bias_hh_l0", [3])).rejects.toThrow(/bias_hh_l0 is \[3\], want \[12\]/);
    await expect(with1("lstm1.weight_hr_l0", [1, 3])).rejects.toThrow(/projection/);
    await expect(with1("lstm1.weight_hh_l0", [6, 3], 18)).rejects.toThrow(/want 1, 3 or 4 times/);
    await expect(
      fromPyTorch(
        changed(net, (t) => t.set("n", { shape: [3], dtype: "int32", data: Int32Array.from(data) })),
      ),
    ).rejects.toThrow(/"n" holds whole numbers/);
    const zip = await writeZip("test", new Map([["x/readme", new Uint8Array(4)]]), false);
    await expect(fromPyTorch(zip)).rejects.toThrow(/a zip without data.pkl/);
  });
  test("code in a .pt file is named and not run", async () => {
    const pickle = Uint8Array.from(Buffer.from("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.", "latin1"));
    const zip = await writeZip("test", new Map([["archive/data.pkl", pickle]]), false);
    await expect(fromPyTorch(zip)).rejects.toThrow(
      /names os.system, which is code, and this library runs none/,
    );
  });
  test("what PyTorch lacks is named on the way out", async () => {
    for (const [layer, words] of [
      [lstm(2, { peepholes: true }), /"lstm1" has peepholes/],
      [lstm(2, { forgetGate: false }), /no forget gate/],
      [gru(2, { reset: "before" }), /reset "before"/],
      [rnn(2, { leak: 0.5 }), /a leak of 0.5/],
      [rnn(2, { activation: "logistic" }), /nn.RNN with tanh and relu only/],
    ] as const) {
      const net = await build({ input: 1, layers: [layer], loss: "squared" });
      expect(() => toPyTorch(net)).toThrow(words);
    }
  });
});

describe("10,000 changed files", () => {
  test("fromPyTorch reads or throws an error of this library", async () => {
    const files = golden.filter(({ bytes }) => bytes.length < 12_000);
    expect(files.some(({ file }) => file.endsWith(".pt"))).toBe(true);
    expect(await fuzz(files.map(bytesOf), 10_000, (bytes) => fromPyTorch(bytes))).toEqual([]);
  });
  test("so it does where the pickle in a .pt file is changed, which a checksum would hide", async () => {
    const zip = openZip("test", bytesOf(golden.find(({ file }) => file.endsWith(".pt"))!));
    const members = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const name of zip.names) members.set(name, await zip.read(name));
    const pickle = zip.names.find((name) => name.endsWith("data.pkl"))!;
    const read = async (bytes: Uint8Array<ArrayBuffer>): Promise<unknown> =>
      fromPyTorch(await writeZip("test", members.set(pickle, bytes), false));
    expect(await fuzz([members.get(pickle)!], 10_000, read)).toEqual([]);
  });
});
