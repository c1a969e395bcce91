/** 7a-3 on a text: the trigram that is to be beaten, and a text of one's own. */
import { expect, test } from "vitest";
import { InterpolatedTrigram } from "../../src/cli/lecture/interpolated-trigram.ts";
import { onText } from "../../src/cli/lecture/real-text.ts";
import { decide } from "../../src/cli/lecture/verdict.ts";
import { unrolled } from "./terminal.ts";

const sequences = ["0120121", "0121", "20102", "1201"].map((s) => Int32Array.from(s, Number));

test("an interpolated trigram gives probabilities: over all words they sum to 1", () => {
  const model = new InterpolatedTrigram(4, sequences.slice(0, 3), sequences.slice(3));
  for (const before of [[], [0], [0, 1], [3, 3], [2, 0]]) {
    const all = [0, 1, 2, 3].map((word) =>
      model.probability(Int32Array.from([...before, word]), before.length),
    );
    expect(all.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(all.every((p) => p > 0)).toBe(true);
  }
});

test("its weights are those that make the held words most probable: moved ones do worse", () => {
  const train = [Int32Array.from({ length: 300 }, (_, t) => [0, 1, 2, 3, 1, 0][t % 6])];
  const likelihood = (held: Int32Array[]): number => {
    const model = new InterpolatedTrigram(4, train, held);
    return held[0].reduce((sum, _, t) => sum + Math.log(model.probability(held[0], t)), 0);
  };
  // what follows the rule is told by triples, what does not by words alone
  expect(likelihood([train[0].slice(0, 60)]) / 60).toBeGreaterThan(-0.1);
  const scattered = Int32Array.from({ length: 60 }, (_, t) => (7 * t * t + (t >> 2)) & 3);
  expect(likelihood([scattered]) / 60).toBeGreaterThan(-Math.log(4) - 0.1);
});

test("another model is one more part: believed where it was right on held words, else left out", () => {
  const [train, held] = [sequences.slice(0, 3), sequences.slice(3)];
  const right = (of: Int32Array[], p: number) => of.map((sequence) => Array.from(sequence, () => p));
  const believed = new InterpolatedTrigram(4, train, held, right(held, 0.99));
  expect(believed.probability(held[0], 2, 0.99)).toBeGreaterThan(0.95);
  const doubted = new InterpolatedTrigram(4, train, held, right(held, 1e-6));
  const alone = new InterpolatedTrigram(4, train, held);
  expect(doubted.probability(held[0], 2, 1e-6)).toBeCloseTo(alone.probability(held[0], 2), 3);
});

test("the verdict on a text asks for the published margin", () => {
  const measured = { words: 1, vocabulary: 1, trigram: 336, neural: 276, both: 252 };
  expect(decide(onText, measured).verdict).toBe(true);
  expect(decide(onText, { ...measured, both: 276 }).verdict).toBe(false);
});

test("a text that is too short, or is not there, is refused in words", async () => {
  const missing = await unrolled(["lecture", "7a-3", "--file", "/nowhere/text.txt"]);
  expect(missing.code).not.toBe(0);
  expect(missing.err).toContain("/nowhere/text.txt: cannot be read");
});
