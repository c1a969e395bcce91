/** Lines are found among strokes in any order. */
import { describe, expect, test } from "vitest";
import { findLines } from "../../../src/handwriting/reader/lines.ts";
import { placeStrokes } from "../../../src/handwriting/reader/strokes.ts";
import type { PenStroke } from "../../../src/handwriting/reader/spec.ts";
import { Random } from "../../../src/wasm/random.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { widthOf, wordStrokes } from "./ink.ts";

const random = new Random(await engine("float64"), 3, 1);
const page = [
  ["she", "sells", "it"],
  ["by", "the", "sea"],
  ["all", "day"],
];
const SPACING = 400; // of letters 100 high, 280 with their ascenders and descenders

/** A stroke, its line and word, and its place in the whole. */
interface Written {
  readonly stroke: PenStroke;
  readonly line: number;
  readonly word: number;
  readonly order: number;
}

/** Strokes of the page with the line that each belongs to, under a slope dy/dx and a lean of the letters. */
function written({ slope = 0, lean = 0 }): Written[] {
  let order = 0;
  let count = 0;
  return page.flatMap((words, line) => {
    let left = 0;
    return words.flatMap((word) => {
      const start = left;
      left += widthOf(word) + 80;
      const place = count++;
      return wordStrokes(word, (x, y) => {
        const u = x + start - lean * y;
        return [u, y + line * SPACING + slope * u];
      }).map((stroke) => ({ stroke, line, word: place, order: order++ }));
    });
  });
}

describe("lines", () => {
  test.each([
    { slope: 0, lean: 0 },
    { slope: 0.12, lean: 0 },
    { slope: -0.12, lean: 0.4 },
    { slope: 0.04, lean: -0.3 },
  ])("are found whatever the order of their words, at slope $slope and lean $lean", (how) => {
    const all = written(how);
    for (let round = 0; round < 5; ++round) {
      // words in any order; the strokes of a word keep theirs
      const keys = all.map(() => random.uniform());
      const shuffled = round === 0 ? all : [...all].sort((a, b) => keys[a.word] - keys[b.word]);
      const lines = findLines(
        placeStrokes(
          "test",
          shuffled.map(({ stroke }) => stroke),
        ),
      );
      expect(lines.map((line) => line.map(({ index }) => shuffled[index].order))).toEqual(
        page.map((_, line) => all.filter((one) => one.line === line).map(({ order }) => order)),
      );
    }
  });

  test("a line written from right to left in pieces is read from left to right", () => {
    const words = ["it", "is", "so"];
    let left = 0;
    const strokes = words.map((word) => {
      const start = left;
      left += widthOf(word) + 80;
      return wordStrokes(word, (x, y) => [x + start, y]);
    });
    const backwards = [...strokes].reverse().flat();
    const [line, ...others] = findLines(placeStrokes("test", backwards));
    expect(others).toEqual([]);
    expect(line.map(({ index }) => backwards[index])).toEqual(strokes.flat());
  });

  test("one dot alone is a line, and nothing is none", () => {
    expect(findLines(placeStrokes("test", [[[5, 5]]]))).toHaveLength(1);
    expect(findLines([])).toEqual([]);
  });
});
