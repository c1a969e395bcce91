import { expect, test } from "vitest";
import { DataError, DisposedError } from "../../../src/wasm/errors.ts";
import { speechRecognizer, wordClassifier, wordSpotter } from "../../../src/speech/index.ts";

const spec = { words: ["yes", "no"], rate: 8000, seed: 1 };
const kinds = [
  ["wordSpotter", () => wordSpotter(spec), wordSpotter.load],
  ["wordClassifier", () => wordClassifier(spec), wordClassifier.load],
  ["speechRecognizer", () => speechRecognizer({ ...spec, units: "words" }), speechRecognizer.load],
] as const;

test.each(kinds)("%s keeps itself in a file, and says its name after its end", async (who, make, load) => {
  const model = await make();
  const bytes = model.save();
  const again = await load(bytes);
  expect(again.rate).toBe(8000);
  expect(again.save()).toEqual(bytes);
  for (const one of [model, again]) {
    one.dispose();
    one.dispose();
    expect(() => one.save()).toThrow(DisposedError);
    expect(() => one.save()).toThrow(`${who}.save`);
  }
  await expect(model.fit([])).rejects.toThrow(DisposedError);
});

test("a file of one model is refused by the others", async () => {
  const bytes = (await wordClassifier(spec)).save();
  await expect(wordSpotter.load(bytes)).rejects.toThrow(/holds "wordClassifier", want a wordSpotter/);
  await expect(speechRecognizer.load(bytes)).rejects.toThrow(DataError);
});
