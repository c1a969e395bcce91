import { expect, test } from "vitest";
import { testTexts, wordConfusion } from "../../../src/cli/speech/word-confusion.ts";

test("words are counted beside those heard in their places, and what is lost or added apart", () => {
  const { labels, confusion } = wordConfusion(
    ["no", "yes"],
    [
      { said: "yes no yes", heard: "yes yes" },
      { said: "no", heard: "yes" },
      { said: "", heard: "no" },
    ],
  );
  expect(labels).toEqual(["no", "yes", "(none)"]);
  expect(confusion).toEqual([
    [0, 1, 1],
    [0, 2, 0],
    [1, 0, 0],
  ]);
});

test("recordings that were set apart are heard once, for figures and confusion alike", async () => {
  const items = ["yes no yes", "no", ""].map((text) => ({ samples: new Float32Array(800), text }));
  let times = 0;
  const predict = () => {
    ++times;
    return Promise.resolve(["yes yes", "no", "no"].map((text) => ({ text, words: [] })));
  };
  const tested = await testTexts({ predict } as never, ["no", "yes"], items);
  expect(times).toBe(1);
  expect(tested).toMatchObject({ wordError: 2 / 4, exact: 1 / 3, words: 4, edits: 2, sequences: 3 });
  expect(tested.confusion).toEqual(
    wordConfusion(
      ["no", "yes"],
      [
        { said: "yes no yes", heard: "yes yes" },
        { said: "no", heard: "no" },
        { said: "", heard: "no" },
      ],
    ).confusion,
  );
});
