import { describe, expect, test } from "vitest";
import {
  hybridRecognizer,
  inventedSpeakers,
  type HybridRecognizer,
  type TextRecording,
} from "../../src/speech/index.ts";
import type { FitProgress } from "../../src/models/network/fit-options.ts";
import { Aligner, flatStart } from "../../src/speech/hybrid/align.ts";
import { Mixtures } from "../../src/speech/hybrid/mixtures.ts";
import { readPlaces, statesInPlaces } from "../../src/speech/hybrid/places.ts";
import { stayOf, textChain, wordLoop, wordsOfPath } from "../../src/speech/hybrid/topology.ts";
import { noise, onlyLast, spoken } from "./spoken.ts";

const shape = { words: 3, states: 2 };

const rowSums = (matrix: Float64Array, n: number): number[] =>
  Array.from({ length: n }, (_, i) => matrix.subarray(i * n, (i + 1) * n).reduce((sum, p) => sum + p, 0));

describe("the chain of all words", () => {
  test("its rows are distributions, and a path of states is read as the words that it goes through", () => {
    const stay = Float64Array.from({ length: 7 }, (_, k) => 0.5 + k / 20);
    const { startprob, transmat } = wordLoop(shape, stay);
    for (const sum of rowSums(transmat, 7)) expect(sum).toBeCloseTo(1, 12);
    expect(startprob.reduce((sum, p) => sum + p)).toBeCloseTo(1, 12);
    const path = [6, 6, 2, 2, 3, 2, 3, 6, 0, 1];
    expect(wordsOfPath(shape, path)).toEqual([
      { word: 1, from: 2, to: 5 },
      { word: 1, from: 5, to: 7 },
      { word: 0, from: 8, to: 10 },
    ]);
    const text = textChain(shape, [6, 0, 1, 6, 4, 5, 6], stay);
    for (const sum of rowSums(text.transmat, 7)) expect(sum).toBeCloseTo(1, 12);
  });

  test("states stay as long as paths say", () => {
    const stay = stayOf(2, [[0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]]);
    expect(stay[1]).toBeGreaterThan(stay[0]);
    expect(stay.every((p) => p > 0 && p < 1)).toBe(true);
  });
});

describe("forced alignment", () => {
  test("finds the path that the log-likelihoods favor, and none in too few steps", async () => {
    const path = [6, 0, 0, 1, 4, 5, 5, 6];
    const logs = Float64Array.from({ length: 8 * 7 }, (_, at) =>
      path[Math.floor(at / 7)] === at % 7 ? 0 : -9,
    );
    const aligner = new Aligner(shape, new Float64Array(7).fill(0.5));
    expect([...(await aligner.path(logs, [0, 2]))!]).toEqual(path);
    expect(await aligner.path(logs.subarray(0, 3 * 7), [0, 2])).toBeUndefined();
    aligner.dispose();
  });

  test("begins with loudness: soft steps are silence, loud ones are shared out", () => {
    const loudness = Float64Array.of(0, 0, 9, 9, 9, 9, 0, 0, 9, 9, 9, 9, 0);
    expect([...flatStart(shape, loudness, [0, 1])]).toEqual([6, 6, 0, 0, 1, 1, 6, 6, 2, 2, 3, 3, 6]);
  });
});

describe("places that are known", () => {
  test("share a word's time among its states; all else is silence", () => {
    const known = {
      labels: [2, 0],
      places: [
        [0.1, 0.5],
        [0.6, 0.8],
      ] as const,
      steps: 10,
      rate: 10,
    };
    expect([...statesInPlaces(shape, known)]).toEqual([6, 4, 4, 5, 5, 6, 0, 1, 6, 6]);
  });

  test("count only if all that say something have them, and are checked", () => {
    const two = { samples: new Float64Array(8000), rate: 8000, labels: [0, 1] };
    const none = { ...two, labels: [] };
    const places = [
      [0.1, 0.4],
      [0.4, 0.9],
    ] as const;
    const read = readPlaces("fit", [{ places }, {}], [two, none])!;
    expect([read.get(two), read.get(none)]).toEqual([places, []]);
    expect(readPlaces("fit", [{ places }, {}], [two, two])).toBeUndefined();
    const wrong = [
      [[0.1, 0.4]],
      [
        [0.1, 0.4],
        [0.3, 0.9],
      ],
      [
        [0.4, 0.1],
        [0.5, 0.6],
      ],
      [
        [0.1, 0.4],
        [0.5, 1.1],
      ],
    ];
    for (const own of [
      ...wrong,
      [
        [0.1, 0.4],
        [NaN, 1],
      ],
      [[0.1, 0.4], 3],
      7,
    ])
      expect(() => readPlaces("fit", [{ places: own as never }], [two])).toThrow(/fit: recording 0: place/);
  });
});

