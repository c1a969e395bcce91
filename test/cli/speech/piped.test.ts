import { expect, test } from "vitest";
import { piped } from "../../../src/cli/speech/piped.ts";
import { writeWav } from "../../../src/speech/index.ts";

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

async function heard(
  bytes: Uint8Array,
  size: number,
): Promise<{ rate: number | undefined; samples: number[] }> {
  const { rate, pieces } = await piped(inPieces(bytes, size));
  const samples: number[] = [];
  for await (const piece of pieces)
    samples.push(...Array.from(piece, (v) => (piece instanceof Int16Array ? v / 32768 : v)));
  return { rate, samples };
}

const values = Int16Array.from({ length: 50 }, (_, i) => 600 * i - 15_000);
const want = Array.from(values, (v) => v / 32768);
const wav = writeWav({ samples: values, rate: 8000 });

test.each([1, 7, 44, 45, 1000])("a WAV file in pieces of %d bytes is read by its header", async (size) => {
  expect(await heard(wav, size)).toEqual({ rate: 8000, samples: want });
  const behind = Uint8Array.from([...wav, 76, 73, 83, 84, 2, 0, 0, 0, 1, 2]); // a chunk behind the samples
  expect((await heard(behind, size)).samples).toEqual(want);
  const endless = wav.slice();
  endless.set([0, 0xf0, 0xff, 0x7f], 40);
  expect((await heard(endless, size)).samples).toEqual(want);
});

test("channels are mixed as readWav mixes them", async () => {
  const stereo = wav.slice();
  stereo.set([2, 0], 22);
  const { samples } = await heard(stereo, 9);
  expect(samples).toEqual(
    Array.from({ length: 25 }, (_, i) => Math.fround((want[2 * i] + want[2 * i + 1]) / 2)),
  );
});

test("bare samples have no rate of their own; a half one at the end is dropped", async () => {
  expect(await heard(wav.subarray(44, -1), 3)).toEqual({ rate: undefined, samples: want.slice(0, -1) });
  expect(await heard(new Uint8Array(0), 3)).toEqual({ rate: undefined, samples: [] });
});

test("other files, files that are cut off, and headers without an end are refused", async () => {
  const flac = new TextEncoder().encode("fLaC and the rest of it");
  await expect(heard(flac, 5)).rejects.toThrow(/begins with "fLaC", want WAV.*convert it/);
  await expect(heard(wav.subarray(0, -10), 9)).rejects.toThrow(/cut off: 10 of 100 bytes/);
  await expect(heard(wav.subarray(0, 36), 9)).rejects.toThrow(/header without samples in 36 bytes/);
});
