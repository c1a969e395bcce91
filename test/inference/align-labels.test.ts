import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { close } from "../close.ts";
import { alignLabels, type AlignOptions, type Wanted } from "../../src/inference/align-labels.ts";

/** ln p of every path that reads as the labels, by trying all of them. */
function bestByEnumeration(rows: readonly number[][], labels: readonly number[], blank: number): number {
  const K = rows[0].length;
  let best = -Infinity;
  const visit = (t: number, path: number[], sum: number): void => {
    if (t === rows.length) {
      const read = path.filter((k, i) => k !== blank && k !== path[i - 1]);
      if (read.join() === labels.join() && sum > best) best = sum;
      return;
    }
    for (let k = 0; k < K; ++k) visit(t + 1, [...path, k], sum + rows[t][k]);
  };
  visit(0, [], 0);
  return best;
}

const logSoftmax = (row: readonly number[]): number[] => {
  const sum = Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
  return row.map((x) => x - sum);
};
const score = fc.double({ min: -4, max: 4, noNaN: true });
const rowsOf = (T: number, K: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(score, { minLength: K, maxLength: K }).map(logSoftmax), { minLength: T, maxLength: T });

describe("the best path", () => {
  test("is the best of all paths that read as the labels, wherever the blank is", () => {
    const labels = fc.array(fc.nat(1), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(rowsOf(6, 3), labels, fc.nat(2), (rows, given, blank) => {
        const text = given.map((label) => (label >= blank ? label + 1 : label));
        const want = bestByEnumeration(rows, text, blank);
        close(alignLabels(rows, text, { blank }).score, want, { rel: 1e-12, abs: 1e-12 });
      }),
      { numRuns: 200 },
    );
  });

  test("gives every label a stretch, in order, and the stretches read as the labels", () => {
    fc.assert(
      fc.property(rowsOf(12, 4), fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }), (rows, text) => {
        const { spans } = alignLabels(rows, text);
        expect(spans.map(({ label }) => label)).toEqual(text);
        spans.forEach(({ from, to, label }, i) => {
          expect(to).toBeGreaterThan(from);
          const before = spans[i - 1];
          if (before) expect(from).toBeGreaterThanOrEqual(before.to + (before.label === label ? 1 : 0));
        });
      }),
    );
  });

  test("a label that was misheard stands where what it was taken for sounds", () => {
    const sure = (k: number) => [0, 1, 2, 3].map((j) => (j === k ? -0.01 : -50));
    const rows = [3, 0, 0, 3, 2, 2, 2, 3, 0, 0, 3].map(sure); // 0, then 2 where the text has 1, then 0
    const stretches = (options: AlignOptions) =>
      alignLabels(rows, [0, 1, 0], options).spans.map(({ from, to }) => [from, to]);
    expect(stretches({ misheard: 2 })).toEqual([
      [1, 3],
      [4, 7],
      [8, 10],
    ]);
    expect(stretches({})[1]).not.toEqual([4, 7]);
    expect(() => alignLabels(rows, [0], { misheard: -1 })).toThrow(
      /misheard is -1, want a number of at least 0/,
    );
  });

  test("a flat array with its number of classes is the same as rows", () => {
    const rows = [
      [-0.1, -3, -3],
      [-3, -0.1, -3],
      [-3, -3, -0.1],
    ];
    expect(alignLabels(rows.flat(), [0, 1], { classes: 3 })).toEqual(alignLabels(rows, [0, 1]));
  });
});

test("null stands for what is not known: the known label is found within it", () => {
  const sure = (k: number): number[] => [0, 1, 2, 3].map((j) => (j === k ? -0.01 : -6));
  const rows = [2, 2, 3, 1, 1, 3, 0, 0, 3, 2].map(sure);
  const text: Wanted[] = [null, 0, null];
  const { spans } = alignLabels(rows, text);
  expect(spans[1]).toMatchObject({ label: 0, from: 6, to: 8 });
});

describe("what is refused", () => {
  const p = [
    [-1, -1, -1],
    [-1, -1, -1],
  ];
  const faults: [string, () => unknown, RegExp][] = [
    [
      "logits",
      () => alignLabels([[3, 1, 2]], [0]),
      /class 0 is 3, want ln p, at most 0; take the log-softmax/,
    ],
    ["NaN", () => alignLabels([[NaN, -1]], [0]), /class 0 is NaN/],
    ["nothing", () => alignLabels([], [0]), /logProbabilities are array of 0/],
    ["a flat array alone", () => alignLabels([-1, -1], [0]), /say how many classes/],
    ["a ragged row", () => alignLabels([[-1, -1], [-1]], [0]), /step 1 has 1 classes, want 2/],
    [
      "a row that is none",
      () => alignLabels([[-1, -1], null as never], [0]),
      /step 1 has no classes, want 2/,
    ],
    ["labels that are none", () => alignLabels(p, undefined as never), /labels are undefined, want an array/],
    ["no labels", () => alignLabels(p, []), /no labels/],
    ["a label that is the blank", () => alignLabels(p, [2]), /label 0 is 2.*other than 2, the blank/],
    ["a label that is none", () => alignLabels(p, [1.5]), /label 0 is 1.5/],
    ["more labels than steps", () => alignLabels(p, [0, 0]), /2 labels need 3 steps, but there are 2/],
    ["an impossible label", () => alignLabels([[-Infinity, 0]], [0]), /every path has probability 0/],
    ["an unknown option", () => alignLabels(p, [0], { black: 1 } as object), /unknown option "black"/],
  ];
  test.each(faults)("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
