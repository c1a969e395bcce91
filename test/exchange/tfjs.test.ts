/**
 * Layers models of TensorFlow.js. The 30 random models are `node test/exchange/tfjs.js`; here are eight that
 * it wrote, models that are wrong, and changed files.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromTfjs } from "../../src/exchange/keras/tfjs.ts";
import { close } from "../close.ts";
import { fuzz } from "./fuzz.ts";

interface Json {
  modelTopology: { config: { layers: { class_name: string; config: Record<string, unknown> }[] } };
  weightsManifest: { weights: { name: string; shape: number[] }[] }[];
}
interface Case {
  json: Json;
  bytes: string;
  x: number[];
  y: number[];
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/exchange/tfjs.json", import.meta.url), "utf8"),
) as Case[];
const bytesOf = ({ bytes }: Case): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(bytes, "base64"));
/** A model with one thing changed. */
const changed = (one: Case, change: (json: Json) => void): Json => {
  const json = structuredClone(one.json);
  change(json);
  return json;
};

describe("from tfjs", () => {
  test.each(golden.map((one, i) => [i, one] as const))("model %i gives what tfjs gave", async (_, one) => {
    const net = await fromTfjs(one.json, bytesOf(one));
    // rounding of float32 sums in another order
    close(net.predict([one.x])[0], one.y, { abs: 1e-5 });
    net.dispose();
  });
  test("a model that is wrong is refused with what is wrong", async () => {
    const one = golden.find(({ json }) => JSON.stringify(json).includes('"LSTM"'))!;
    const file = bytesOf(one);
    const layers = ({ modelTopology }: Json): Json["modelTopology"]["config"]["layers"] =>
      modelTopology.config.layers;
    const last = (json: Json) => layers(json)[layers(json).length - 1];
    await expect(fromTfjs(one.json, file.subarray(4))).rejects.toThrow(
      /the shards have \d+ bytes, model.json lists/,
    );
    await expect(fromTfjs("{", file)).rejects.toThrow(/fromTfjs: model.json is not a JSON object/);
    await expect(fromTfjs({}, file)).rejects.toThrow(/a model of class undefined, want Sequential/);
    const other = changed(one, (json) => void (last(json).class_name = "Conv2D"));
    await expect(fromTfjs(other, file)).rejects.toThrow(
      /Conv2D ".*": a layer that cannot be read; this library knows/,
    );
    const wide = changed(one, (json) => void (last(json).config.units = 99));
    await expect(fromTfjs(wide, file)).rejects.toThrow(/kernel is \[\d+,\d+\], want \[inputs,99\]/);
    const hard = JSON.stringify(one.json).replaceAll(
      '"recurrent_activation":"sigmoid"',
      '"recurrent_activation":"hard_sigmoid"',
    );
    await expect(fromTfjs(hard, file)).rejects.toThrow(
      /activations tanh and hard_sigmoid, want tanh and sigmoid/,
    );
    const less = changed(one, (json) => void layers(json).pop());
    await expect(fromTfjs(less, file)).rejects.toThrow(/belongs to no layer that was read/);
  });
});

describe("10,000 changed files", () => {
  test("fromTfjs reads or throws an error of this library, whatever model.json says", async () => {
    const files = golden.map(({ json }) => new TextEncoder().encode(JSON.stringify(json)));
    const shards = golden.map(bytesOf);
    let i = 0;
    expect(await fuzz(files, 10_000, (bytes) => fromTfjs(bytes, shards[i++ % shards.length]))).toEqual([]);
  });
});
