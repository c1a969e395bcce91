/** Receptive fields of the ink behind the pen: what they see, what they cannot, where they give up. */
import { expect, test } from "vitest";
import { inkFeatures, type InkInput } from "../../src/handwriting/input.ts";
import { INK_TO_COME } from "../../src/handwriting/ink-to-come.ts";
import { drawnWord } from "../../src/handwriting/letters.ts";
import { affine } from "../../src/handwriting/shape.ts";
import { TRACE_FIELDS, traceFields } from "../../src/handwriting/trace-fields.ts";

const fields: InkInput = { kind: "fields", size: 60 };
const word = drawnWord("unrolled").points;
/** Value j at the last point of strokes, in heights of 1. */
const atEnd = (points: readonly number[]): number[] => {
  const ink = Float32Array.from(points);
  return [...traceFields(ink, Int32Array.of(ink.length / 3 - 1), 1)];
};

test("a trace from the left, the right, above and below tells its side in the first moments", () => {
  const [, left, level] = atEnd([-2, 0, 0, 0, 0, 1]);
  const [, right] = atEnd([2, 0, 0, 0, 0, 1]);
  const [, upright, above] = atEnd([0, -2, 0, 0, 0, 1]);
  const [, , below] = atEnd([0, 2, 0, 0, 0, 1]);
  expect(left).toBeLessThan(-1);
  expect(right).toBeGreaterThan(1);
  expect(above).toBeLessThan(-1);
  expect(below).toBeGreaterThan(1);
  // what is usual is near 0, and so is the side that a trace does not come from
  expect(Math.abs(level)).toBeLessThan(0.5);
  expect(Math.abs(upright)).toBeLessThan(0.5);
});

test("the moment of a straight trace is the integral of darkness, field and place over it", () => {
  // reach 0.6, radius 1: ∫ (1 - a/0.6) (1 - a²)² (-a) da from 0 to 0.6, by Simpson's rule
  const f = (a: number): number => -(1 - a / 0.6) * (1 - a * a) * (1 - a * a) * a;
  const n = 100;
  let sum = 0;
  for (let i = 0; i < n; ++i)
    sum += (f((0.6 * i) / n) + 4 * f((0.6 * (i + 0.5)) / n) + f((0.6 * (i + 1)) / n)) / 6;
  const seen = atEnd([-2, 0, 0, 0, 0, 1])[1] * 0.029 - 0.0122; // back from units of the usual
  // pieces of 2/15 of a height stand for the curve
  expect(seen).toBeCloseTo((sum * 0.6) / n, 2);
});

test("ink beyond every reach changes nothing; ink to come is seen by its own fields alone", () => {
  const near = [-9, 0, 0, 0, 0, 1];
  expect(atEnd([50, 50, 1, ...near])).toEqual(atEnd([-70, 3, 1, ...near]));
  const dotted = (x: number, y: number): number[] => [
    ...traceFields(Float32Array.from([...near, x, y, 1]), Int32Array.of(1), 1),
  ];
  const soFar = TRACE_FIELDS - INK_TO_COME;
  for (const [x, y] of [
    [0.1, -0.5],
    [-0.6, 0.3],
    [70, 0],
  ]) {
    const seen = dotted(x, y);
    const [amount, aside, above] = seen.slice(soFar);
    const [none, middle, level] = atEnd(near).slice(soFar);
    expect(seen.slice(0, soFar)).toEqual(atEnd(near).slice(0, soFar));
    const isNear = Math.abs(x) < 1.5;
    expect(amount > none).toBe(isNear);
    expect(aside > middle).toBe(isNear && x > 0);
    expect(above < level).toBe(isNear && y < 0);
  }
});

test("ink to come is a picture: its strokes have no order, and what is written leaves it", () => {
  const bar = [-0.4, -0.6, 0, 0.4, -0.6, 1];
  const dot = [0.5, -0.9, 1];
  const stem = [0, -1, 0, 0, 0, 1];
  const soFar = TRACE_FIELDS - INK_TO_COME;
  const seen = (...strokes: number[][]): number[] => {
    const values = traceFields(Float32Array.from(strokes.flat()), Int32Array.of(1), 1);
    return [...values.subarray(soFar)];
  };
  const one = seen(stem, bar, dot);
  seen(stem, dot, bar).forEach((value, j) => expect(value).toBeCloseTo(one[j], 5));
  // what is written leaves nothing behind: as much as where there never was anything
  const nothing = seen([0, 0, 1, 90, 0, 1]);
  expect(atEnd([...stem, ...bar]).slice(soFar)).toEqual(nothing);
});

test("ink that reaches too far for its cells is refused", () => {
  const far = Float32Array.from([0, 0, 1, 1e5, 1e5, 1]);
  expect(() => traceFields(far, Int32Array.of(0, 1), 1)).toThrow(
    /cells of 0.25 heights.*line by line|one by one/,
  );
});

test("the ladder beside the pen says how high the line stands, the round fields do not", () => {
  const low = atEnd([-9, 1, 0, 0, 1, 1]);
  const high = atEnd([-9, -1, 0, 0, -1, 1]);
  const rounds = 15;
  for (let j = 0; j < rounds; ++j) expect(low[j]).toBeCloseTo(high[j], 4);
  const rungs = (values: number[]): number[] => values.slice(rounds);
  const darkest = (values: number[]): number => rungs(values).indexOf(Math.max(...rungs(values)));
  expect(darkest(low)).toBeGreaterThan(darkest(high));
});

test("a step for each point that the pen keeps; wherever the line lies, and how large", () => {
  const { input, width, sources } = inkFeatures(word, fields);
  expect(width).toBe(TRACE_FIELDS);
  expect(sources).toEqual(inkFeatures(word, { kind: "pen", size: 60 }).sources);
  expect(input.every(Number.isFinite)).toBe(true);
  const other = inkFeatures(affine(word, [3, 0, 0, 3], 400, -70), fields).input;
  const apart = input.reduce((most, v, i) => Math.max(most, Math.abs(v - other[i])), 0);
  expect(apart).toBeLessThan(0.01); // of float32 coordinates
  const resting = inkFeatures(word, { ...fields, ahead: 2 }).input;
  expect([...resting.subarray(input.length)]).toEqual(Array(2 * TRACE_FIELDS).fill(0));
});

test("pen-fields are the pen's movement and the fields side by side, and rest as a pen does", () => {
  const pen = inkFeatures(word, { kind: "pen", size: 60 }).input;
  const seen = inkFeatures(word, fields).input;
  const { input, width } = inkFeatures(word, { kind: "pen-fields", size: 60, ahead: 1 });
  const T = pen.length / 4;
  expect(width).toBe(4 + TRACE_FIELDS);
  expect([...input.subarray(3 * width, 3 * width + 4)]).toEqual([...pen.subarray(12, 16)]);
  expect([...input.subarray(3 * width + 4, 4 * width)]).toEqual([
    ...seen.subarray(3 * TRACE_FIELDS, 4 * TRACE_FIELDS),
  ]);
  expect([...input.subarray(T * width, T * width + 4)]).toEqual([0, 0, 1, pen[pen.length - 1]]);
});

test("a dot is seen; ink that would be cut into millions of pieces is refused", () => {
  expect(inkFeatures(Float32Array.of(5, 5, 1), fields).input.every(Number.isFinite)).toBe(true);
  const far = Float32Array.from([0, 0, 0, 1e6, 0, 1]);
  expect(() => traceFields(far, Int32Array.of(1), 1)).toThrow("pieces of 0.13 heights, want fewer");
});
