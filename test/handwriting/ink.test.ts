/** Points and strokes. */
import { expect, test } from "vitest";
import { pointsOf, strokesOf } from "../../src/handwriting/ink.ts";
import { drawnWord } from "../../src/handwriting/letters.ts";

test("strokes of points are what the points were made of; strokes without points leave no trace", () => {
  const strokes: [number, number][][] = [
    [
      [1, 2],
      [3, 4.5],
    ],
    [[-5, 0]],
  ];
  expect(strokesOf(pointsOf([...strokes, []]))).toEqual(strokes);
  expect(strokesOf(new Float32Array())).toEqual([]);
  const { points } = drawnWord("tidy");
  expect(pointsOf(strokesOf(points))).toEqual(points);
});
