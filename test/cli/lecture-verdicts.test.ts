/** Verdicts of the lecture's experiments: each is false where its claim does not hold. */
import { expect, test } from "vitest";
import { isDemonstrated } from "../../src/cli/lecture/7e-5.ts";

test("the demonstration must be read, move its cells at characters, and point at their ink", () => {
  const seen = { characters: 20, wrong: 2, resets: 1.5, locality: 20 };
  expect(isDemonstrated(seen)).toBe(true);
  for (const planted of [
    { wrong: 3 },
    { resets: 0.9 },
    { locality: 1 },
    { locality: NaN },
    { characters: 0 },
  ])
    expect(isDemonstrated({ ...seen, ...planted })).toBe(false);
});
