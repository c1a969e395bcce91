/** The language that is shipped. */
import { expect, test } from "vitest";
import { strokesOf } from "../../../src/handwriting/ink.ts";
import { drawnWord } from "../../../src/handwriting/letters.ts";
import { englishTexts } from "../../../src/handwriting/reader/english.ts";
import { handwritingReader } from "../../../src/handwriting/reader/reader.ts";
import { DisposedError } from "../../../src/index.ts";

test("texts are lines of signs that the reader knows, each once, and it reads by them", async () => {
  const language = await englishTexts();
  const lines = language.trimEnd().split("\n");
  expect(lines).toHaveLength(13_939);
  expect(new Set(lines).size).toBe(lines.length);
  expect(language).toMatch(/^[\n -~]+$/);
  const reader = await handwritingReader();
  const [best] = await reader.read(strokesOf(drawnWord("shell").points), { language });
  expect(best.text).toBe("shell");
  reader.dispose();
});

test("a language is counted in slices: timers run meanwhile, and two who ask share one count", async () => {
  const language = (await englishTexts()).slice(0, 60_000);
  const reader = await handwritingReader();
  const strokes = strokesOf(drawnWord("sea").points);
  await reader.read(strokes);
  let turns = 0;
  const timer = setInterval(() => ++turns, 1);
  const [first, second] = await Promise.all([
    reader.read(strokes, { language }),
    reader.read(strokes, { language }),
  ]);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
  expect(second).toEqual(first);
  const gone = expect(reader.read(strokes, { language: `${language} ` })).rejects.toThrow(DisposedError);
  reader.dispose();
  await gone;
});
