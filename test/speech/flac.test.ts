/** Files made by flac 1.4 from integers that a formula gives: those are what must come back. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readFlac } from "../../src/speech/flac.ts";
import { DataError, OptionError } from "../../src/wasm/errors.ts";
import { optionalPackage } from "../../src/wasm/optional-package.ts";

/** Integers of a channel: a sawtooth of its own. */
const sample = (t: number, channel: number): number => ((t * (channel + 3) * 37) % 101) - 50;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "base64"));
/** 48 samples of 16 bits, 300 times the sawtooth, 8 kHz. */
const mono = bytesOf(
  "ZkxhQwAAACIQABAAAABXAABXAfQA8AAAADBcqAJBGg5w93tW2DLQqinEgQAAKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" +
    "AAAAAAAAAAAAAAAAAAD/+GQIAC8uE3FaAvdzdzdzdzdzdzdzdzdzdwDVHdzdzdzdzdzdzdzdzdwDVHdzdzdzdzdzdzdzdzdw" +
    "DVHdzdzdzdzdzdzdzdzdwDVHdzdzdzdzdzdwaQM=",
);
/** 32 samples of 24 bits in two channels, 70001 times the sawtooth, 48 kHz. */
const stereo = bytesOf(
  "ZkxhQwAAACIQABAAAACnAACnC7gDcAAAACDfPphUMySpobjFDgyktNoqgQAAKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" +
    "AAAAAAAAAAAAAAAAAAD/+GocAB9zFMqX7tVGWEwYPrAAAEAAAQAAABvhlNQN8MqgAACAAAIAAAB9oAAACvhlIr4ZVAAAAH1g" +
    "AACAAAIAAAA3wykQQqKtAjmaKU9/tjVc0y8KqkiiAkAs+M0UvYkScRHK6iLiAxLYvM58hAQ3MiLiCitQqq5pObkU5opcqxOZ" +
    "RLYrvQuG8V5rNyKJn8h96Fw1c0+70LhIzvsAAACRnfrvQtBSzQ==",
);
/** A file with other bytes from a place on. */
const changed = (file: Uint8Array, at: number, ...bytes: number[]): Uint8Array => {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
};

beforeAll(() => void vi.spyOn(console, "error").mockImplementation(() => {})); // the package's own
afterAll(() => vi.restoreAllMocks());

test("samples are the integers that were written, to the last bit", async () => {
  const { rate, channels, samples, seconds } = await readFlac(mono);
  expect([rate, channels.length, seconds]).toEqual([8000, 1, 0.006]);
  expect(samples).toEqual(Float32Array.from({ length: 48 }, (_, t) => (300 * sample(t, 0)) / 2 ** 15));
});

test("channels stand apart, and their mean beside them", async () => {
  const { rate, channels, samples } = await readFlac(stereo.slice().buffer);
  expect(rate).toBe(48000);
  for (const c of [0, 1])
    expect(channels[c]).toEqual(
      Float32Array.from({ length: 32 }, (_, t) => (70001 * sample(t, c)) / 2 ** 23),
    );
  expect(samples).toEqual(channels[0].map((left, t) => (left + channels[1][t]) / 2));
});

test.each([
  ["no bytes", {} as Uint8Array, /readFlac: got Object, want the bytes of a file/],
  ["another file", new TextEncoder().encode("RIFF".padEnd(60)), /without the head of a FLAC file/],
  ["a head alone", mono.subarray(0, 20), /without the head/],
  ["no frames", mono.subarray(0, 86), /0 samples of the 48 that its head says: the file is cut off/],
  ["no frames, and a head that does not know", changed(mono, 25, 0).subarray(0, 86), /has 0 samples/],
  ["a rate of 0", changed(mono, 18, 0, 0, 0), /sample rate is 0/],
  ["samples of 32 bits", changed(mono, 20, 0x01, 0xf0), /32 bits, want at most 24/],
  ["more samples than there are", changed(mono, 25, 0x31), /48 samples of the 49/],
  ["more samples than memory has", changed(mono, 21, 0xff), /at most 268435456/],
  ["other channels than the frames have", changed(stereo, 20, 0x01), /channels/],
])("%s: an error that says so", async (_, file, words) => {
  const error = await readFlac(file).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(words);
});

test("files that are cut off or damaged give samples or a DataError", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(mono, stereo),
      fc.nat(260),
      fc.array(fc.record({ at: fc.nat(260), byte: fc.nat(255) }), { maxLength: 3 }),
      async (file, length, changes) => {
        const copy = file.slice(0, Math.max(length, 30));
        for (const { at, byte } of changes) if (at < copy.length) copy[at] = byte;
        const read = await readFlac(copy).catch((error: unknown) => error);
        if (!(read instanceof DataError)) expect(read).toHaveProperty("samples");
      },
    ),
    { numRuns: 60 },
  );
});

test("a package that is missing is named, with the command that brings it", async () => {
  const missing = optionalPackage("readFlac", "FLAC is decoded", "decoder", () =>
    Promise.reject(new Error()),
  );
  await expect(missing).rejects.toThrow(OptionError);
  await expect(missing).rejects.toThrow(
    'readFlac: FLAC is decoded by the package "decoder", which is not installed: npm i decoder',
  );
});
