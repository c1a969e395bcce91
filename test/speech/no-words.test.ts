/** Recordings in which nothing is said, among those that models learn from. */
import { expect, test } from "vitest";
import { hybridRecognizer, speechRecognizer, type TextRecording } from "../../src/speech/index.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";
import { spoken } from "./spoken.ts";

const spec = { words: ["one", "two", "six"], rate: 8000, cells: 16, seed: 1 };
const models = [
  ["speechRecognizer", () => speechRecognizer({ ...spec, units: "words" }), { epochs: 12, augment: false }],
  [
    "hybridRecognizer",
    () => hybridRecognizer({ ...spec, states: 4 }),
    { epochs: 16, copies: 2, iterations: 4, rounds: 2 },
  ],
] as const;

/** White noise of several levels. */
async function noises(count: number, seed: number): Promise<Float32Array[]> {
  const random = new Random(await engine("float64"), seed);
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from({ length: 8000 + 1000 * i }, () => [1e-3, 0.01, 0.05][i % 3] * random.normal()),
  );
}

test.each(models)(
  "%s learns from them that noise is no word",
  async (_name, make, options) => {
    const said = await spoken(["one two", "six one", "two", "two six two"], 4);
    const words: TextRecording[] = said.map(({ samples, text }) => ({ samples, text }));
    const nothing = [new Float32Array(8000), ...(await noises(8, 1))].map((samples) => ({
      samples,
      text: "",
    }));
    const heard = async (items: readonly TextRecording[]): Promise<string[]> => {
      const model = await make();
      await model.fit(items, { batch: 4, ...options });
      const { wordError } = await model.evaluate(words);
      expect(wordError).toBeLessThan(0.3);
      const texts = (await model.predict(await noises(6, 2))).map(({ text }) => text);
      model.dispose();
      return texts;
    };
    for (const text of await heard(words)) expect(text).not.toBe("");
    for (const text of await heard([...words, ...nothing])) expect(text).toBe("");
  },
  120_000,
);
