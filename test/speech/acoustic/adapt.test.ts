import { beforeAll, describe, expect, test } from "vitest";
import {
  hybridRecognizer,
  inventedSpeakers,
  speechRecognizer,
  synthesizer,
  wordClassifier,
  type AdaptProgress,
  type Sound,
  type WordAdaptOptions,
  type WordClassifier,
} from "../../../src/speech/index.ts";

const words = ["one", "two", "six"];
const known = 24;

/** A voice that no invented speaker has: one of a child's throat. */
async function child(texts: readonly string[], seed: number) {
  const voice = await synthesizer({ rate: 8000, pitch: 260, tract: 0.72, tempo: 0.7 });
  return texts.map((text, i) => ({ ...voice.say(text, { seed: seed + i, noise: 20 }), text }));
}

const soundsOf = (items: readonly Sound[]): Sound[] => items.map(({ samples, rate }) => ({ samples, rate }));
const turns = Array.from({ length: known }, (_, i) => words[i % words.length]);

let bytes: Uint8Array;
let heard: Awaited<ReturnType<typeof child>>;
let later: Awaited<ReturnType<typeof child>>;

beforeAll(async () => {
  const taught = await inventedSpeakers({ words, count: 60 });
  const classifier = await wordClassifier({ words, rate: 8000, units: 24 });
  await classifier.fit(taught, { epochs: 5, copies: 1 });
  bytes = classifier.save();
  classifier.dispose();
  heard = (await child(turns, 1)).map((item) => ({ ...item, rate: 8000 }));
  later = (await child(turns, 1000)).map((item) => ({ ...item, rate: 8000 }));
});

const loss = async (classifier: WordClassifier): Promise<number> => (await classifier.evaluate(later)).loss;

