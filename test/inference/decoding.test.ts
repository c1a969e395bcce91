/** Best path, prefix beam search, n-grams and edit distance against enumeration. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { beamSearch } from "../../src/inference/beam-search.ts";
import { bestPath } from "../../src/inference/best-path.ts";
import { editDistance, labelErrors } from "../../src/inference/edit-distance.ts";
import { NGram } from "../../src/inference/ngram.ts";
import { engine } from "../../src/wasm/engine.ts";
import { collapse, enumeratedCtc } from "../reference/ctc.ts";

const softmax = (z: number[]): number[] => {
  const e = z.map(Math.exp);
  const sum = e.reduce((a, v) => a + v, 0);
  return e.map((v) => v / sum);
};
const rows = (T: number, K: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: K, maxLength: K }), {
    minLength: T,
    maxLength: T,
  });

/** All label sequences of at most T labels below V. */
function* sequences(T: number, V: number): Generator<number[]> {
  yield [];
  if (T > 0) for (const rest of sequences(T - 1, V)) for (let v = 0; v < V; ++v) yield [v, ...rest];
}
const unique = (all: Iterable<number[]>): number[][] => [
  ...new Map([...all].map((s) => [s.join(), s])).values(),
];

test("best path is the collapsed row-wise argmax, and says at which steps a label stood", () => {
  expect(
    bestPath([0, 0, 1, /**/ 2, 0, 1, /**/ 3, 0, 0, /**/ 0, 0, 1, /**/ 5, 0, 1, /**/ 0, 4, 1], 3),
  ).toEqual([
    { label: 0, from: 1, to: 3 },
    { label: 0, from: 4, to: 5 },
    { label: 1, from: 5, to: 6 },
  ]);
  fc.assert(
    fc.property(rows(8, 4), (z) => {
      const path = z.map((row) => row.indexOf(Math.max(...row)));
      expect(bestPath(z.flat(), 4).map((e) => e.label)).toEqual(collapse(path, 3));
    }),
  );
});

test("a beam wide enough finds the likeliest labels of all, with their exact score", async () => {
  await fc.assert(
    fc.asyncProperty(rows(4, 3), async (z) => {
      const found = await beamSearch(z.flatMap(softmax), { classes: 3, width: 1000, cutoff: 0 });
      const all = unique(sequences(4, 2))
        .map((labels) => ({ labels, score: -enumeratedCtc(z, labels) }))
        .filter((h) => h.score > -Infinity);
      all.sort((a, b) => b.score - a.score);
      expect(Math.abs(found[0].score - all[0].score)).toBeLessThan(1e-12);
      expect(found).toHaveLength(all.length);
      for (const h of found) expect(Math.abs(h.score + enumeratedCtc(z, h.labels))).toBeLessThan(1e-11);
    }),
    { numRuns: 25 },
  );
});

test(
  "with a language model the score is P(labels|y) · P(labels)^weight · " + "e^(bonus·labels), maximized",
  async () => {
    const ngram = new NGram(await engine("float64"), { labels: 2, order: 3 });
    for (const word of [
      [0, 1, 0],
      [0, 1],
      [1, 1, 0, 1],
      [0, 0],
    ])
      ngram.add(word);
    const weight = 0.7;
    const bonus = 0.4;
    const language = (labels: number[]): number =>
      labels
        .concat(2)
        .reduce((sum, next, i) => sum + Math.log(ngram.nextProbabilities(labels.slice(0, i))[next]), 0);
    await fc.assert(
      fc.asyncProperty(rows(4, 3), async (z) => {
        const found = await beamSearch(z.flatMap(softmax), {
          classes: 3,
          width: 1000,
          cutoff: 0,
          language: ngram,
          weight,
          bonus,
        });
        const score = (labels: number[]): number =>
          -enumeratedCtc(z, labels) + weight * language(labels) + bonus * labels.length;
        const best = Math.max(...unique(sequences(4, 2)).map(score));
        expect(Math.abs(found[0].score - best)).toBeLessThan(1e-10);
        for (const h of found) expect(Math.abs(h.score - score(h.labels))).toBeLessThan(1e-10);
      }),
      { numRuns: 25 },
    );
  },
);

test(
  "a narrow beam never beats a wide one, and hundreds of steps neither underflow " + "nor overflow",
  async () => {
    const y = Array.from({ length: 400 }, (_, t) =>
      softmax([0, 1, 2, 3].map((k) => ((7 * t + 5 * k * k) % 13) / 4)),
    ).flat();
    const [narrow, wide] = [
      await beamSearch(y, { classes: 4, width: 1 }),
      await beamSearch(y, { classes: 4, width: 40 }),
    ];
    expect(Number.isFinite(narrow[0].score)).toBe(true);
    expect(wide[0].score).toBeGreaterThanOrEqual(narrow[0].score);
    expect(wide).toHaveLength(40);
  },
);

test(
  "n-gram probabilities sum to one, follow their formula, and fall back on " + "shorter histories",
  async () => {
    const ngram = new NGram(await engine("float64"), { labels: 3, order: 2 });
    ngram.add([0, 1]);
    ngram.add([0, 2]);
    // empty history: 6 symbols (0 twice, 1, 2, end twice), 4 kinds, below it 1/4; after 0: counts 1 and 1, 2
    // kinds
    const lower = [2, 1, 1, 2].map((n) => (n + 4 * 0.25) / 10);
    const want = [0, 1, 1, 0].map((n, c) => (n + 2 * lower[c]) / 4);
    [...ngram.nextProbabilities([0])].forEach((p, c) => expect(p).toBeCloseTo(want[c], 14));
    for (const prefix of [[], [0], [1], [2, 2], [1, 0, 2]]) {
      expect(ngram.nextProbabilities(prefix).reduce((a, p) => a + p, 0)).toBeCloseTo(1, 14);
      ngram
        .nextLogProbabilities(prefix)
        .forEach((v, c) => expect(v).toBeCloseTo(Math.log(ngram.nextProbabilities(prefix)[c]), 13));
    }
  },
);

test("edit distance is a metric, and right where the edits are known", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("", "abc")).toBe(3);
  const word = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 7 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a.join() === b.join());
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
  expect(labelErrors(["abc", "x"], ["abd", "x"])).toEqual({
    edits: 1,
    labels: 4,
    sequences: 2,
    exact: 1,
    rate: 0.25,
  });
  expect(() => labelErrors(["a"], [])).toThrow("got has 1 sequences, want the 0 true ones");
});
