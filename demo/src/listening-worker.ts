/** Learns words in a worker, and listens: recordings in, losses, the model, spectra and words out. */
import {
  frontEnd,
  wordSpotter,
  type SpotterStream,
  type WordRecording,
  type WordSpotter,
} from "unrolled/speech";

/** What the page asks. */
export type Asked =
  | { readonly kind: "train"; readonly words: readonly string[]; readonly items: readonly WordRecording[] }
  | { readonly kind: "load"; readonly bytes: Uint8Array }
  | { readonly kind: "listen"; readonly rate: number }
  | { readonly kind: "hear"; readonly samples: Float32Array }
  | { readonly kind: "threshold"; readonly value: number };

/** What the worker tells. */
export type Told =
  | {
      readonly kind: "progress";
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly secondsLeft: number;
    }
  | {
      readonly kind: "ready";
      readonly words: readonly string[];
      readonly bytes: Uint8Array;
      readonly threshold: number;
    }
  | {
      readonly kind: "heard";
      /** [t, BANDS] ln energies, 100 rows a second. */
      readonly spectra: Float32Array;
      readonly words: readonly { readonly word: string; readonly score: number; readonly time: number }[];
      /** The likeliest word at this moment, and its probability. */
      readonly likeliest: readonly [word: string, score: number];
    }
  | { readonly kind: "failed"; readonly message: string };

/** Rows of the spectrogram. */
export const BANDS = 40;
/** Samples a second that the spotter hears. */
const RATE = 16_000;
/** It sees every recording as often as so many batches of 16 take. */
const STEPS = 500;
const BATCH = 16;
const FEWEST = 10;
/** The lowest threshold that the page sets by itself. */
const LOWEST = 0.5;

let spotter: WordSpotter | undefined;
let stream: SpotterStream | undefined;
let spectra: Awaited<ReturnType<typeof spectraOf>> | undefined;
let rate = RATE;

const tell = (told: Told): void => postMessage(told);

async function spectraOf(from: number) {
  const hear = await frontEnd({ rate: RATE, bands: BANDS });
  return hear.stream({ rate: from });
}

function ready(model: WordSpotter): void {
  tell({
    kind: "ready",
    words: model.words,
    bytes: model.save({ training: false }),
    threshold: model.threshold,
  });
}

async function train(words: readonly string[], items: readonly WordRecording[]): Promise<void> {
  const model = await wordSpotter({ words, rate: RATE, seed: 1 });
  const epochs = Math.max(FEWEST, Math.ceil(STEPS / Math.ceil(items.length / BATCH)));
  await model.fit(items, {
    epochs,
    batch: BATCH,
    onProgress: ({ step, steps = STEPS, loss, secondsLeft = NaN }) =>
      tell({ kind: "progress", step, steps, loss, secondsLeft }),
  });
  if (items.some(({ word }) => word === null)) {
    // on recordings that it learned from it errs too seldom: never below the middle
    const { threshold } = await model.calibrate(items, { falseAlarmsPerHour: 1 });
    model.threshold = Math.max(LOWEST, threshold);
  }
  stream?.dispose();
  stream = undefined;
  spotter?.dispose();
  spotter = model;
  ready(model);
}

function hear(samples: Float32Array): void {
  if (!spotter || !spectra) return;
  stream ??= spotter.stream({ rate });
  const words = stream.push(samples).map(({ word, score, time }) => ({ word, score, time }));
  const [likeliest = ["", 0] as const] = Object.entries(stream.scores).sort(([, a], [, b]) => b - a);
  tell({ kind: "heard", spectra: spectra.push(samples), words, likeliest });
}

async function answer(asked: Asked): Promise<void> {
  switch (asked.kind) {
    case "train":
      return train(asked.words, asked.items);
    case "load":
      spotter = await wordSpotter.load(asked.bytes);
      return ready(spotter);
    case "listen":
      rate = asked.rate;
      spectra = await spectraOf(rate);
      stream?.dispose();
      stream = undefined;
      return;
    case "hear":
      return hear(asked.samples);
    case "threshold":
      if (spotter) spotter.threshold = asked.value;
      stream?.dispose();
      stream = undefined;
  }
}

onmessage = ({ data }: MessageEvent<Asked>) =>
  answer(data).catch((error: unknown) => tell({ kind: "failed", message: (error as Error).message }));
