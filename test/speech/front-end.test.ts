import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { close } from "../close.ts";
import { frontEnd, type FrontEnd } from "../../src/speech/front-end.ts";
import type { FrontEndOptions } from "../../src/speech/options.ts";

interface Golden {
  readonly signals: Record<string, number[]>;
  readonly cases: readonly {
    readonly name: string;
    readonly options: FrontEndOptions;
    readonly columns: number;
    readonly count: number;
    readonly rows: Record<string, number[]>;
  }[];
  readonly resampled: readonly { readonly from: number; readonly to: number; readonly values: number[] }[];
}
const golden = JSON.parse(
  readFileSync(new URL("../golden/front-end.json", import.meta.url), "utf8"),
) as Golden;

/** 0.4 s at a rate, as 16-bit integers. */
const signal = (rate: number): Int16Array => Int16Array.from(golden.signals[rate]);

/** Features are float32; the golden numbers are doubles. */
const SINGLE = 2e-7;

async function using<R>(options: FrontEndOptions, use: (hear: FrontEnd) => R): Promise<R> {
  const hear = await frontEnd(options);
  try {
    return use(hear);
  } finally {
    hear.dispose();
  }
}

describe("features equal those of numpy and scipy", () => {
  test.each(golden.cases)("$name", async ({ options, columns, count, rows }) => {
    const found = await using(options, (hear) => {
      expect(hear.columns).toBe(columns);
      return hear.features(signal(options.rate));
    });
    expect(found.length).toBe(count * columns);
    for (const [t, want] of Object.entries(rows)) {
      const row = found.subarray(Number(t) * columns, (Number(t) + 1) * columns);
      want.forEach((value, j) => close(row[j], value, { rel: SINGLE, abs: SINGLE }));
    }
  });
});

/**
 * A front end whose only frame is one rectangular window of everything: what comes out tells what went in.
 */
describe("another sample rate", () => {
  test.each(golden.resampled)(
    "$from to $to Hz equals scipy's polyphase filter",
    async ({ from, to, values }) => {
      const { speechEngine } = await import("../../src/speech/engine.ts");
      const { Resampler, joined } = await import("../../src/speech/resampler.ts");
      const resampler = new Resampler(await speechEngine(), from, to);
      const x = Float64Array.from(golden.signals[16000].slice(0, 600), (v) => v / 32768);
      const y = joined([
        resampler.push(x.subarray(0, 123)),
        resampler.push(x.subarray(123)),
        resampler.end(),
      ]);
      resampler.dispose();
      expect(y.length).toBe(Math.ceil((600 * to) / from));
      values.forEach((want, i) => close(y[i], want, { rel: 1e-9, abs: 1e-11 }));
    },
  );

  test("a ratio of large numbers is refused with a remedy", async () => {
    await using({ rate: 16000 }, (hear) =>
      expect(() => hear.features(signal(16000), { rate: 44101 })).toThrow(/ratio of 16000\/44101.*record at/),
    );
  });
});

describe("a recording in pieces", () => {
  const kinds: FrontEndOptions[] = [
    { rate: 16000 },
    { rate: 8000, cepstra: 13, deltas: 2, normalize: "running" },
    { rate: 16000, energy: "pcen", dither: 1e-3, seed: 7, hop: 0.0101 },
  ];
  const sizes = [1, 7, 160, 161, 1000, 6400];
  test.each(kinds.flatMap((kind) => sizes.map((size) => [kind, size] as const)))(
    "%o in pieces of %i samples has the bits of the whole",
    async (kind, size) => {
      await using(kind, (hear) => {
        const x = signal(kind.rate);
        for (const rate of [kind.rate, 11025]) {
          const stream = hear.stream({ rate });
          const rows: number[] = [];
          for (let i = 0; i < x.length; i += size) rows.push(...stream.push(x.subarray(i, i + size)));
          rows.push(...stream.end());
          stream.dispose();
          expect(Float32Array.from(rows)).toEqual(hear.features(x, { rate }));
        }
      });
    },
  );

  test("after its end a stream begins anew", async () => {
    await using({ rate: 8000, deltas: 1, energy: "pcen", normalize: "running" }, (hear) => {
      const stream = hear.stream();
      const once = (): number[] => [...stream.push(signal(8000)), ...stream.end()];
      expect(once()).toEqual(once());
      stream.dispose();
    });
  });
});

