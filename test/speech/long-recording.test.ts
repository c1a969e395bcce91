/** Long recordings: the work grows with their length, not with its square. */
import { expect, test } from "vitest";
import { frontEnd } from "../../src/speech/front-end.ts";

const RATE = 8000;

/** Numbers that `slice` of arrays of doubles copies while `run` runs. */
function copied(run: () => void): number {
  const { slice } = Float64Array.prototype;
  let count = 0;
  Float64Array.prototype.slice = function (this: Float64Array, ...range) {
    const copy = slice.apply(this, range);
    count += copy.length;
    return copy;
  };
  try {
    run();
  } finally {
    delete (Float64Array.prototype as Partial<Float64Array>).slice;
  }
  return count;
}

test("a recording of a minute in one piece is not copied once for every block of frames", async () => {
  const hear = await frontEnd({ rate: RATE });
  const noise = (seconds: number): Float32Array =>
    Float32Array.from({ length: RATE * seconds }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
  const stream = hear.stream();
  const copies = [noise(15), noise(60)].map((samples) =>
    copied(() => {
      stream.push(samples);
      stream.end();
    }),
  );
  // rows of features are copied out of the kernels' memory: 26 numbers a hop of 80 samples
  expect(copies[0]).toBeGreaterThan(0);
  expect(copies[1]).toBeLessThan(4.1 * copies[0]);
  expect(copies[1]).toBeLessThan(60 * RATE);
  stream.dispose();
  hear.dispose();
});

test("the counter sees a copy", () => {
  expect(copied(() => void new Float64Array(9).slice(2))).toBe(7);
});
