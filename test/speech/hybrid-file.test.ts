import { beforeAll, describe, expect, test } from "vitest";
import { readTensors } from "../../src/formats/read-safetensors.ts";
import { writeTensors } from "../../src/formats/safetensors.ts";
import { hybridRecognizer, inventedSpeakers, wordClassifier } from "../../src/speech/index.ts";
import { DataError, DisposedError, OptionError } from "../../src/wasm/errors.ts";

const words = ["one", "two", "six"];
const sizes = { words, rate: 8000, states: 2, components: 2, cells: 8 };
type Taught = Awaited<ReturnType<typeof inventedSpeakers>>;

let taught: Taught;
beforeAll(async () => {
  taught = await inventedSpeakers({ words, count: 24, longest: 2 });
});

/** The file with its notes changed. */
function changed(bytes: Uint8Array, change: Readonly<Record<string, unknown>>): Uint8Array {
  const { spec, tensors } = readTensors(bytes, "test");
  return writeTensors({ ...spec, hearing: { ...(spec.hearing as object), ...change } }, [
    ...tensors.values(),
  ]);
}

describe.each(["net", "mixture"] as const)("a recognizer by a %s in a file", (emission) => {
  let bytes: Uint8Array<ArrayBuffer>;
  let answers: unknown[];
  beforeAll(async () => {
    const recognizer = await hybridRecognizer({ ...sizes, emission });
    expect(() => recognizer.save()).toThrow(OptionError);
    expect(() => recognizer.save()).toThrow(/save: the model was never fitted/);
    await recognizer.fit(taught, { epochs: 2, rounds: 1, iterations: 2, copies: 1 });
    bytes = recognizer.save();
    answers = [recognizer.predict(taught), recognizer.probabilities(taught[0])];
    recognizer.dispose();
    expect(() => recognizer.save()).toThrow(DisposedError);
  });

  test("answers as before, to the bit, and learns on", async () => {
    const again = await hybridRecognizer.load(bytes);
    expect([again.words, again.rate]).toEqual([words, 8000]);
    expect([again.predict(taught), again.probabilities(taught[0])]).toEqual(answers);
    expect(again.save()).toEqual(bytes);
    await again.fit(taught.slice(6), { epochs: 1, rounds: 1, iterations: 1, copies: 1 });
    expect(again.save()).not.toEqual(bytes);
    again.dispose();
  });

  test("is refused where the file does not hold what it says", async () => {
    const { spec } = readTensors(bytes, "test");
    const { recognizer, stay } = spec.hearing as { recognizer: object; stay: number[] };
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ kind: "wordSpotter" }, /load: the file holds "wordSpotter", want a hybridRecognizer/],
      [{ recognizer: undefined }, /words is undefined, want an array of names/],
      [{ recognizer: { ...recognizer, states: 3 } }, /stay is .*, want 10 probabilities/],
      [{ recognizer: { ...recognizer, states: 1e9 } }, /states is 1000000000/],
      [{ stay: stay.slice(1) }, /stay is .*, want 7 probabilities/],
      [{ stay: stay.map(() => 1) }, /stay is .*, want 7 probabilities/],
      [
        { recognizer: { ...recognizer, words: ["one", "two"] }, stay: stay.slice(2), priors: stay.slice(2) },
        emission === "net" ? /the net does not fit/ : /no 2 Gaussians of 39 numbers for each of 5 states/,
      ],
    ];
    for (const [change, message] of wrong) {
      const file = changed(bytes, change as Record<string, unknown>);
      await expect(hybridRecognizer.load(file)).rejects.toThrow(message);
      await expect(hybridRecognizer.load(file)).rejects.toThrow(DataError);
    }
    for (const cut of [0, 7, 100, bytes.length - 1])
      await expect(hybridRecognizer.load(bytes.slice(0, cut))).rejects.toThrow(DataError);
  });
});

test("files of other models are refused", async () => {
  const bytes = (await wordClassifier({ words, rate: 8000 })).save();
  await expect(hybridRecognizer.load(bytes)).rejects.toThrow(/holds "wordClassifier", want a hybridRec/);
});