describe("normalization", () => {
  test("over the recording each column has mean 0 and variance 1, whatever the loudness", async () => {
    await using({ rate: 8000, normalize: "recording" }, (hear) => {
      const x = Float32Array.from(signal(8000), (v) => v / 32768);
      const rows = hear.features(x);
      const T = rows.length / hear.columns;
      for (let f = 0; f < hear.columns; ++f) {
        const column = Array.from({ length: T }, (_, t) => rows[t * hear.columns + f]);
        const mean = column.reduce((sum, v) => sum + v, 0) / T;
        close(mean, 0, { rel: 0, abs: 1e-6 });
        close(column.reduce((sum, v) => sum + v * v, 0) / T, 1, { rel: 1e-5, abs: 0 });
      }
      const soft = hear.features(x.map((v) => v / 64));
      rows.forEach((v, i) => close(soft[i], v, { rel: 0, abs: 1e-5 }));
    });
  });

  test("silence is finite in every kind, and constant columns become 0", async () => {
    for (const energy of ["log", "pcen", "power"] as const) {
      await using({ rate: 8000, energy, normalize: "recording" }, (hear) => {
        const rows = hear.features(new Float32Array(4000));
        expect(rows.every((v) => v === 0)).toBe(true);
      });
    }
  });
});

describe("what is refused", () => {
  const faults: [string, FrontEndOptions | object, RegExp][] = [
    ["no rate", {}, /frontEnd: rate is undefined/],
    ["rate 1", { rate: 1 }, /frontEnd: rate is 1, want a whole number from 1000/],
    ["rate 10^9", { rate: 1e9 }, /frontEnd: rate is 1000000000/],
    ["an unknown option", { rate: 8000, band: 3 }, /frontEnd: unknown option "band"/],
    ["an odd transform", { rate: 8000, fft: 201 }, /frontEnd: fft is 201/],
    [
      "a transform below a frame",
      { rate: 8000, fft: 128 },
      /fft is 128, want an even number of at least 200/,
    ],
    ["bands narrower than a bin", { rate: 8000, bands: 200 }, /band \d+ of 200.*want fewer bands/],
    ["a window of another length", { rate: 8000, window: [1, 2] }, /want 200 finite weights/],
  ];
  test.each(faults)("%s", async (_, options, message) => {
    await expect(frontEnd(options as FrontEndOptions)).rejects.toThrow(message);
  });

  test("samples that are no samples, too short, or not finite", async () => {
    await using({ rate: 8000 }, (hear) => {
      expect(() => hear.features(Float32Array.of(0, NaN))).toThrow(/sample 1 is NaN, want a finite number/);
      expect(() => hear.features(new Float32Array(10))).toThrow(/10 samples are shorter than a frame of 200/);
      expect(() => hear.features(new Uint8Array(999))).toThrow(/Uint8Array.* bytes, want .* readWav/);
      expect(() => hear.features(new Float64Array(999).fill(1e200))).toThrow(/sample 0 is 1e\+200, want/);
      expect(() => hear.features([])).toThrow(/0 samples are shorter/);
      expect(() => hear.features("sound" as unknown as number[])).toThrow(/samples are "sound"/);
      expect(() => hear.features(new Float32Array(999), { rate: 0 })).toThrow(/rate is 0/);
    });
  });

  test("a stream that would need the whole, and a front end disposed", async () => {
    const hear = await frontEnd({ rate: 8000, normalize: "recording" });
    expect(() => hear.stream()).toThrow(/normalize is "recording"/);
    hear.dispose();
    hear.dispose();
    expect(() => hear.features(signal(8000))).toThrow(/the front end was disposed/);
  });
});
