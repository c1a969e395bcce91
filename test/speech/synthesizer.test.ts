import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { synthesizer } from "../../src/speech/index.ts";

test("a text is said word by word, at the places that it tells, the same for a seed", async () => {
  const voice = await synthesizer({ pitch: 120 });
  const said = voice.say("three one four", { seed: 3, noise: 60 });
  expect(said.words.map(({ word }) => word)).toEqual(["three", "one", "four"]);
  const power = (from: number, to: number): number => {
    const part = said.samples.subarray(Math.round(from * said.rate), Math.round(to * said.rate));
    return part.reduce((sum, x) => sum + x * x, 0) / part.length;
  };
  said.words.forEach(({ from, to }, i) => {
    const before = i === 0 ? 0 : said.words[i - 1].to;
    expect(power(from, to)).toBeGreaterThan(1000 * power(before, from));
  });
  expect(Math.max(...said.samples.map(Math.abs))).toBeLessThan(0.6);
  expect(voice.say("three one four", { seed: 3, noise: 60 })).toEqual(said);
  expect(voice.say("three one four", { seed: 4, noise: 60 }).samples).not.toEqual(said.samples);
});

test("the samples are these bits, in every engine", async () => {
  const voice = await synthesizer({ pitch: 150, tract: 1.1 });
  const { samples } = voice.say("zero six seven", { seed: 7 });
  const hash = createHash("sha256").update(new Uint8Array(samples.buffer)).digest("hex");
  expect(hash.slice(0, 16)).toMatchInlineSnapshot(`"3c9db391c160bbab"`);
});

test("a vowel is loudest at its resonances", async () => {
  const voice = await synthesizer({ lexicon: { ee: "IY", aw: "AO" }, variation: 0 });
  const bands = (word: string): [low: number, high: number] => {
    const { samples, words } = voice.say(word, { noise: 100 });
    const x = samples.slice(words[0].from * 8000, words[0].to * 8000);
    const at = (f: number): number => {
      let [re, im] = [0, 0];
      x.forEach((v, t) => {
        re += v * Math.cos((2 * Math.PI * f * t) / 8000);
        im += v * Math.sin((2 * Math.PI * f * t) / 8000);
      });
      return re * re + im * im;
    };
    const sum = (from: number, to: number): number => {
      let total = 0;
      for (let f = from; f < to; f += 10) total += at(f);
      return total;
    };
    return [sum(700, 1000), sum(2100, 2500)];
  };
  const [eeLow, eeHigh] = bands("ee");
  const [awLow, awHigh] = bands("aw");
  expect(eeHigh).toBeGreaterThan(eeLow);
  expect(awLow).toBeGreaterThan(awHigh);
});

test("misuse is named", async () => {
  await expect(synthesizer({ pitch: 0 })).rejects.toThrow(/pitch is 0/);
  await expect(synthesizer({ lexicon: { x: "QQ" } })).rejects.toThrow(
    /lexicon of "x" is "QQ", want some of IY/,
  );
  const voice = await synthesizer();
  expect(() => voice.say("eleven")).toThrow(/the word "eleven" is not known, want some of zero/);
  expect(() => voice.say("")).toThrow(/want words parted by spaces/);
  expect(() => voice.say("one", { pause: -1 })).toThrow(/pause is -1/);
});
