import { beforeAll, describe, expect, test } from "vitest";
import {
  wordSpotter,
  writeWav,
  readWav,
  type WordSpotter,
  type WordRecording,
} from "../../src/speech/index.ts";
import { wordScores } from "../../src/speech/words/score.ts";
import { alarmsOf } from "../../src/speech/words/detector.ts";
import { operatingPoints, thresholdFor } from "../../src/speech/words/threshold.ts";
import { spoken } from "./spoken.ts";

const RATE = 8000;
const spec = { words: ["yes", "no"], rate: RATE, seed: 1, units: 32 };

/** Recordings of two words, and of others as background. */
async function recordings(seed: number, times: number): Promise<WordRecording[]> {
  const said = await spoken(["yes", "no", "one", "six", "four"], times, { seed });
  return said.map(({ samples, text }) => ({ samples, word: spec.words.includes(text) ? text : null }));
}

describe("the scores of a recording", () => {
  test("are the means over some steps, at the moment when a word is likeliest", () => {
    const rows = [0.2, 0.1, 0.7, 0.6, 0.3, 0.1, 0.5, 0.2, 0.3, 0.05, 0.05, 0.9];
    const { words, none } = wordScores(rows, 2, 2);
    expect(words[0]).toBeCloseTo((0.6 + 0.5) / 2, 12);
    expect(words[1]).toBeCloseTo((0.3 + 0.2) / 2, 12);
    expect(none).toBeCloseTo((0.1 + 0.3) / 2, 12);
  });

  test("count nothing as heard before the beginning", () => {
    const { words, none } = wordScores([1, 0], 1, 4);
    expect(words[0]).toBe(0.25);
    expect(none).toBe(0.75);
    expect(wordScores([0, 1, 0, 1], 1, 4)).toEqual({ words: new Float64Array(1), none: 1 });
  });
});

test("alarms come once a word, and not again before the refractory time is over", () => {
  const [q, l] = [
    [0.01, 0.99],
    [0.99, 0.01],
  ];
  const p = [q, l, q, l, l, l, l, q, q, l, l].flat();
  const rule = { threshold: 0.9, lookBack: 2 };
  const alarms = alarmsOf(p, 1, { ...rule, refractory: 2 });
  expect(alarms.map(({ at, from, to }) => [at, from, to])).toEqual([
    [5, 3, 5],
    [11, 9, 11],
  ]);
  expect(alarms[0].score).toBeCloseTo(0.99, 12);
  expect(alarmsOf(p, 1, { ...rule, refractory: 0 }).map(({ at }) => at)).toEqual([5, 7, 11]);
});

test("one step that is sure raises no alarm, and sound begins with nothing heard", () => {
  const rule = { threshold: 0.3, lookBack: 4, refractory: 0 };
  expect(alarmsOf([1, 0, 0, 1, 0, 1, 0, 1, 0, 1], 1, rule)).toEqual([]);
  expect(alarmsOf([0.9, 0.1, 0.9, 0.1], 1, rule)).toEqual([
    { word: 0, score: (0.9 + 0.9) / 4, at: 2, from: 0, to: 2 },
  ]);
});

test("the threshold is the lowest with few enough false alarms an hour", () => {
  const heard = [
    { word: 0, probabilities: [0.01, 0.99, 0.97, 0.03] },
    { word: null, probabilities: [0.01, 0.99, 0.6, 0.4] },
    { word: null, probabilities: [0.01, 0.99, 0.1, 0.9] },
  ];
  const rule = { lookBack: 1, refractory: 2 };
  const points = operatingPoints(heard, 1, 0.5, rule);
  const threshold = thresholdFor(points, 0);
  expect(threshold).toBeGreaterThan(0.55);
  const at = points.find((point) => point.threshold === threshold)!;
  expect(at).toEqual({ threshold, falseAlarmsPerHour: 0, missRate: 0 });
  expect(thresholdFor(points, 1e9)).toBeCloseTo(1 / 17, 12);
  expect(points[0].falseAlarmsPerHour).toBe(4);
});

