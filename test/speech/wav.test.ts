import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readWav, writeWav } from "../../src/speech/wav.ts";
import { DataError } from "../../src/wasm/errors.ts";

interface File {
  readonly code?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly data: number[];
  readonly before?: number[];
  readonly size?: number;
  readonly extensible?: boolean;
}

const u16 = (n: number): number[] => [n & 255, (n >> 8) & 255];
const u32 = (n: number): number[] => [...u16(n), ...u16(n >>> 16)];
const letters = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

/** A WAV file, byte by byte. */
function wav({
  code = 1,
  channels = 1,
  rate = 8000,
  bits = 16,
  data,
  before = [],
  size,
  extensible,
}: File): Uint8Array {
  const block = (channels * bits) / 8;
  const head = [...u16(extensible ? 0xfffe : code), ...u16(channels), ...u32(rate), ...u32(rate * block)];
  const tail = extensible
    ? [...u16(22), ...u16(bits), ...u32(0), ...u16(code), ...new Array<number>(14).fill(0)]
    : [];
  const format = [...head, ...u16(block), ...u16(bits), ...tail];
  const body = [
    ...letters("WAVE"),
    ...before,
    ...letters("fmt "),
    ...u32(format.length),
    ...format,
    ...letters("data"),
    ...u32(size ?? data.length),
    ...data,
  ];
  return Uint8Array.from([...letters("RIFF"), ...u32(body.length), ...body]);
}
const bytesOf = (view: ArrayBufferView): number[] => [
  ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
];

describe("samples are read as they were written", () => {
  const kinds: [string, File, number[]][] = [
    ["8 bits", { bits: 8, data: [0, 128, 192, 255] }, [-1, 0, 0.5, 127 / 128]],
    ["16 bits", { data: bytesOf(Int16Array.of(-32768, 0, 16384, 32767)) }, [-1, 0, 0.5, 32767 / 32768]],
    ["24 bits", { bits: 24, data: [0, 0, 128, 0, 0, 64, 255, 255, 255] }, [-1, 0.5, -1 / 8388608]],
    ["32 bits", { bits: 32, data: bytesOf(Int32Array.of(-(2 ** 31), 2 ** 30)) }, [-1, 0.5]],
    ["floats", { code: 3, bits: 32, data: bytesOf(Float32Array.of(-1, 0.25, 2)) }, [-1, 0.25, 2]],
    ["doubles", { code: 3, bits: 64, data: bytesOf(Float64Array.of(-1, 0.25)) }, [-1, 0.25]],
    ["an extensible header", { extensible: true, data: bytesOf(Int16Array.of(16384)) }, [0.5]],
    ["a size that its writer did not know", { size: 0xffffffff, data: bytesOf(Int16Array.of(16384)) }, [0.5]],
    ["the size that SoX gives a pipe", { size: 0x7ffff000, data: bytesOf(Int16Array.of(16384)) }, [0.5]],
    [
      "a chunk before, of odd length",
      { before: [...letters("LIST"), ...u32(3), 1, 2, 3, 0], data: bytesOf(Int16Array.of(16384)) },
      [0.5],
    ],
  ];
  test.each(kinds)("%s", (_, file, want) => {
    const { samples, rate, channels, seconds } = readWav(wav(file));
    expect([...samples]).toEqual(want.map(Math.fround));
    expect([rate, channels.length, seconds]).toEqual([8000, 1, want.length / 8000]);
  });

  test("channels stand apart, and their mean beside them", () => {
    const { channels, samples } = readWav(
      wav({ channels: 2, data: bytesOf(Int16Array.of(16384, 0, 0, -16384)) }),
    );
    expect(channels.map((c) => [...c])).toEqual([
      [0.5, 0],
      [0, -0.5],
    ]);
    expect([...samples]).toEqual([0.25, -0.25]);
  });

  test("16-bit samples come back from a file to the bit", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1 }), (values) => {
        const samples = Float32Array.from(values, (v) => v / 32768);
        expect(readWav(writeWav({ samples, rate: 16000 })).samples).toEqual(samples);
      }),
    );
  });
});

test("integers of 16 bits are written as they are, and what is beyond the range is cut", () => {
  const samples = Int16Array.of(100, -200, 3000, -32768);
  expect(readWav(writeWav({ samples, rate: 8000 })).samples).toEqual(
    Float32Array.from(samples, (v) => v / 32768),
  );
  expect([...readWav(writeWav({ samples: [2, -2], rate: 8000 })).samples]).toEqual([32767 / 32768, -1]);
});

describe("what is not written", () => {
  const faults: [string, unknown, RegExp][] = [
    ["nothing", undefined, /writeWav: the recording is undefined, want { samples, rate }/],
    ["no rate", { samples: [0.1] }, /writeWav: rate is undefined/],
    ["a rate that is no number", { samples: [0.1], rate: NaN }, /writeWav: rate is NaN/],
    ["no samples", { samples: [], rate: 8000 }, /writeWav: 0 samples/],
    ["what is no samples", { samples: "abc", rate: 8000 }, /writeWav: samples are "abc"/],
    ["NaN", { samples: [0, NaN], rate: 8000 }, /writeWav: sample 1 is NaN/],
  ];
  test.each(faults)("%s", (_, recording, message) => {
    expect(() => writeWav(recording as never)).toThrow(message);
  });
});

describe("what is refused by name", () => {
  const whole = wav({ data: bytesOf(Int16Array.of(1, 2, 3)) });
  const faults: [string, Uint8Array, RegExp][] = [
    ["nothing", new Uint8Array(0), /0 bytes without a RIFF WAVE header/],
    ["another file", Uint8Array.from(letters("fLaC and the rest of it")), /without a RIFF WAVE header/],
    [
      "a file cut off",
      whole.subarray(0, -1),
      /chunk "data" has 6 bytes, but 5 are left: the file is cut off/,
    ],
    ["no samples", wav({ data: [] }), /0 samples/],
    ["a compressed format", wav({ code: 85, data: [1, 2] }), /format 85 with 16 bits.*convert/],
    ["12 bits", wav({ bits: 12, data: [1, 2] }), /format 1 with 12 bits/],
    ["no channels", wav({ channels: 0, data: [1, 2] }), /0 channels/],
    ["rate 0", wav({ rate: 0, data: [1, 2] }), /sample rate is 0/],
    [
      "NaN",
      wav({ code: 3, bits: 32, data: bytesOf(Float32Array.of(0, NaN)) }),
      /sample 1 of channel 0 is NaN/,
    ],
    ["no format", wav({ data: [1, 2] }).map((b, i) => (i >= 12 && i < 16 ? 120 : b)), /before their format/],
  ];
  test.each(faults)("%s", (_, bytes, message) => {
    expect(() => readWav(bytes)).toThrow(message);
  });

  test("bytes at random, and files with bytes changed, are read or refused with a DataError", () => {
    const outcome = (bytes: Uint8Array): void => {
      try {
        readWav(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), outcome), { numRuns: 2000 });
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    const changed = fc.array(change, { maxLength: 8 }).map((changes) => {
      const bytes = whole.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    fc.assert(fc.property(changed, outcome), { numRuns: 2000 });
  });
});
