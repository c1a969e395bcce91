/** Words that are not there, and what was meant. */
import { expect, test } from "vitest";
import { didYouMean } from "../../src/cli/closest.ts";

test("a letter added, left out, exchanged or swapped is one step away", () => {
  for (const word of ["trains", "tran", "trein", "trian"])
    expect(didYouMean(word, ["eval", "train"])).toBe(", did you mean train?");
  expect(didYouMean("7c2", ["7c-1", "7c-2"])).toBe(", did you mean 7c-2?");
});

test("only what is near is offered, the nearest first", () => {
  expect(didYouMean("dance", ["train", "watch"])).toBe("");
  expect(didYouMean("--digit", ["--digits", "--test-digits"])).toBe(", did you mean --digits?");
  expect(didYouMean("", ["train"])).toBe("");
});
