import { beforeAll, describe, expect, test } from "vitest";
import { speechRecognizer, type SpeechRecognizer, type TextRecording } from "../../src/speech/index.ts";
import { agreeing } from "../../src/inference/agreement.ts";
import { brierScore, confidences, fitTemperature } from "../../src/speech/recognizer/confidence.ts";
import { Units } from "../../src/speech/recognizer/units.ts";
import { engine } from "../../src/wasm/engine.ts";
import { noise, onlyLast, spoken } from "./spoken.ts";

const words = ["one", "two", "six", "nine"];
const texts = [
  "one two",
  "six nine one",
  "two two six",
  "nine",
  "one six",
  "two nine",
  "six",
  "nine one two",
];
const items = async (seed: number, times: number): Promise<TextRecording[]> =>
  (await spoken(texts, times, { seed })).map(({ samples, text }) => ({ samples, text }));

describe("a recognizer of words", () => {
  let recognizer: SpeechRecognizer;
  let fresh: TextRecording[];

  beforeAll(async () => {
    fresh = await items(2, 4);
    recognizer = await speechRecognizer({ units: "words", words, rate: 8000, cells: 32, seed: 1 });
    const report = await recognizer.fit(await items(1, 12), {
      epochs: 40,
      validation: fresh,
      keepBest: true,
    });
    expect(report.best!.validation!.wordError).toBeLessThan(0.2);
  }, 300_000);

  test("hears strings of words that it was never told the places of", async () => {
    const { wordError, words: count, sequences } = await recognizer.evaluate(fresh);
    expect(sequences).toBe(32);
    expect(count).toBe(4 * texts.join(" ").split(" ").length);
    expect(wordError).toBeLessThan(0.1);
    const one = await recognizer.predict(fresh[0].samples);
    expect(one).toEqual((await recognizer.predict([fresh[0].samples]))[0]);
    expect(one.text).toBe(one.words.map(({ word }) => word).join(" "));
  });

  test("hears nothing where there is nothing to hear", async () => {
    const silences = [
      new Float32Array(8000),
      new Float32Array(8000).fill(0.25),
      Float32Array.from({ length: 8000 }, (_, t) => 1e-4 * ((t * t) % 3) - 1e-4),
    ];
    for (const { text, words: heard } of await recognizer.predict(silences))
      expect([text, heard]).toEqual(["", []]);
    const [K, T] = [words.length + 1, recognizer.probabilities({ samples: noise(8000, 0.1) }).length];
    for (const samples of silences)
      expect([...recognizer.probabilities({ samples })]).toEqual(onlyLast(T / K, K));
    expect(recognizer.align({ samples: silences[0] }, "")).toEqual([]);
    expect(() => recognizer.align({ samples: silences[1] }, "one")).toThrow(/align \("one"\) is silent/);
    const items = [fresh[0], { samples: silences[0], text: "" }];
    expect((await recognizer.evaluate(items)).edits).toBe((await recognizer.evaluate([fresh[0]])).edits);
  });

  test("finds where words are, alone and with their text", async () => {
    const said = (await spoken(["six two nine"], 1, { seed: 5 }))[0];
    const places = recognizer.align({ samples: said.samples }, "six two nine");
    places.forEach(({ from, to, word }, i) => {
      expect(word).toBe(["six", "two", "nine"][i]);
      expect(from).toBeLessThan(said.words[i].to + 0.1);
      expect(to).toBeGreaterThan(said.words[i].from - 0.1);
    });
  });

  test("is as sure as it is right, once calibrated", async () => {
    const temperature = await recognizer.calibrate(fresh);
    expect(temperature).toBeGreaterThan(0);
    const heard = await recognizer.predict(fresh.map(({ samples }) => samples));
    for (const { words: list } of heard)
      for (const { confidence } of list) {
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
  });

  test("a file keeps all of it", async () => {
    const loaded = await speechRecognizer.load(recognizer.save({ training: false }));
    const sounds = fresh.map(({ samples }) => samples);
    expect(await loaded.predict(sounds)).toEqual(await recognizer.predict(sounds));
    loaded.dispose();
    await expect(speechRecognizer.load(new Uint8Array(9))).rejects.toThrow(/speechRecognizer.load/);
  });

  test("misuse is named", async () => {
    const { samples } = fresh[0];
    await expect(recognizer.fit([])).rejects.toThrow(/items are array of 0/);
    await expect(recognizer.fit([{ samples, text: "one ten" }])).rejects.toThrow(/"ten".* none of 4 labels/);
    await expect(recognizer.fit([{ samples: new Float32Array(4000), text: "one" }])).rejects.toThrow(
      /is silent/,
    );
    await expect(recognizer.predict(samples, { beam: 3 } as never)).rejects.toThrow(/beam/);
    expect(() =>
      recognizer.align({ samples: Float32Array.from(samples).subarray(0, 500) }, "one two six nine"),
    ).toThrow(/alignLabels: 4 labels need/);
    expect(() => recognizer.probabilities({ samples, rate: 1 })).toThrow(/rate is 1/);
  });
});

test("characters and phones spell words; only those of a list or lexicon can be heard", () => {
  const letters = new Units("u", { units: "characters", alphabet: "enosy" });
  expect(letters.decode(letters.encode("u", "yes no"))).toEqual(["yes", "no"]);
  expect(letters.wordRanges(letters.encode("u", "yes no"))).toEqual([
    [0, 3],
    [4, 6],
  ]);
  expect(() => letters.encode("u: text", "yet")).toThrow(/u: text has "t" in "yet"/);
  const phones = new Units("u", { units: "phones", lexicon: { two: "T UW", ten: "T EH N" } });
  expect(phones.labels).toEqual(["T", "UW", "EH", "N", " "]);
  expect(phones.decode(phones.encode("u", "ten two"))).toEqual(["ten", "two"]);
  expect(Array.from(phones.language(undefined)!.nextLogProbabilities([0]))).toEqual([
    -Infinity,
    0,
    0,
    -Infinity,
    -Infinity,
    -Infinity,
  ]);
  expect(() => new Units("u", { units: "phones" })).toThrow(/lexicon is undefined/);
  expect(() => new Units("u", { units: "words", words: ["a b"] })).toThrow(/names without spaces/);
  expect(() => new Units("u", { units: "words", words: ["a"], alphabet: "a" })).toThrow(/alphabet was given/);
});

test("a word is as sure as the hypotheses that agree with it", async () => {
  const e = await engine("float64");
  expect(agreeing(["a", "b", "c"], ["a", "c"])).toEqual([true, false, true]);
  expect(agreeing(["a"], [])).toEqual([false]);
  const list = [
    { words: ["a", "b"], score: Math.log(0.6) },
    { words: ["a", "c"], score: Math.log(0.3) },
    { words: ["b"], score: Math.log(0.1) },
  ];
  const [a, b] = confidences(e, list, 1);
  expect(a).toBeCloseTo(0.9, 9);
  expect(b).toBeCloseTo(0.7, 9);
  // half of what is told with great confidence is wrong: the temperature rises
  const wrong = [
    { list, truth: ["a", "c"] },
    { list, truth: ["d", "c"] },
  ];
  expect(fitTemperature(e, wrong)).toBeGreaterThan(1);
  expect(brierScore(e, wrong, fitTemperature(e, wrong))).toBeLessThan(brierScore(e, wrong, 1));
});
