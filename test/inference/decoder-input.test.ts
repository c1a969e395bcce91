/** What decoders and n-grams refuse, and how they say it. */
import { expect, test } from "vitest";
import { beamSearch, type LanguageModel } from "../../src/inference/beam-search.ts";
import { bestPath } from "../../src/inference/best-path.ts";
import { NGram } from "../../src/inference/ngram.ts";
import { engine } from "../../src/wasm/engine.ts";
import { DataError, OptionError, ShapeError } from "../../src/wasm/errors.ts";

const rows = [
  [0.6, 0.3, 0.1],
  [0.1, 0.2, 0.7],
  [0.6, 0.3, 0.1],
];
const flat = rows.flat();
const classes = 3;

test("rows and flat arrays of probabilities are decoded alike, in float32 too", async () => {
  const found = await beamSearch(flat, { classes });
  expect(await beamSearch(rows, { classes })).toEqual(found);
  const near = await beamSearch(Float32Array.from(flat), { classes });
  expect(near.map(({ labels }) => labels)).toEqual(found.map(({ labels }) => labels));
  expect(bestPath(rows, 3)).toEqual(bestPath(flat, 3));
});

test("a beam over what is no probabilities is refused, with the remedy", async () => {
  const refused: [unknown, new () => Error, RegExp][] = [
    [flat.map(Math.log), DataError, /step 0, class 0 is -0\.51.*softmax/],
    [[2, -1, 0.5, 3, 0, -2, 1, 1, 4], DataError, /step 0, class 0 is 2, want a probability/],
    [[0.5, 0.2, 0.1], DataError, /step 0: the 3 probabilities sum to 0\.79.*want 1/],
    [[0.5, NaN, 0.5], DataError, /class 1 is NaN/],
    [["0.5", 0.2, 0.3], DataError, /class 0 is the text "0\.5"/],
    [flat.slice(0, 8), ShapeError, /8 numbers, want a multiple of 3/],
    [[Float64Array.from(flat)], ShapeError, /step 0 has 9 values, want 3/],
    [[], DataError, /no steps/],
    [undefined, DataError, /y is undefined/],
  ];
  for (const [y, kind, words] of refused) {
    const error = await beamSearch(y as number[], { classes }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(words);
  }
});

test("a language model of other labels, or of no logarithms, is refused", async () => {
  const ngram = new NGram(await engine("float64"), { labels: 1, order: 2 });
  ngram.add([0]);
  const saying = (logs: unknown): LanguageModel => ({ nextLogProbabilities: () => logs as number[] });
  const refused: [unknown, new () => Error, RegExp][] = [
    [ngram, ShapeError, /gives 2 values, want 3/],
    [saying(undefined), ShapeError, /gives no values/],
    [saying([-1, NaN, -1]), DataError, /value 1 is NaN, want a log probability/],
    [{}, OptionError, /language is Object, want an object with nextLogProbabilities/],
  ];
  for (const [language, kind, words] of refused) {
    const error = await beamSearch(flat, { classes, language: language as LanguageModel }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(words);
  }
});

test("best path takes logits and log probabilities, and refuses the rest", () => {
  expect(bestPath([-Infinity, -3, 0.5], 3)).toEqual([]);
  expect(() => bestPath(flat.slice(0, 8), 3)).toThrow(ShapeError);
  expect(() => bestPath([NaN, 0, 0], 3)).toThrow(/step 0, class 0 is NaN/);
  expect(() => bestPath(flat, undefined as unknown as number)).toThrow(OptionError);
  expect(() => bestPath(null as unknown as number[], 3)).toThrow(DataError);
});

test("an n-gram model refuses foreign labels before it counts any", async () => {
  const e = await engine("float64");
  const ngram = new NGram(e, { labels: 2, order: 2 });
  ngram.add([0, 1]);
  const before = ngram.nextProbabilities([0]);
  expect(() => ngram.add([0, 0, 2])).toThrow(/NGram.add: sequence: label 2 is 2, want a label from 0 to 1/);
  expect(() => ngram.add("ab" as unknown as number[])).toThrow(DataError);
  expect(ngram.nextProbabilities([0])).toEqual(before);
  expect(() => ngram.nextProbabilities([-1])).toThrow(DataError);
  expect(() => ngram.nextLogProbabilities(undefined as unknown as number[])).toThrow(DataError);
  expect(() => new NGram(e, { labels: 2, order: 2, smooth: 1 } as never)).toThrow(/unknown option "smooth"/);
  expect(() => new NGram(undefined as never, { labels: 2, order: 2 })).toThrow(/await engine/);
});
