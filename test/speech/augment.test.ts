import { describe, expect, test } from "vitest";
import { hearExamples } from "../../src/speech/acoustic/examples.ts";
import { muffled } from "../../src/speech/augment/muffle.ts";
import { readAugmentOptions } from "../../src/speech/augment/options.ts";
import { augment, frontEnd, gated } from "../../src/speech/index.ts";
import { speechEngine } from "../../src/speech/engine.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";
import { streams } from "../../src/wasm/streams.ts";

const RATE = 8000;
/** One click in silence: what comes after it is the answer of the room. */
const click = (at: number, length = RATE) => Float64Array.from({ length }, (_, i) => (i === at ? 1 : 0));
const dry = { speed: 0, gain: 0, noise: Infinity, rate: RATE };
const energy = (x: ArrayLike<number>, from: number, to: number) =>
  Array.from(x)
    .slice(from, to)
    .reduce((sum, v) => sum + v * v, 0);

/** The first seed from 1 on whose copy has echoes. */
async function withEchoes(reverb: number) {
  for (let seed = 1; seed < 20; ++seed) {
    const y = await augment(click(0), { ...dry, reverb, seed });
    if (energy(y, 1, RATE) > 0) return y;
  }
  throw new Error("no copy has echoes");
}

describe("a copy of a recording", () => {
  test("with nothing asked is the recording", async () => {
    const y = await augment(click(100), dry);
    expect(Array.from(y)).toEqual(Array.from(click(100)));
  });

  test("in a room keeps the sound, and echoes die away within the time that was asked", async () => {
    const y = await withEchoes(0.5);
    expect(y).toHaveLength(RATE);
    expect(y[0]).toBe(1);
    const all = energy(y, 1, RATE);
    expect(all).toBeGreaterThan(10 ** -1);
    expect(all).toBeLessThan(10 ** 0.3);
    expect(energy(y, 1, 8)).toBe(0); // the first echo is at least a millisecond late
    expect(energy(y, RATE / 2, RATE)).toBe(0);
    const halves = [energy(y, 1, 0.1 * RATE), energy(y, 0.1 * RATE, 0.2 * RATE)];
    expect(halves[1]).toBeLessThan(halves[0] / 4);
  });

  test("in a room is heard in about half of the copies, the same for a seed", async () => {
    const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
    const copies = await Promise.all(seeds.map((seed) => augment(click(0), { ...dry, reverb: 0.3, seed })));
    const wet = copies.filter((y) => energy(y, 1, RATE) > 0).length;
    expect(wet).toBeGreaterThan(18);
    expect(wet).toBeLessThan(42);
    const again = await augment(click(0), { ...dry, reverb: 0.3, seed: 60 });
    expect(Array.from(again)).toEqual(Array.from(copies[59]));
  });

  test.for([
    [1 / 8, 0, 0.1],
    [1 / 2, -3.01, 0.02], // half the power where high sounds begin to be lost
    [3 / 4, -30.6, 0.3], // 1 / (1 + tan(3π/8)^8) of the power
  ] as const)(
    "muffled at half of the band changes a tone at %f of it by %f dB",
    async ([place, decibels, off]) => {
      const tone = Float64Array.from({ length: RATE }, (_, t) => Math.sin(Math.PI * place * t + 0.3));
      const y = muffled(await speechEngine(), tone, 0.5);
      const share = energy(y, RATE / 2, RATE) / energy(tone, RATE / 2, RATE);
      expect(10 * Math.log10(share)).toBeCloseTo(decibels, -Math.log10(2 * off));
    },
  );

  test("by telephone loses high sounds in about half of the copies", async () => {
    const high = Float64Array.from({ length: 800 }, (_, t) => Math.sin(3 * t));
    const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
    const copies = await Promise.all(seeds.map((seed) => augment(high, { ...dry, muffle: 0.9, seed })));
    const same = energy(high, 100, 800);
    const lost = copies.filter((y) => energy(y, 100, 800) < 0.9 * same).length;
    expect(lost).toBeGreaterThan(18);
    expect(lost).toBeLessThan(42);
  });

  test("names what cannot be", async () => {
    await expect(augment(click(0), { reverb: -1 })).rejects.toThrow(/reverb is -1, want/);
    await expect(augment(click(0), { rate: 1 })).rejects.toThrow(/rate/);
    const ofFeatures = { warp: 0.1 } as object;
    await expect(augment(click(0), ofFeatures)).rejects.toThrow(/warp/);
  });
});

