import { expect, test } from "vitest";
import { text, Vocabulary } from "../../src/tasks/text.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const wasm = await engine("float64");
const content = "the quick brown fox jumps over the lazy dog, 12 times; ünïcode 𝄞 too. ".repeat(5);

test("a text comes back from its numbers, characters outside the first plane as well", () => {
  const vocabulary = Vocabulary.of(content);
  expect(vocabulary.decode(vocabulary.encode(content))).toBe(content);
  expect(vocabulary.characters).toContain("𝄞");
  expect([...vocabulary.characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)).toEqual(
    vocabulary.characters,
  );
});

test("each target is the character after its input, at every window", () => {
  const task = text(content, { window: 17 });
  const whole = task.vocabulary.decode(task.ids);
  for (const item of task.batch(200, new Random(wasm, 1))) {
    expect(item.input.length).toBe(17);
    expect([...item.target.slice(0, -1)]).toEqual([...item.input.slice(1)]);
    expect(whole).toContain(
      task.vocabulary.decode(item.input) + task.vocabulary.decode(item.target.slice(-1)),
    );
  }
});

test("windows reach the first and the last character", () => {
  const task = text("abcdef", { window: 2 });
  const seen = task.batch(200, new Random(wasm, 1)).map((item) => task.vocabulary.decode(item.target));
  expect(new Set(seen)).toEqual(new Set(["bc", "cd", "de", "ef"]));
});

test("pieces hold every step once, in order, whatever their number", () => {
  const task = text(content);
  for (const n of [1, 2, 7, 64, task.ids.length - 1, 10_000]) {
    const pieces = task.pieces(n);
    expect(pieces.flatMap((piece) => [...piece.input])).toEqual([...task.ids.slice(0, -1)]);
    expect(pieces.flatMap((piece) => [...piece.target])).toEqual([...task.ids.slice(1)]);
    expect(pieces.length).toBeLessThanOrEqual(n);
  }
});

test("the best constant guess scores the stated chance on the whole text", () => {
  const task = text("aabaabaaab", { window: 9 });
  const [item] = task.pieces(1);
  const constant = new Float64Array(9 * 2).map((_, i) => (i % 2 === 0 ? 1 : 0));
  expect(task.wrong(item, constant)).toBe(3);
  expect(task.chance).toBeCloseTo(9 * 0.3, 12);
});

test("unknown characters, empty texts and doubled vocabularies are refused by name", () => {
  expect(() => Vocabulary.of("abc").encode("abxc")).toThrow(
    'character "x" at place 2 is not among the 3 known ones',
  );
  expect(() => text("a")).toThrow("text: 1 characters, want at least 2");
  expect(() => new Vocabulary(["a", "a"])).toThrow("vocabulary: 2 characters, 1 of them different");
  expect(() => text("abc", { window: 0 })).toThrow("text: window is 0");
});
