/** Words that the library draws: hands that dot and cross when the word is done. */
import { expect, test } from "vitest";
import { strokesOf } from "../../src/handwriting/ink.ts";
import { drawnWord, drawnWords } from "../../src/handwriting/letters.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const e = await engine("float64");
const hand = { scale: 0, slant: 0, rotation: 0, jitter: 0 };

test("late dots and bars are the same strokes, behind all the letters", () => {
  const asWritten = strokesOf(drawnWord("tiny").points);
  const late = strokesOf(drawnWord("tiny", true).points);
  const [t, bar, i, dot, n, y] = asWritten;
  expect(late).toEqual([t, i, n, y, bar, dot]);
  expect(drawnWord("run", true)).toEqual(drawnWord("run"));
});

test("a share of the hands is late, none where nothing is said, and the words stay", () => {
  const words = (late?: number) => drawnWords(400, new Random(e, 5, 1), { ...hand, late });
  const isLate = ({ text, points }: { text: string; points: Float32Array }): boolean =>
    points.some((value, k) => value !== drawnWord(text).points[k]);
  const withMarks = words(0.5).filter(({ text }) => /[it](?=.)/.test(text));
  const share = withMarks.filter(isLate).length / withMarks.length;
  // five deviations of a share of some 150 words
  expect(Math.abs(share - 0.5)).toBeLessThan(0.2);
  expect(words().some(isLate)).toBe(false);
  expect(words()).toEqual(drawnWords(400, new Random(e, 5, 1), hand));
});
