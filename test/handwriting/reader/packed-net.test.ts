/** Nets in a byte a weight. */
import { expect, test } from "vitest";
import { dense, lstm, network, Network } from "../../../src/index.ts";
import { isPacked, packNet, unpackNet } from "../../../src/handwriting/reader/packed-net.ts";
import { writeTensors } from "../../../src/formats/safetensors.ts";
import { DataError } from "../../../src/wasm/errors.ts";

const net = await network({ input: 3, layers: [lstm(5), dense(4)], loss: "ctc", seed: 4, notes: { a: 1 } });
const w = Float32Array.of(-0.3, 0.7, 0.1, -0.1);
const packed = packNet(net.save({ training: false }));

test("a packed net has every weight to half a level of its column, and single rows as they are", async () => {
  const copy = await Network.load(unpackNet("test", packed));
  expect(copy.spec).toEqual(net.spec);
  const read = copy.parameters;
  net.parameters.forEach(({ name, shape: [rows, columns], data }, p) => {
    expect(read[p].name).toBe(name);
    for (let c = 0; c < columns; ++c) {
      const column = Array.from({ length: rows }, (_, r) => data[r * columns + c]);
      const level = rows === 1 ? 0 : Math.max(...column.map(Math.abs)) / 127;
      column.forEach((value, r) =>
        expect(Math.abs(read[p].data[r * columns + c] - value)).toBeLessThanOrEqual(level * 0.5001),
      );
    }
  });
  copy.dispose();
});

test("a packed net that is cut off, too long, or says what it has not is refused", () => {
  expect(isPacked(packed)).toBe(true);
  expect(isPacked(net.save())).toBe(false);
  const longer = new Uint8Array([...packed, 0]);
  for (const bytes of [packed.subarray(0, -1), longer, packed.subarray(0, 40), packed.subarray(0, 4)])
    expect(() => unpackNet("test", bytes)).toThrow(DataError);
  const planted = packed.slice();
  planted[12] = 255; // the length of the header
  planted[14] = 255;
  expect(() => unpackNet("test", planted)).toThrow(DataError);
});

test("a packed net that has two tensors of one name is refused", () => {
  const planted = packed.slice();
  const text = new TextDecoder("latin1").decode(planted);
  planted.set(new TextEncoder().encode("lstm1.Wx"), text.lastIndexOf("lstm1.Wh"));
  expect(() => unpackNet("test", planted)).toThrow('test: two tensors "lstm1.Wx"');
});

test("unpacked weights are float32 products of scale and level, to the bit", () => {
  const { tensors } = unpackNet("test", packNet(writeTensors({}, [{ name: "w", shape: [2, 2], data: w }])));
  const [a, b] = [Math.fround(0.3 / 127), Math.fround(0.7 / 127)];
  expect([...tensors.get("w")!.data]).toEqual([-127 * a, 127 * b, 42 * a, -18 * b].map(Math.fround));
});
