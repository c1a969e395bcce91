import { expect, test } from "vitest";
import { inventedSpeakers, wordClassifier } from "../../src/speech/index.ts";
import { moveBands } from "../../src/speech/augment/disturb.ts";

const words = ["one", "two", "six"];

test("words of some invented speakers are heard from others, and a file keeps it", async () => {
  const heard = await inventedSpeakers({ words, count: 60 });
  const others = await inventedSpeakers({ words, count: 30, seed: 2 });
  const classifier = await wordClassifier({ words, rate: 8000, units: 24 });
  expect(() => classifier.predict(heard[0])).toThrow(/never fitted/);
  const texts = ["one two", "five", ""];
  for (const text of texts)
    await expect(classifier.fit([{ ...heard[0], text }])).rejects.toThrow(/recording 0: text is/);
  await classifier.fit(heard, { epochs: 6, copies: 1 });
  const { accuracy, confusion } = await classifier.evaluate(others);
  expect(accuracy).toBeGreaterThan(0.85);
  expect(confusion.flat().reduce((a, b) => a + b)).toBe(30);
  const guesses = classifier.predict(others);
  expect(classifier.predict(others[4])).toEqual(guesses[4]);
  for (const { word, probabilities } of guesses) {
    const p = Object.values(probabilities);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(probabilities[word]).toBe(Math.max(...p));
  }
  const within = (samples: ArrayLike<number>, silence: number): Float32Array => {
    const padded = new Float32Array(samples.length + 2 * silence);
    padded.set(samples, silence);
    return padded;
  };
  const { samples } = others[2];
  expect(classifier.predict(within(samples, 8000))).toEqual(classifier.predict(within(samples, 4000)));
  const silence = new Float32Array(8000);
  expect(() => classifier.predict(silence)).toThrow(
    /predict: the recording is silent: all 8000 samples are 0/,
  );
  expect(() => classifier.predict([samples, silence.fill(0.1)])).toThrow(/recording 1 is silent: .* again/);
  const loaded = await wordClassifier.load(classifier.save({ training: false }));
  expect(loaded.predict(others)).toEqual(guesses);
  classifier.dispose();
  loaded.dispose();
  expect(() => classifier.predict(others)).toThrow(/disposed/);
});

test("every word is said as often first, by voices that the seed repeats and no two share", async () => {
  const options = { words, count: 9, longest: 3 };
  const said = await inventedSpeakers(options);
  expect(said.map(({ text }) => text.split(" ")[0])).toEqual([...words, ...words, ...words]);
  for (const { text } of said) expect(text.split(" ").length).toBeLessThanOrEqual(3);
  expect(await inventedSpeakers(options)).toEqual(said);
  expect(new Set(said.map(({ samples }) => Array.from(samples).join(" "))).size).toBe(9);
  await expect(inventedSpeakers({ words: ["ten"], count: 1 })).rejects.toThrow(/"ten" is not known/);
  const known = { words: ["ten"], count: 2, lexicon: { ten: ["T EH N"] } };
  expect((await inventedSpeakers(known)).map(({ text }) => text)).toEqual(["ten", "ten"]);
});

test("bands that are moved by a factor stand where another throat puts them", () => {
  const x = [0, 10, 20, 30, /* differences */ 1, 2, 3, 4];
  expect([...moveBands(x, { F: 8, bands: 4 }, 0.5)]).toEqual([0, 5, 10, 15, 1, 1.5, 2, 2.5]);
  expect([...moveBands(x, { F: 8, bands: 4 }, 2)]).toEqual([0, 20, 30, 30, 1, 3, 4, 4]);
});
