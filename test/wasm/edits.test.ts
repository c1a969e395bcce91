import { expect, test } from "vitest";
import { edits, meant } from "../../src/wasm/edits.ts";

test("neighbors that trade places are one edit where swaps count, and no label is edited twice", () => {
  expect(edits("trian", "train", false)).toBe(2);
  expect(edits("trian", "train", true)).toBe(1);
  expect(edits("badc", "abcd", true)).toBe(2);
  expect(edits("ca", "abc", true)).toBe(3);
  expect(edits("", "abc", true)).toBe(3);
  expect(edits([1, 2, 3], [2, 1, 3], true)).toBe(1);
});

test("the nearest name, the first of equals, none where a third of the letters is not enough", () => {
  const names = ["steps", "Rate", "batch", "patch"];
  expect(meant("setps", names)).toBe("steps");
  expect(meant("rate", names)).toBe("Rate");
  expect(meant("catch", names)).toBe("batch");
  expect(meant("epochs", names)).toBeUndefined();
  expect(meant("x", [])).toBeUndefined();
});
