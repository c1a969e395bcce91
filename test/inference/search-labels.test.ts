/** Beam search on scores of other nets: by enumeration, with the blank at any place. */
import { describe, expect, test } from "vitest";
import { alignLabels } from "../../src/inference/align-labels.ts";
import { beamSearch } from "../../src/inference/beam-search.ts";
import type { LabelScores } from "../../src/inference/label-scores.ts";
import { searchLabels } from "../../src/inference/search-labels.ts";

const K = 3;
/** ln p of four steps, three classes. */
const rows = [
  [0.5, 0.3, 0.2],
  [0.1, 0.6, 0.3],
  [0.7, 0.2, 0.1],
  [0.2, 0.5, 0.3],
].map((row) => row.map((p) => Math.log(p)));

/** ln Σ p over all paths of each text. */
function byEnumeration(blank: number): Map<string, number> {
  const sums = new Map<string, number>();
  const visit = (path: number[], sum: number): void => {
    if (path.length === rows.length) {
      const text = path.filter((k, i) => k !== blank && k !== path[i - 1]).join();
      sums.set(text, (sums.get(text) ?? 0) + Math.exp(sum));
      return;
    }
    for (let k = 0; k < K; ++k) visit([...path, k], sum + rows[path.length][k]);
  };
  visit([], 0);
  return sums;
}

describe.each([0, 1, 2])("with class %i as the blank", (blank) => {
  test("each text has the sum of its paths, in the classes of the scores", async () => {
    const wanted = [...byEnumeration(blank)].sort(([, a], [, b]) => b - a);
    const found = await searchLabels(rows, { blank, width: 100, cutoff: 0 });
    expect(found.map(({ labels }) => labels.join())).toEqual(wanted.map(([text]) => text));
    found.forEach(({ score }, i) => expect(Math.exp(score)).toBeCloseTo(wanted[i][1], 12));
  });

  test("flat scores are read as rows, and the best text can be aligned", async () => {
    const [best] = await searchLabels(rows.flat(), { classes: K, blank });
    expect((await searchLabels(rows, { blank }))[0]).toEqual(best);
    if (best.labels.length > 0) expect(alignLabels(rows, best.labels, { blank }).score).toBeLessThan(0);
  });
});

test("a language counts labels without the blank", async () => {
  // class 0 is the blank: label 1 of the language is class 2
  const only = { nextLogProbabilities: () => [-Infinity, 0, 0] };
  const found = await searchLabels(rows, { blank: 0, language: only });
  for (const { labels } of found) expect(labels.every((label) => label === 2)).toBe(true);
});

test("the last class is the blank by default, as in `beamSearch`", async () => {
  const probabilities = rows.map((row) => row.map((x) => Math.exp(x)));
  const [mine] = await searchLabels(rows);
  const [theirs] = await beamSearch(probabilities, { classes: K });
  expect(mine.labels).toEqual(theirs.labels);
  expect(mine.score).toBeCloseTo(theirs.score, 12);
});

test.each<[LabelScores, object, RegExp]>([
  [rows, { blank: 3 }, /searchLabels: blank is 3/],
  [rows.flat(), {}, /say how many classes a step has/],
  [[[0.5, 0.5]], {}, /step 0, class 0 is 0.5, want ln p/],
  [rows, { beam: 3 }, /unknown option "beam"/],
  [[[-1, -9]], {}, /sum to 0.36.*, want 1/],
])("%j with %j is refused", async (scores, options, message) => {
  await expect(searchLabels(scores, options)).rejects.toThrow(message);
});
