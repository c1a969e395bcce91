/** Bytes of messages: what goes in comes out, and what is no message is refused. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, Joiner } from "../../src/cluster/chunks.ts";
import { decode, encode } from "../../src/cluster/codec.ts";
import { itemHash, readFromWorker, runName, VERSION } from "../../src/cluster/protocol.ts";
import { isFinite } from "../../src/cluster/round.ts";
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

test("memory that is given back is that of messages to come, and nothing of before is seen in them", () => {
  const joiner = new Joiner();
  const memories = new Set<ArrayBufferLike>();
  // another sender's message is under way meanwhile
  const other = cut([encode({ vector: new Float32Array(90).fill(-1) })], 1, 100);
  joiner.take("b", other[0]);
  for (let n = 1; n <= 6; ++n) {
    const vector = Float32Array.from({ length: 100 - n }, (_, i) => n * i);
    const parts = cut([encode({ vector, n })], n, 100);
    const bytes = parts.map((part) => joiner.take("a", part)).at(-1)!;
    const got = decode(bytes) as { vector: Float32Array };
    expect(got).toEqual({ vector, n });
    memories.add(got.vector.buffer);
    joiner.reuse(got.vector.buffer);
  }
  expect(memories.size).toBeLessThanOrEqual(2);
  const late = other.slice(1).map((part) => joiner.take("b", part));
  expect(decode(late.at(-1)!)).toEqual({ vector: new Float32Array(90).fill(-1) });
});

test("memory that was not made for a message is never another's", () => {
  const joiner = new Joiner();
  // what a socket read at once: a short message, and others behind it
  const [short] = cut([encode({ vector: new Float32Array(8).fill(3) })], 1, 2000);
  const read = new Uint8Array(4000).fill(9);
  read.set(short);
  const bytes = joiner.take("a", read.subarray(0, short.length))!;
  expect(bytes.buffer).toBe(read.buffer);
  joiner.reuse(bytes.buffer);
  const long = cut([new Uint8Array(3000).fill(7)], 2, 2000).map((part) => joiner.take("a", part));
  expect(long.at(-1)!.buffer).not.toBe(read.buffer);
  expect(read.subarray(short.length).every((byte) => byte === 9)).toBe(true);
  // nor twice
  joiner.reuse(long.at(-1)!.buffer);
  joiner.reuse(long.at(-1)!.buffer);
  const [one, two] = ["a", "b"].map((sender) =>
    cut([new Uint8Array(3000)], 3, 2000)
      .map((part) => joiner.take(sender, part))
      .at(-1),
  );
  expect(one!.buffer).not.toBe(two!.buffer);
});

test("a message of another size gets memory of its own", () => {
  const joiner = new Joiner();
  const take = (size: number): Uint8Array =>
    cut([new Uint8Array(size).fill(7)], 1, 100)
      .map((part) => joiner.take("a", part))
      .at(-1)!;
  const first = take(1000);
  joiner.reuse(first.buffer);
  expect(take(100).buffer, "too large to be held by so little").not.toBe(first.buffer);
  expect(take(2000).buffer, "too small").not.toBe(first.buffer);
  expect(take(900).buffer).toBe(first.buffer);
});

test("a result is finite if all its numbers are, in either type", () => {
  for (const Of of [Float32Array, Float64Array]) {
    const finite = [0, -0, 1, -3e38, 1e-45, 2 ** -1074];
    expect(isFinite({ value: 1, vector: Of.from(finite) })).toBe(true);
    expect(isFinite({ value: 1, vector: new Of(0) })).toBe(true);
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(isFinite({ value: bad, vector: Of.from(finite) })).toBe(false);
      for (let i = 0; i < finite.length; ++i) {
        const vector = Of.from(finite);
        vector[i] = bad;
        expect(isFinite({ value: 1, vector })).toBe(false);
        expect(isFinite({ value: 1, vector: vector.subarray(i + 1) })).toBe(true);
      }
    }
  }
  // a whole-number part that looks like an exponent is none
  const words = Int32Array.of(0x7ff00000, 0x3ff00000);
  expect(isFinite({ value: 1, vector: new Float64Array(words.buffer) })).toBe(true);
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
