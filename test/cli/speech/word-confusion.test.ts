import { expect, test } from "vitest";
import { wordConfusion } from "../../../src/cli/speech/word-confusion.ts";

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
