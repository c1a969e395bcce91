import { describe, expect, test } from "vitest";
import { balanced } from "../../../src/speech/acoustic/balance.ts";
import { inventedSpeakers, speechRecognizer, wordClassifier } from "../../../src/speech/index.ts";
import { OptionError } from "../../../src/wasm/errors.ts";

describe("balanced probabilities", () => {
  test("divide each word by how often it is heard in the mean, whatever it is made of", () => {
    // word 0 has two classes, word 1 one, the last class is none
    const each = [Float64Array.of(0.4, 0.2, 0.2, 0.2, 0.1, 0.5, 0.2, 0.2)];
    const [y] = balanced(each, [0, 0, 1, -1]);
    const [many, few] = [0.8 / 1.2, 0.8 / 0.4]; // sums 1.2 and 0.4, mean 0.8
    const rows = [
      [0.4 * many, 0.2 * many, 0.2 * few, 0.2],
      [0.1 * many, 0.5 * many, 0.2 * few, 0.2],
    ];
    const wanted = rows.flatMap((row) => row.map((p) => p / row.reduce((sum, q) => sum + q)));
    y.forEach((p, at) => expect(p).toBeCloseTo(wanted[at], 14));
  });

  test("leave what is even as it is, and words that are never heard at a tenth of the mean", () => {
    const even = Float64Array.of(0.7, 0.3, 0.3, 0.7);
    expect(balanced([even], [0, 1])[0]).toEqual(even);
    const [y] = balanced([Float64Array.of(1, 0, 0.9, 0.1 / 9)], [0, 1]);
    expect([...y].every(Number.isFinite)).toBe(true);
    expect(y[1]).toBe(0);
    const none = Float64Array.of(0, 0, 1);
    expect(balanced([none], [0, 1, -1])[0]).toEqual(none);
  });

  test("do not count words that are not said", () => {
    const y = Float64Array.of(0.5, 0.1, 0.4);
    expect([...balanced([y], [0, 1, -1])[0]].map((p) => Number(p.toFixed(12)))).toEqual([0.3, 0.3, 0.4]);
    const [left] = balanced([y], [0, -1, -1]);
    left.forEach((p, k) => expect(p).toBeCloseTo(y[k], 14));
  });
});

const words = ["one", "six"];

test("a model that takes one word for another is taught answers that are balanced", async () => {
  const taught = await inventedSpeakers({ words, count: 24 });
  const classifier = await wordClassifier({ words, rate: 8000, units: 16 });
  // it hears mostly "six"
  const ones = taught.filter(({ text }) => text === "one").slice(0, 1);
  await classifier.fit([...taught.filter(({ text }) => text === "six"), ...ones], { epochs: 2, copies: 1 });
  const bytes = classifier.save();
  const voice = (await inventedSpeakers({ words, count: 30, seed: 9 })).map(({ samples, rate, text }) => ({
    samples,
    rate,
    text,
  }));
  const heard = async (isBalanced: boolean): Promise<number> => {
    const model = await wordClassifier.load(bytes);
    const sounds = voice.map(({ samples, rate }) => ({ samples, rate }));
    await model.adapt(sounds, { rounds: 2, epochs: 4, copies: 0, balanced: isBalanced });
    return (await model.evaluate(voice)).accuracy;
  };
  const alone = await heard(false);
  expect(alone).toBeLessThan(0.7);
  expect(await heard(true)).toBeGreaterThan(alone + 0.2);
});

test("balanced is a switch, of models whose labels are words", async () => {
  const [{ samples, rate }] = await inventedSpeakers({ words, count: 1 });
  const sounds = Array.from({ length: 10 }, () => ({ samples, rate }));
  const classifier = await wordClassifier({ words, rate: 8000, units: 4 });
  await expect(classifier.adapt(sounds, { balanced: 1 as never })).rejects.toThrow(
    /adapt: balanced is 1, want true or false/,
  );
  const speller = await speechRecognizer({ units: "characters", words, rate: 8000, cells: 4 });
  await expect(speller.adapt(sounds, { balanced: true })).rejects.toThrow(OptionError);
  await expect(speller.adapt(sounds, { balanced: true })).rejects.toThrow(/whose labels are words/);
});
