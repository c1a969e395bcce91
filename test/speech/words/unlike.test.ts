import { expect, test } from "vitest";
import "../../../src/wasm/built-in.ts";
import { soundsUnlike } from "../../../src/speech/words/unlike.ts";
import { spoken } from "../spoken.ts";

const RATE = 8000;

test("sound without a word is made from recordings of words, the same from the same seed", async () => {
  const said = await spoken(["yes", "no"], 2, { seed: 1 });
  const examples = said.map(({ samples, text }) => ({
    samples: Float64Array.from(samples),
    rate: RATE,
    labels: [text === "yes" ? 0 : 1],
  }));
  const options = { examples, count: 20, rate: RATE, seed: 1 };
  const made = await soundsUnlike(options);
  expect(made).toHaveLength(20);
  for (const { samples, labels, rate } of made) {
    expect(labels).toEqual([]);
    expect(rate).toBe(RATE);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.every(Number.isFinite)).toBe(true);
  }
  expect(await soundsUnlike(options)).toEqual(made);
  expect(await soundsUnlike({ ...options, seed: 2 })).not.toEqual(made);
  const longest = Math.max(...examples.map(({ samples }) => samples.length));
  const pieces = made.slice(0, 12);
  expect(pieces.every(({ samples }) => samples.length <= 2 * longest)).toBe(true);
  expect(
    examples.some(({ samples }) => pieces.some((piece) => piece.samples.length === samples.length)),
  ).toBe(false);
});

test("recordings of one word alone, and without others, are enough", async () => {
  const [{ samples }] = await spoken(["yes"], 1);
  const examples = [{ samples: Float64Array.from(samples), rate: RATE, labels: [0] }];
  expect(await soundsUnlike({ examples, count: 3, rate: RATE, seed: 1 })).toHaveLength(3);
});