test("mixtures' densities are those of their Gaussians", async () => {
  const data = [Float64Array.of(-1, 1, -3, 3, 10, 12)];
  const paths = [Int32Array.of(0, 0, 0, 0, 1, 1)];
  const mixtures = await Mixtures.make({ states: 2, width: 1, components: 1, seed: 1 }, data, paths);
  const logs = mixtures.logs(Float64Array.of(2));
  // state 0: mean 0, variance 5; state 1 has too few steps for its own: those of all
  expect(logs[0]).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * 5) - 4 / 10, 6);
  const mean = 22 / 6;
  const variance = 264 / 6 - mean * mean;
  expect(logs[1]).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * variance) - (2 - mean) ** 2 / (2 * variance), 6);
  mixtures.dispose();
});

const words = ["one", "two", "six"];
const items = async (seed: number, times: number): Promise<TextRecording[]> =>
  (await spoken(["one two", "six one", "two", "two six two"], times, { seed })).map(({ samples, text }) => ({
    samples,
    text,
  }));

/** Silence is silence at every step, whatever the emissions make of the dither. */
async function saysNothingOf(recognizer: HybridRecognizer, samples: Float32Array): Promise<void> {
  expect(recognizer.predict(samples)).toEqual({ text: "", words: [] });
  const K = words.length + 1;
  const { length } = recognizer.probabilities({ samples: noise(samples.length, 0.1) });
  expect([...recognizer.probabilities({ samples })]).toEqual(onlyLast(length / K, K));
  expect(await recognizer.align({ samples }, "")).toEqual([]);
  await expect(recognizer.align({ samples }, "six")).rejects.toThrow(/align \("six"\) is silent/);
}

describe("a recognizer by hidden Markov models", () => {
  test("hears words by mixtures and, from their alignment, by a net, and places them", async () => {
    const train = await items(1, 4);
    const fresh = await items(2, 2);
    for (const emission of ["mixture", "net"] as const) {
      const recognizer = await hybridRecognizer({
        words,
        rate: 8000,
        emission,
        states: 4,
        components: 2,
        cells: 16,
      });
      expect(() => recognizer.predict(train[0].samples)).toThrow(/never fitted/);
      const told: FitProgress[] = [];
      const { history, steps } = await recognizer.fit(train, {
        iterations: 4,
        rounds: 2,
        epochs: 16,
        batch: 4,
        copies: 2,
        onProgress: (progress) => void told.push(progress),
      });
      expect(told.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
      if (emission === "net") expect(told.at(-1)).toMatchObject({ epoch: 16, steps, secondsLeft: 0 });
      expect(history.map((record) => record.emission)).toEqual(
        emission === "net" ? [...Array(4).fill("mixture"), "net", "net"] : Array(4).fill("mixture"),
      );
      expect(recognizer.evaluate(fresh).wordError).toBeLessThan(0.25);
      await saysNothingOf(recognizer, new Float32Array(8000).fill(0.25));
      const [said] = await spoken(["six one"], 1, { seed: 5 });
      const places = await recognizer.align({ samples: said.samples }, "six one");
      places.forEach(({ from, to }, i) => {
        expect(Math.abs(from - said.words[i].from)).toBeLessThan(0.15);
        expect(Math.abs(to - said.words[i].to)).toBeLessThan(0.15);
      });
      const p = recognizer.probabilities({ samples: said.samples });
      expect(p.length % (words.length + 1)).toBe(0);
      expect(p.subarray(0, 4).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 6);
      recognizer.dispose();
    }
  }, 120_000);

  test("learns the places of words that are given, and sets their ends by them", async () => {
    const train = await inventedSpeakers({ words, count: 60, longest: 3, seed: 3 });
    const fresh = await inventedSpeakers({ words, count: 12, longest: 3, seed: 4 });
    const recognizer = await hybridRecognizer({ words, rate: 8000, states: 4, components: 2, cells: 16 });
    const { history, steps } = await recognizer.fit(train, {
      epochs: 8,
      batch: 4,
      copies: 2,
      augment: false,
    });
    expect(history).toEqual([]);
    expect(steps).toBe((8 * 60) / 4);
    let [near, all] = [0, 0];
    for (const { samples, text, places } of fresh) {
      const found = await recognizer.align({ samples }, text);
      found.forEach(({ from, to }, i) => {
        [from - places![i][0], to - places![i][1]].forEach((off) => (near += Number(Math.abs(off) < 0.05)));
        all += 2;
      });
    }
    expect(near / all).toBeGreaterThan(0.85);
    recognizer.dispose();
  }, 60_000);

  test("misuse is named", async () => {
    await expect(hybridRecognizer({ words: [], rate: 8000 })).rejects.toThrow(/hybridRecognizer: words/);
    const recognizer = await hybridRecognizer({ words, rate: 8000, emission: "mixture" });
    await expect(recognizer.fit([])).rejects.toThrow(/items are/);
    const samples = Float32Array.from({ length: 800 }, (_, i) => ((i * i) % 101) / 101);
    await expect(recognizer.fit([{ samples, text: "one two six" }])).rejects.toThrow(
      /shorter than their texts/,
    );
    await expect(recognizer.fit([{ samples, text: "ten" }])).rejects.toThrow(/"ten"/);
    recognizer.dispose();
    expect(() => recognizer.predict(samples)).toThrow(/disposed/);
  });
});