describe("a word whose end may be lost", () => {
  const tone = Float64Array.from({ length: RATE / 2 }, (_, i) => ((i % 16) - 7.5) / 8);
  const still = readAugmentOptions({ speed: 0, gain: 0, noise: Infinity, cut: 0.4 });

  /** Frames that sound of the recording itself, and of each copy. */
  async function lengths(whole: boolean, labels = [0]) {
    const hear = await frontEnd({ rate: RATE });
    const random = new Random(await engine("float64"), 1, streams.recordings);
    const example = { samples: tone, rate: RATE, labels };
    const options = { augment: still, copies: 40, join: 1, whole };
    const [{ alone }] = await hearExamples(hear, random, [example], options);
    return alone.map(({ parts: [{ from, to }] }) => Math.round(100 * (to - from)) / 100);
  }

  test("loses up to the share that was asked in half of its copies, and never as it is", async () => {
    const [own, ...copies] = await lengths(false);
    const shorter = copies.filter((length) => length < own - 1);
    expect(shorter.length).toBeGreaterThan(10);
    expect(shorter.length).toBeLessThan(30);
    expect(Math.min(...copies)).toBeGreaterThan(0.6 * own - 1);
    expect(Math.min(...copies)).toBeLessThan(0.75 * own);
    expect(Math.max(...copies)).toBe(own);
  });

  test.for([
    ["labels stand over the whole recording", true, [0]],
    ["it is one of several", false, [0, 1]],
  ] as const)("loses nothing where %s", async ([, whole, labels]) => {
    const [own, ...copies] = await lengths(whole, [...labels]);
    expect(new Set(copies)).toEqual(new Set([own]));
  });
});

describe("a recorder that stops where it hears nothing", () => {
  /** Tones one after another: [amplitude, seconds] each; frames of 10 ms are whole. */
  const tones = (...parts: (readonly [amplitude: number, seconds: number])[]) =>
    Float64Array.from(
      parts.flatMap(([amplitude, seconds]) =>
        Array.from({ length: seconds * RATE }, (_, t) => amplitude * Math.sin((Math.PI * t) / 4)),
      ),
    );
  const word = tones([0, 0.1], [0.1, 0.1], [1, 0.2], [0, 0.05], [0.5, 0.1], [0, 0.1]);

  test.for([
    [10, 0.2, 0.2], // the soft begin is 20 dB below
    [25, 0.1, 0.3],
  ] as const)("at %d dB keeps what stands around the loudest frame", async ([decibels, from, seconds]) => {
    const kept = await gated(word, { rate: RATE, decibels });
    const whole = Float32Array.from(word);
    expect(Array.from(kept)).toEqual(Array.from(whole.subarray(from * RATE, (from + seconds) * RATE)));
  });

  test("keeps a tenth of a second, or the whole", async () => {
    const click = tones([0, 0.1], [1, 0.01], [0, 0.2]);
    expect(await gated(click, { rate: RATE })).toHaveLength(0.1 * RATE);
    const short = tones([1, 0.03]);
    expect(await gated(short, { rate: RATE })).toHaveLength(0.03 * RATE);
    expect(await gated(short.subarray(0, 30), { rate: RATE })).toHaveLength(30);
    expect(await gated(new Float64Array(RATE), { rate: RATE })).toHaveLength(RATE);
  });

  test("refuses what is none", async () => {
    await expect(gated([], {})).rejects.toThrow(/gated: 0 samples/);
    await expect(gated(word, { decibels: -3 })).rejects.toThrow(
      /decibels is -3, want a number from 0 to 200/,
    );
    await expect(gated(word, { gate: 3 } as never)).rejects.toThrow(/gate/);
  });

  test("is heard among the copies of single words, and of these alone", async () => {
    const hear = await frontEnd({ rate: RATE });
    const still = readAugmentOptions({ speed: 0, gain: 0, noise: Infinity, gate: 1 });
    const random = async () => new Random(await engine("float64"), 1, streams.recordings);
    const lengths = async (labels: number[]) => {
      const example = { samples: word, rate: RATE, labels };
      const options = { augment: still, copies: 6, join: 1 };
      const [{ alone }] = await hearExamples(hear, await random(), [example], options);
      return alone.slice(1).map(({ parts }) => Math.round((parts[0].to - parts[0].from) * 10));
    };
    const single = await lengths([0]);
    expect(new Set(single)).toEqual(new Set([200, 300]));
    expect(new Set(await lengths([0, 1]))).toEqual(new Set([450]));
  });
});