describe("a spotter", () => {
  let spotter: WordSpotter;
  let items: WordRecording[];
  let fresh: WordRecording[];

  beforeAll(async () => {
    items = await recordings(1, 12);
    fresh = await recordings(2, 4);
    spotter = await wordSpotter(spec);
    const progress: (number | undefined)[][] = [];
    await spotter.fit(items, {
      epochs: 80,
      negatives: 0.3,
      onProgress: ({ step, steps }) => void progress.push([step, steps]),
    });
    const steps = 80 * Math.ceil((5 * 12 * 1.3) / 16);
    expect(progress).toEqual(Array.from({ length: steps }, (_, i) => [i + 1, steps]));
  }, 300_000);

  test("learns words from a few recordings, and tells them from others", async () => {
    const { accuracy, confusion, sequences } = await spotter.evaluate(fresh);
    expect(sequences).toBe(fresh.length);
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(fresh.length);
    expect(accuracy).toBeGreaterThanOrEqual(0.9);
    const [first] = spotter.predict([fresh[0].samples]);
    const one = spotter.predict(fresh[0].samples);
    expect(one).toEqual(first);
    expect(one.word).toBe("yes");
    expect(one.probabilities.yes + one.probabilities.no + one.none).toBeCloseTo(1, 10);
    expect(spotter.predict([{ samples: fresh[0].samples, rate: RATE }])).toEqual([first]);
  });

  test("hears words in sound that goes on, at their times, whatever the pieces", async () => {
    const [said] = await spoken(["six yes four no yes"], 1, { seed: 3 });
    spotter.threshold = 0.2; // so short a training leaves it unsure
    const listen = (piece: number): object[] => {
      const stream = spotter.stream();
      const found: object[] = [];
      for (let at = 0; at < said.samples.length; at += piece)
        found.push(...stream.push(said.samples.subarray(at, at + piece)));
      found.push(...stream.end());
      stream.dispose();
      return found;
    };
    const whole = listen(1e9) as { word: string; time: number }[];
    expect(whole.map(({ word }) => word)).toEqual(["yes", "no", "yes"]);
    const ends = [1, 3, 4].map((i) => said.words[i].to);
    whole.forEach(({ time }, i) => expect(Math.abs(time - ends[i])).toBeLessThan(0.35));
    for (const piece of [80, 333, 5000]) expect(listen(piece)).toEqual(whole);
  });

  test("its threshold is set by false alarms an hour on given sound", async () => {
    const { threshold, hours, curve } = await spotter.calibrate(fresh, { falseAlarmsPerHour: 60 });
    expect(spotter.threshold).toBe(threshold);
    const background = fresh.filter(({ word }) => word === null);
    const seconds = background.reduce((sum, { samples }) => sum + samples.length / RATE, 0);
    expect(hours).toBeCloseTo(seconds / 3600, 9);
    const point = curve.find((one) => one.threshold === threshold)!;
    expect(point.falseAlarmsPerHour).toBeLessThanOrEqual(60);
    expect(point.missRate).toBeLessThan(0.5);
    await expect(spotter.calibrate(fresh.slice(0, 1))).rejects.toThrow(/no recording without a word/);
  });

  test("silence is none of the words, whatever a net makes of the dither", () => {
    const nothing = { word: null, probabilities: { yes: 0, no: 0 }, none: 1 };
    const silences = [new Float32Array(8000), new Float32Array(4000).fill(0.25)];
    expect(spotter.predict(silences)).toEqual([nothing, nothing]);
  });

  test("a stream's probabilities are those of the whole, bit for bit", () => {
    const recording = fresh[3].samples;
    const stream = spotter.stream();
    stream.push(recording);
    stream.end();
    const again = stream.push(recording);
    stream.end();
    const other = spotter.stream();
    expect(other.push(recording)).toEqual(again);
    stream.dispose();
    other.dispose();
  });

  test("a file of at most 100 KB keeps words, threshold and answers", async () => {
    const bytes = spotter.save({ training: false });
    expect(bytes.length).toBeLessThanOrEqual(100_000);
    const loaded = await wordSpotter.load(bytes);
    expect(loaded.words).toEqual(["yes", "no"]);
    expect(loaded.threshold).toBe(spotter.threshold);
    expect(loaded.predict(fresh.map(({ samples }) => samples))).toEqual(
      spotter.predict(fresh.map(({ samples }) => samples)),
    );
    loaded.dispose();
    await expect(wordSpotter.load(new Uint8Array(8))).rejects.toThrow(/wordSpotter.load/);
  });

  test("what is no recording is named", async () => {
    const { samples } = items[0];
    const fit = (item: object): Promise<unknown> => spotter.fit([item as WordRecording]);
    await expect(fit({ samples: new Float32Array(0), word: "yes" })).rejects.toThrow(
      /recording 0: 0 samples/,
    );
    await expect(fit({ samples: [0, NaN], word: "yes" })).rejects.toThrow(/sample 1 is NaN/);
    await expect(fit({ samples, rate: 1, word: "yes" })).rejects.toThrow(/rate is 1/);
    await expect(fit({ samples, rate: 1e9, word: "yes" })).rejects.toThrow(/rate is 1000000000/);
    await expect(fit({ samples: [samples, samples], word: "yes" })).rejects.toThrow(
      /hold 2 channels, want one/,
    );
    await expect(fit({ samples: new Float32Array(8000), word: "yes" })).rejects.toThrow(/is silent/);
    const clipped = Float32Array.from(samples, (x) => Math.max(-0.02, Math.min(0.02, x)));
    await expect(fit({ samples: clipped, word: "yes" })).rejects.toThrow(/is clipped: .* less gain/);
    await expect(fit({ samples, word: "maybe" })).rejects.toThrow(
      /word is "maybe", want one of yes, no, or null/,
    );
    await expect(fit({ samples, label: "yes" })).rejects.toThrow(/unknown field "label"/);
    await expect(spotter.fit([{ samples, word: null }])).rejects.toThrow(/no recording holds a word/);
    await expect(
      spotter.fit([items[0], { samples: Float32Array.from(samples).subarray(0, 100), word: null }]),
    ).rejects.toThrow(/recording 1: 100 samples are shorter than a frame of/);
    const other = await wordSpotter(spec);
    await expect(other.fit([{ samples, word: "yes" }])).rejects.toThrow(/no recording to learn "no" from/);
    other.dispose();
    expect(() =>
      readWav(writeWav({ samples: Float32Array.from(samples), rate: RATE }).subarray(0, 60)),
    ).toThrow(/cut off/);
    expect(spotter.predict(new Float32Array(8000)).word).toBe(null);
    expect(() => spotter.predict(new Float32Array(10))).toThrow(/shorter than a frame/);
  });

  test("a second fit beside a first is refused, a signal stops, dispose ends", async () => {
    const other = await wordSpotter(spec);
    expect(() => other.predict(items[0].samples)).toThrow(/was never fitted/);
    const controller = new AbortController();
    const first = other.fit(items, { epochs: 50, signal: controller.signal });
    await expect(other.fit(items)).rejects.toThrow(/is being trained/);
    controller.abort();
    expect((await first).stopped).toBe("signal");
    other.dispose();
    expect(() => other.predict(items[0].samples)).toThrow(/wordSpotter.predict: the model was disposed/);
  });
});

test("wrong specs are named", async () => {
  await expect(wordSpotter({ words: [], rate: RATE })).rejects.toThrow(/words is array of 0/);
  await expect(wordSpotter({ words: ["a", "a"], rate: RATE })).rejects.toThrow(/names one twice/);
  await expect(wordSpotter({ words: ["a"], rate: 1 })).rejects.toThrow(/rate is 1/);
  await expect(wordSpotter({ words: ["a"], rate: RATE, colour: 1 } as never)).rejects.toThrow(/colour/);
});
