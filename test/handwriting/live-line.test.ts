/** A net that reads forwards: what it sees, what it is taught, and that it says each character once. */
import { expect, test } from "vitest";
import { cutItem } from "../../src/handwriting/aligned.ts";
import { Commitment, commitAll } from "../../src/handwriting/commit.ts";
import { inkFeatures, type InkInput } from "../../src/handwriting/input.ts";
import { drawnAlphabet, drawnEnds, drawnWord } from "../../src/handwriting/letters.ts";
import { LiveLine } from "../../src/handwriting/live-line.ts";
import { affine } from "../../src/handwriting/shape.ts";
import { handwritingReader } from "../../src/handwriting/reader/reader.ts";
import { decodeText } from "../../src/handwriting/script.ts";
import { bestPath, bidirectional, dense, lstm, network, normal } from "../../src/index.ts";
import { Random } from "../../src/wasm/random.ts";

const input: InkInput = { kind: "running", thin: 24, join: 2, ahead: 3 };
const ink = drawnWord("handsome");
const script = { input, alphabet: drawnAlphabet };
const K = drawnAlphabet.length + 1;
const net = await network({
  input: 8,
  layers: [lstm(12), dense(K, { init: { input: normal(3) } })],
  loss: "ctc",
  seed: 3,
  notes: { script },
});

test("a step of running input stays as it is whatever comes later, in any place and of any size", () => {
  const { input: all, width } = inkFeatures(ink.points, input);
  for (const n of [1, 7, 40, 90]) {
    const early = inkFeatures(ink.points.slice(0, 3 * n), { ...input, join: 1, ahead: 0 });
    const later = inkFeatures(ink.points, { ...input, join: 1, ahead: 0 });
    expect([...early.input]).toEqual([...later.input.subarray(0, early.input.length)]);
  }
  const moved = inkFeatures(affine(ink.points, [8, 0, 0, 8], 64, -32), input);
  expect(moved.width).toBe(width);
  // float32 coordinates of a few thousand
  all.forEach((value, i) => expect(Math.abs(moved.input[i] - value)).toBeLessThan(1e-3));
});

test("a line read point by point says what its whole input says, and nothing twice", () => {
  const whole = net.predict([inkFeatures(ink.points, input).input])[0];
  const line = new LiveLine(net);
  const said = [];
  for (let i = 0; i < ink.points.length; i += 3)
    said.push(...line.step(ink.points[i], ink.points[i + 1], ink.points[i + 2]));
  said.push(...line.finish());
  line.dispose();
  expect(said).toEqual(commitAll(whole, K));
  expect(said.map(({ label }) => label)).toEqual(bestPath(whole, K).map(({ label }) => label));
});

test("a label is said where it is the likeliest, again only after something else was", () => {
  const line = new Commitment(3);
  const answers = [
    [0.6, 0.1, 0.3],
    [0.7, 0.1, 0.2],
    [0.1, 0.2, 0.7],
    [0.5, 0.1, 0.4],
    [0.2, 0.6, 0.2],
  ];
  expect(answers.map((y) => line.step(y)?.label)).toEqual([0, undefined, undefined, 0, 1]);
});

test("cut ink ends `ahead` steps behind the last point of a character, and says no more", () => {
  const ends = drawnEnds(ink.text);
  const { sources, width } = inkFeatures(ink.points, input);
  const random = new Random(net.engine, 1, 1);
  const seen = new Set<number>();
  for (let n = 0; n < 60; ++n) {
    const item = cutItem(ink, ends, script, random);
    const count = (item.target as Int32Array).length;
    const steps = (item.input as Float32Array).length / width;
    seen.add(count);
    if (count === ink.text.length) expect(steps).toBe(sources.length);
    else expect(steps).toBe(sources.findIndex((point) => point >= ends[count - 1]) + 4);
  }
  expect(seen.size).toBeGreaterThan(4);
});

test("a reader streams by a net that reads forwards, and refuses one of both directions", async () => {
  const reader = await handwritingReader({ live: net.save({ training: false }) });
  const stream = reader.stream();
  const line = new LiveLine(net);
  let text = "";
  for (let i = 0; i < ink.points.length; i += 3) {
    const [x, y, up] = [ink.points[i], ink.points[i + 1], ink.points[i + 2]];
    text += decodeText(
      line.step(x, y, up).map(({ label }) => label),
      drawnAlphabet,
    );
    expect(stream.step([x, y, up])).toEqual({ text, open: "" });
  }
  text += decodeText(
    line.finish().map(({ label }) => label),
    drawnAlphabet,
  );
  expect(stream.finish()).toBe(text);
  line.dispose();
  reader.dispose();
  const layers = [bidirectional(lstm(3)), dense(K)];
  using both = await network({ input: 8, layers, loss: "ctc", notes: { script } });
  await expect(handwritingReader({ live: both.save() })).rejects.toThrow("in both directions, want a net");
});