describe("a classifier that gets used to a voice", () => {
  test("errs less on what it did not hear, the same each time, and its file keeps it", async () => {
    const before = await wordClassifier.load(bytes);
    const told: AdaptProgress[] = [];
    const adapted = async () => {
      const classifier = await wordClassifier.load(bytes);
      const report = await classifier.adapt(soundsOf(heard), {
        rounds: 2,
        epochs: 4,
        copies: 1,
        onProgress: (progress) => void told.push(progress),
      });
      return { classifier, report };
    };
    const one = await adapted();
    expect(one.report.learned[0]).toBeLessThan(known / 2 + 1);
    expect(one.report.learned[1]).toBe(known);
    expect(one.report.stopped).toBe("rounds");
    expect(told).toHaveLength(one.report.steps);
    expect(told.at(-1)).toMatchObject({ round: 2, rounds: 2 });
    expect(await loss(one.classifier)).toBeLessThan(0.8 * (await loss(before)));
    const two = await adapted();
    const answers = one.classifier.predict(later);
    expect(two.classifier.predict(later)).toEqual(answers);
    const loaded = await wordClassifier.load(one.classifier.save());
    expect(loaded.predict(later)).toEqual(answers);
  });

  test("is not misled by words that this voice does not say", async () => {
    const ones = soundsOf(heard.filter(({ text }) => text === "one"));
    const own = later.filter(({ text }) => text === "one");
    const sixes = async (options: WordAdaptOptions) => {
      const classifier = await wordClassifier.load(bytes);
      await classifier.adapt(ones.concat(ones), { rounds: 1, epochs: 4, copies: 0, share: 1, ...options });
      return classifier.predict(soundsOf(own)).reduce((sum, { probabilities }) => sum + probabilities.six, 0);
    };
    const byAll = await sixes({});
    expect(await sixes({ words })).toBe(byAll);
    expect(await sixes({ words: ["two", "six"] })).toBeGreaterThan(1.5 * byAll);
  });

  test("wants a fitted model and ten recordings, and says so before anything changes", async () => {
    const fresh = await wordClassifier({ words, rate: 8000, units: 24 });
    await expect(fresh.adapt(soundsOf(heard))).rejects.toThrow(/adapt: the model was never fitted/);
    const classifier = await wordClassifier.load(bytes);
    const answers = classifier.predict(later);
    await expect(classifier.adapt(soundsOf(heard).slice(0, 9))).rejects.toThrow(
      /9 recordings, want at least 10 of one speaker/,
    );
    await expect(classifier.adapt(soundsOf(heard), { rounds: 0 })).rejects.toThrow(/rounds is 0/);
    await expect(classifier.adapt(soundsOf(heard), { share: 2 })).rejects.toThrow(/share is 2/);
    await expect(classifier.adapt(soundsOf(heard), { copies: -1 })).rejects.toThrow(/copies is -1/);
    await expect(classifier.adapt(soundsOf(heard), { speed: 1 } as never)).rejects.toThrow(/speed/);
    await expect(classifier.adapt(soundsOf(heard), { words: [] })).rejects.toThrow(
      /words is .*, want an array of some/,
    );
    await expect(classifier.adapt(soundsOf(heard), { words: ["one", "ten"] })).rejects.toThrow(
      /words\[1\] is "ten", want one of one, two, six/,
    );
    expect(classifier.predict(later)).toEqual(answers);
  });

  test("stops when asked to; before the first step it is as it was", async () => {
    const classifier = await wordClassifier.load(bytes);
    const stop = new AbortController();
    const going = classifier.adapt(soundsOf(heard), {
      copies: 1,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(classifier.adapt(soundsOf(heard))).rejects.toThrow(/being trained/);
    expect(await going).toMatchObject({ stopped: "signal", steps: 1 });
    const untouched = await wordClassifier.load(bytes);
    const answers = untouched.predict(later);
    const signal = AbortSignal.abort();
    expect(await untouched.adapt(soundsOf(heard), { signal })).toMatchObject({ learned: [], steps: 0 });
    expect(untouched.predict(later)).toEqual(answers);
  });
});

describe("recognizers of strings", () => {
  const options = { rounds: 1, epochs: 1, copies: 1, share: 1 };

  test("learn from the texts that they heard", async () => {
    const taught = await inventedSpeakers({ words, count: 24, longest: 2 });
    const recognizer = await speechRecognizer({ units: "words", words, rate: 8000, cells: 8 });
    await recognizer.fit(taught, { epochs: 2, copies: 1 });
    const before = recognizer.probabilities(taught[0]);
    const report = await recognizer.adapt(soundsOf(taught), options);
    expect(report.learned[0]).toBeGreaterThan(0);
    expect(recognizer.probabilities(taught[0])).not.toEqual(before);
  });

  test("learn from the states that they were in; mixtures do not", async () => {
    const taught = await inventedSpeakers({ words, count: 24, longest: 2 });
    const make = (emission: "net" | "mixture") =>
      hybridRecognizer({ words, rate: 8000, emission, states: 2, components: 1, cells: 8 });
    const hybrid = await make("net");
    await hybrid.fit(taught, { epochs: 2, rounds: 1, iterations: 2, copies: 1 });
    const report = await hybrid.adapt(soundsOf(taught), options);
    expect(report.learned[0]).toBeGreaterThan(taught.length / 2);
    expect(report.stopped).toBe("rounds");
    const mixtures = await make("mixture");
    await mixtures.fit(taught, { iterations: 2 });
    await expect(mixtures.adapt(soundsOf(taught))).rejects.toThrow(
      /mixtures do not adapt, want emission "net"/,
    );
  });

  test("leave words where they were heard at first", async () => {
    const hybrid = await hybridRecognizer({ words, rate: 8000, cells: 32 });
    await hybrid.fit(await inventedSpeakers({ words, count: 90, longest: 3 }), { epochs: 6, copies: 1 });
    const voice = await synthesizer({ rate: 8000, pitch: 260, tract: 0.72, tempo: 0.7 });
    const said = turns.map((word, i) =>
      voice.say(`${word} ${words[(i + 2) % 3]}`, { seed: 7 + i, noise: 15 }),
    );
    /** The share of the words' ends that are set within 30 ms. */
    const near = async () => {
      const misses: number[] = [];
      for (const { samples, text, words: truth } of said) {
        const found = await hybrid.align({ samples, rate: 8000 }, text);
        found.forEach(({ from, to }, i) => misses.push(from - truth[i].from, to - truth[i].to));
      }
      return misses.filter((off) => Math.abs(off) <= 0.03).length / misses.length;
    };
    const before = await near();
    await hybrid.adapt(soundsOf(said), { copies: 1 });
    expect(before).toBeGreaterThan(0.5);
    expect(await near()).toBeGreaterThan(before - 0.15);
  }, 120_000);
});
