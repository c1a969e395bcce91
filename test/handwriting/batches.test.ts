/** Handwriting: the geometry of ink, what a net sees of it, and batches that replay. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { InkBatches } from "../../src/handwriting/batches.ts";
import { decodeText, encodeText, handwritingItem } from "../../src/handwriting/script.ts";
import { inkFeatures, type InkInput } from "../../src/handwriting/input.ts";
import { scoreReading } from "../../src/handwriting/reading.ts";
import { drawnAlphabet, drawnWord, drawnWords } from "../../src/handwriting/letters.ts";
import { netLanguage } from "../../src/handwriting/net-language.ts";
import { affine, distort, normalize, thin, thinnedIndices } from "../../src/handwriting/shape.ts";
import { dense, lstm, network } from "../../src/index.ts";
import { engine } from "../../src/wasm/engine.ts";
import { OptionError } from "../../src/wasm/errors.ts";
import { Random } from "../../src/wasm/random.ts";

const e = await engine("float32");
const ink = fc
  .array(
    fc.tuple(
      fc.integer({ min: -300, max: 300 }),
      fc.integer({ min: -300, max: 300 }),
      fc.integer({ min: 0, max: 1 }),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((points) => Float32Array.from(points.flat()));
const rows = (points: Float32Array): number[][] =>
  Array.from({ length: points.length / 3 }, (_, i) => [...points.subarray(3 * i, 3 * i + 3)]);

test(
  "thinning keeps the first point, the ends of strokes and the order, and nothing else that is " +
    "nearer than the distance",
  () => {
    fc.assert(
      fc.property(ink, fc.integer({ min: 0, max: 200 }), (points, distance) => {
        const kept = thinnedIndices(points, distance);
        const all = rows(points);
        const left = rows(thin(points, distance));
        expect(left).toEqual([...kept].map((i) => all[i]));
        expect(kept[0]).toBe(0);
        expect(left.filter((p) => p[2] === 1)).toHaveLength(
          all.filter((p, i) => p[2] === 1 && (i > 0 || p[2] === 1)).length,
        );
        left.slice(1).forEach(([x, y, up], i) => {
          if (up === 0) expect(Math.hypot(x - left[i][0], y - left[i][1])).toBeGreaterThanOrEqual(distance);
        });
      }),
    );
  },
);

test(
  "normalized ink is centered, level and of the size asked for, however it was moved, scaled and " + "tilted",
  () => {
    const word = drawnWord("handsome").points;
    const want = normalize(word, { size: 60 });
    const moved = normalize(affine(word, [0.37, 0, 0.02, 0.37], 500, -80), { size: 60 });
    // float32 of numbers up to 1000
    want.forEach((v, i) => expect(Math.abs(moved[i] - v)).toBeLessThan(0.02));
    const ys = rows(want).map((p) => p[1]);
    const xs = rows(want).map((p) => p[0]);
    expect(Math.sqrt(ys.reduce((s, y) => s + y * y, 0) / ys.length)).toBeCloseTo(60, 3);
    expect(
      Math.abs(ys.reduce((s, y, i) => s + y * xs[i], 0) / xs.reduce((s, x) => s + x * x, 0)),
    ).toBeLessThan(1e-6);
  },
);

test("ink that leans is sheared upright", () => {
  const lean = (points: Float32Array): number => {
    let across = 0;
    let down = 0;
    for (let i = 3; i < points.length; i += 3) {
      const dx = points[i] - points[i - 3];
      const dy = points[i + 1] - points[i - 2];
      if (points[i - 1] === 1 || Math.abs(dy) < 2 * Math.abs(dx)) continue;
      across += dx * dy;
      down += dy * dy;
    }
    return across / down;
  };
  const slanted = affine(drawnWord("little").points, [1, -0.3, 0, 1]);
  expect(lean(slanted)).toBeLessThan(-0.25);
  expect(Math.abs(lean(normalize(slanted, { upright: true })))).toBeLessThan(0.05);
});

test(
  "a distortion is a function of the generator's place, keeps the pen's state, and is none where " +
    "all ranges are 0",
  () => {
    const { points } = drawnWord("snow");
    const random = new Random(e, 3, 5);
    const once = distort(points, random);
    random.counter = 0;
    expect(distort(points, random)).toEqual(once);
    expect(once).not.toEqual(points);
    expect(rows(once).map((p) => p[2])).toEqual(rows(points).map((p) => p[2]));
    expect(distort(points, random, { scale: 0, slant: 0, rotation: 0, jitter: 0 })).toEqual(points);
  },
);

test(
  "a warp stretches each place by its own share, smoothly, and lifts the line by at most half of " +
    "the share of the height",
  () => {
    // a level line between two points at ±100 at each end, which give it a height and no slope
    const n = 2000;
    const line = Float32Array.from({ length: 3 * n }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) : 0));
    const end = 3 * (n - 1);
    const points = Float32Array.of(0, -100, 1, ...line, 0, 100, 1, n - 1, -100, 1, n - 1, 100, 1);
    const height = 200 / Math.sqrt(n + 4);
    const off = { scale: 0, slant: 0, rotation: 0, jitter: 0 };
    const out = distort(points, new Random(e, 3, 5), { ...off, warp: 0.2 });
    const way = Array.from({ length: n - 1 }, (_, t) => out[3 * t + 6] - out[3 * t + 3]);
    for (const [t, dx] of way.entries()) {
      expect(Math.abs(dx - 1)).toBeLessThan(0.2002);
      if (t > 0) expect(Math.abs(dx - way[t - 1])).toBeLessThan(0.08); // at most 1.5 · 0.4 / pitch
      expect(Math.abs(out[3 * t + 4])).toBeLessThan(0.1 * height);
    }
    expect(Math.max(...way) - Math.min(...way)).toBeGreaterThan(0.3);
    expect(out[end + 5]).toBe(0);
    const dot = Float32Array.of(5, 5, 1);
    expect(distort(dot, new Random(e, 3, 5), { ...off, warp: 0.2 })).toEqual(dot);
  },
);

test("the pen's rows add up to the way from the first point to the last", () => {
  const { input, sources, straight } = inkFeatures(drawnWord("sum").points, { kind: "pen", thin: 24 });
  const T = input.length / 4;
  const sum = (c: number): number =>
    50 * Array.from({ length: T }, (_, t) => input[4 * t + c]).reduce((s, v) => s + v, 0);
  const from = sources[0] * 3;
  const to = sources[T - 1] * 3;
  expect(sum(0)).toBeCloseTo(straight[to] - straight[from], 2);
  expect(sum(1)).toBeCloseTo(straight[to + 1] - straight[from + 1], 2);
  expect(sources[T - 1]).toBe(straight.length / 3 - 1);
  expect(() => inkFeatures(new Float32Array(0), { kind: "pen" })).toThrow("ink without points");
});

test("an image holds the strokes' length in units of a cell, wherever they lie among the cells", () => {
  const line = (x: number, y: number): Float32Array => Float32Array.of(x, y, 0, x + 300, y, 1);
  for (const [x, y] of [
    [0, 0],
    [3.3, -7],
    [999, 4.4],
  ] as const) {
    const { input } = inkFeatures(line(x, y), { kind: "image", cell: 10, rows: 9, level: 0 });
    // 300 units and the half that a start adds
    expect(input.reduce((s, v) => s + v, 0)).toBeCloseTo(30.5, 3);
  }
  const dot = inkFeatures(Float32Array.of(5, 5, 1), { kind: "image", cell: 10, rows: 5 });
  expect(dot.input.reduce((s, v) => s + v, 0)).toBeCloseTo(0.5, 5);
});

test("text becomes classes and back; a character without a class is named", () => {
  expect(decodeText(encodeText("abca", "cab"), "cab")).toBe("abca");
  expect(() => encodeText("abz", "abc")).toThrow('character "z" of "abz" is not in the alphabet "abc"');
});

test(
  "every epoch holds every line once, batches are of like length, and any batch can be made again " + "alone",
  () => {
    const script = { input: { kind: "pen" as const }, alphabet: drawnAlphabet };
    const inks = drawnWords(41, new Random(e, 1, 1));
    const make = (): InkBatches => new InkBatches(e, inks, { script, batch: 8, seed: 4, stride: 4 });
    const batches = make();
    expect(batches.batchesPerEpoch).toBe(6);
    for (const epoch of [0, 1]) {
      const all = Array.from({ length: 6 }, (_, i) => batches.batch(6 * epoch + i));
      const texts = all.flat().map((item) => decodeText(item.target as Int32Array, drawnAlphabet));
      expect([...texts].sort()).toEqual(inks.map((i) => i.text).sort());
      const spread = all
        .filter((b) => b.length === 8)
        .map((b) => {
          const l = b.map((item) => item.input.length);
          return Math.max(...l) / Math.min(...l);
        });
      expect(Math.max(...spread)).toBeLessThan(2.5);
    }
    expect(make().batch(9)).toEqual(batches.batch(9));
    expect(batches.batch(0)[0].input).not.toEqual(batches.batch(6)[0].input);
  },
);

test("lines too short for their text are listed, not trained on", () => {
  const script = { input: { kind: "pen" as const }, alphabet: "l" };
  const inks = [drawnWord("ll"), { ...drawnWord("l"), text: "llllllllll" }];
  const batches = new InkBatches(e, inks, { script, batch: 2, seed: 1, stride: 4 });
  expect([batches.inks.length, batches.dropped.length]).toEqual([1, 1]);
  expect(() => new InkBatches(e, inks.slice(1), { script, batch: 2, seed: 1, stride: 4 })).toThrow(
    "none of 1 lines can be trained on",
  );
});

test(
  "a character net as a language model: probabilities of its next symbol in the order of the " +
    "alphabet, the end last",
  async () => {
    const vocabulary = ["\n", "a", "b", "c"];
    const net = await network({ input: { symbols: 4 }, layers: [lstm(5), dense(4)], loss: "softmax" });
    const language = netLanguage(net, vocabulary, "bxa");
    const y = net.predict([[0, 2, 1]])[0].subarray(8);
    const got = language.nextLogProbabilities([0, 2]);
    [y[2], 0, y[1], y[0]].forEach((p, i) => expect(Math.exp(got[i])).toBeCloseTo(p, 6));
    expect(got[1]).toBe(-Infinity);
    net.dispose();
  },
);

test("items hold what the net reads", () => {
  const item = handwritingItem(drawnWord("sea"), { input: { kind: "image", rows: 7 }, alphabet: "aes" });
  expect(item.input.length % 7).toBe(0);
  expect([...(item.target as Int32Array)]).toEqual([2, 1, 0]);
});

test("a misspelt or impossible description of an input is refused", () => {
  const { points } = drawnWord("a");
  for (const input of [
    { kind: "pan", thinn: 3 },
    { kind: "pen", thin: NaN },
    { kind: "image", rows: 1e9 },
  ])
    expect(() => inkFeatures(points, input as unknown as InkInput)).toThrow(OptionError);
});

test("straight strokes are not scaled without bound, and ink too large for its cells is refused", () => {
  const through = Float32Array.from({ length: 900 }, (_, i) => [i, 0.2 * i, i % 30 === 29 ? 1 : 0][i % 3]);
  for (const kind of ["pen", "image"] as const) {
    const { input } = inkFeatures(through, { kind, size: 100, cell: 100 });
    expect(input.length).toBeLessThan(1e6);
    expect(input.every(Number.isFinite)).toBe(true);
  }
  const far = Float32Array.of(0, 0, 0, 1e9, 5, 1);
  expect(() => inkFeatures(far, { kind: "image" })).toThrow("columns of 24 cells, want at most");
  expect(() => inkFeatures(Float32Array.of(NaN, 0, 1), { kind: "pen" })).toThrow(
    "point 0 has a coordinate NaN",
  );
  expect(() => inkFeatures(Float32Array.of(1, 2), { kind: "pen" })).toThrow("2 numbers of ink, want x, y");
});

test("ink without a label is refused in training and in scoring", async () => {
  const script = { input: { kind: "pen" as const }, alphabet: "a" };
  const ink = { ...drawnWord("a"), text: "" };
  expect(() => new InkBatches(e, [ink], { script, batch: 1, seed: 1 })).toThrow(
    "does not say what is written",
  );
  const net = await network({ input: 4, layers: [dense(2)], loss: "ctc", notes: { script } });
  await expect(scoreReading(net, [ink])).rejects.toThrow(
    'scoreReading: ink "a" does not say what is written',
  );
  net.dispose();
});
