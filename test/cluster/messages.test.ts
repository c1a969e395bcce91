/** Bytes of messages: what goes in comes out, and what is no message is refused. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, Joiner } from "../../src/cluster/chunks.ts";
import { decode, encode } from "../../src/cluster/codec.ts";
import { itemHash, readFromWorker, runName, VERSION } from "../../src/cluster/protocol.ts";
import { sha256 } from "../../src/cluster/sha256.ts";

test("SHA-256 is the platform's, at every length about a block", () => {
  for (let n = 0; n < 200; ++n) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (31 * i + n) % 256);
    expect(sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
  }
});

test("plain data and arrays of numbers come back as they were, bit by bit", () => {
  const value = {
    numbers: [0, -0, NaN, Infinity, -Infinity, 5e-324, 1 / 3],
    arrays: [Float32Array.of(1.5, NaN), new Float64Array(0), Int32Array.of(-7), Uint8Array.of(255, 1, 2)],
    $: { $: "NaN" },
    nested: [{ text: "ä€\u{1f600}", none: null, yes: true }],
  };
  expect(decode(encode(value))).toEqual(value);
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(decode(encode(json))).toEqual(json);
    }),
    { numRuns: 200, seed: 1 },
  );
  expect(() => encode({ call: () => 1 })).toThrow("a function cannot be sent");
});

test("bytes that are no message are refused, whatever they are", () => {
  const good = encode({ kind: "answer", vector: Float32Array.of(1, 2, 3), value: 1 });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(good.length - 1),
      fc.nat(255),
      (noise, at, byte) => {
        const changed = Uint8Array.from(good);
        changed[at] = byte;
        for (const bytes of [noise, changed, good.subarray(0, at)])
          expect(() => readFromWorker(bytes)).toThrow(/^cluster: got/);
      },
    ),
    { numRuns: 300, seed: 2 },
  );
  const proto = new TextEncoder().encode('____{"__proto__":{"kind":"leave"}}');
  new DataView(proto.buffer).setUint32(0, proto.length - 4, true);
  expect(() => readFromWorker(proto)).toThrow("no worker of this version");
});

test("messages of any size go in datagrams of any size; a lost part costs its message alone", () => {
  for (const size of [0, 1, 83, 84, 85, 1000])
    for (const max of [17, 100, 1 << 20]) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i % 251);
      const joiner = new Joiner();
      const parts = cut([bytes.subarray(0, 5), bytes.subarray(5)], 7, max);
      const got = parts.map((part) => joiner.take("a", part));
      expect(parts.every(({ length }) => length <= max)).toBe(true);
      expect(got.at(-1)).toEqual(bytes);
      expect(got.slice(0, -1).every((x) => x === undefined)).toBe(true);
      const without = parts.filter((_, i) => i !== 1);
      if (parts.length < 3) continue;
      expect(without.map((part) => joiner.take("a", part)).every((x) => x === undefined)).toBe(true);
      expect(
        cut([bytes.subarray(0, 5), bytes.subarray(5)], 8, max)
          .map((part) => joiner.take("a", part))
          .at(-1),
      ).toEqual(bytes);
    }
  expect(() => new Joiner().take("a", Uint8Array.of(1, 2, 3))).toThrow("no datagram");
});

test("an item's hash is of its numbers, whatever array they stand in", () => {
  const item = { length: 1, steps: 1, target: [1], weight: [], initial: [] };
  expect(itemHash({ ...item, input: [0.5] })).toBe(itemHash({ ...item, input: Float64Array.of(0.5) }));
  expect(itemHash({ ...item, input: [0.5] })).not.toBe(itemHash({ ...item, input: [-0.5] }));
});

test("the version that both sides must have is the package's, and a run's name is a word", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
  expect(runName("clusterPool", "speech-2_b")).toBe("speech-2_b");
  for (const bad of ["a.b", "*", ">", "", "x".repeat(65), 3])
    expect(() => runName("clusterPool", bad)).toThrow("clusterPool: run is");
});
