/** Verdicts of the lecture's experiments: each is false where its claim does not hold. */
import { expect, test } from "vitest";
import { demonstration, type Demonstrated } from "../../src/cli/lecture/7e-5.ts";
import { atLeast, atMost, decide, exactly, within } from "../../src/cli/lecture/verdict.ts";

test("no verdict holds where nothing was measured: the largest and the least of no numbers", () => {
  const largest = atMost("largest", 1, (all: readonly number[]) => Math.max(...all));
  const least = atLeast("least", 1, (all: readonly number[]) => Math.min(...all));
  expect(decide([largest, least], [1]).verdict).toBe(true);
  for (const one of [largest, least]) expect(decide([one], []).verdict).toBe(false);
});

test("bounds are told in four digits, and judged by all of theirs", () => {
  const same = (x: number): number => x;
  const criteria = [
    atLeast("x", Math.log2(708), same),
    atMost("x", 1e-9, same),
    within("x", [0.98, 1.05], same),
    exactly("x", 8, same),
  ];
  expect(decide(criteria, 8).checks.map(({ wanted }) => wanted)).toEqual([
    "≥ 9.468",
    "≤ 1e-9",
    "0.98 to 1.05",
    "8",
  ]);
  const atLeastLog = criteria.slice(0, 1); // 9.467605…
  expect(decide(atLeastLog, 9.4677).verdict).toBe(true);
  expect(decide(atLeastLog, 9.4676).verdict).toBe(false);
});

test("the demonstration fails where any of its sentences does", () => {
  const seen: Demonstrated = {
    wrong: 0.1,
    locality: 20,
    revisions: 0,
    largestDelay: 2,
    resets: 0.15,
    resetsByChance: 0.05,
    hardness: 0.4,
    hardnessByChance: 0.1,
  };
  expect(decide(demonstration, seen).verdict).toBe(true);
  const planted: Partial<Demonstrated>[] = [
    { wrong: 0.2 },
    { wrong: NaN },
    { locality: 1 },
    { revisions: 1 },
    { largestDelay: 12 },
    { resets: 0.05 },
    { resets: -0.2 },
    { resets: NaN },
    { hardness: 0.1 },
    { hardness: -0.4 },
  ];
  for (const fault of planted) expect(decide(demonstration, { ...seen, ...fault }).verdict).toBe(false);
});
