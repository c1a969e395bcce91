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

  test("letters that stand high and low beside each other are one line", () => {
    const box = (left: number, top: number, height: number): PenStroke =>
      Array.from({ length: 21 }, (_, i) => [left + 4 * i, top + (height * (10 - Math.abs(10 - i))) / 10]);
    // letters with descenders and with ascenders: their middles lie far apart, their heights meet
    const word = [box(0, 65, 100), box(100, 0, 90), box(200, 0, 90), box(300, 65, 100)];
    expect(findLines(placeStrokes("test", word)).map((line) => line.length)).toEqual([4]);
    const next = [box(0, 155, 100), box(200, 155, 100)];
    expect(findLines(placeStrokes("test", [...word, ...next])).map((line) => line.length)).toEqual([4, 2]);
  });

  test("strokes in no order of writing stand from left to right, those in one keep it", () => {
    const bar = (left: number): PenStroke => [
      [left, 50],
      [left + 40, 52],
    ];
    const stem = (left: number): PenStroke => [
      [left, 0],
      [left + 4, 100],
    ];
    const strokes = [stem(0), bar(-15), stem(60), bar(45), stem(120), bar(105), stem(180), bar(165)];
    const orderOf = (order: readonly number[]): number[] => {
      const [line, ...others] = findLines(
        placeStrokes(
          "test",
          order.map((i) => strokes[i]),
        ),
      );
      expect(others).toEqual([]);
      return line.map(({ index }) => order[index]);
    };
    const late = [0, 2, 4, 6, 1, 3, 5, 7]; // bars after all stems
    expect(orderOf(late)).toEqual(late);
    expect(orderOf([6, 3, 2, 7, 4, 1, 0, 5])).toEqual([1, 0, 3, 2, 5, 4, 7, 6]);
  });

  test("one stroke that was forgotten is no reason to doubt the order of the others", () => {
    const stem = (left: number): PenStroke => [
      [left, 0],
      [left + 4, 100],
    ];
    const broad: PenStroke = [
      [0, 20],
      [300, 100],
    ];
    const word = [broad, ...[80, 90, 100, 110, 115].map(stem), stem(20)];
    const orderOf = (strokes: readonly PenStroke[]): number[] =>
      findLines(placeStrokes("test", strokes)).flatMap((line) => line.map(({ index }) => index));
    expect(orderOf(word)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    // two of them are
    expect(orderOf([broad, ...[150, 160, 90, 100].map(stem), stem(20)])).toEqual([0, 5, 3, 4, 1, 2]);
  });

  test("one dot alone is a line, and nothing is none", () => {
    expect(findLines(placeStrokes("test", [[[5, 5]]]))).toHaveLength(1);
    expect(findLines([])).toEqual([]);
  });
});
