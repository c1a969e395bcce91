/** The language that is shipped. */
import { expect, test } from "vitest";
import { strokesOf } from "../../../src/handwriting/ink.ts";
import { drawnWord } from "../../../src/handwriting/letters.ts";
import { englishTexts } from "../../../src/handwriting/reader/english.ts";
import { handwritingReader } from "../../../src/handwriting/reader/reader.ts";
import "../../../src/index.ts";

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
