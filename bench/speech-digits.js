// What benches of speech share: the spoken digits of a folder, and splits.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readWav } from "../dist/speech/index.js";
import { mulberry32, normalOf } from "./seeded.js";

export const digitWords = "zero one two three four five six seven eight nine".split(" ");
export const speakers = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"];

/** Recordings { samples, rate, text, speaker, take } of DIR/speech-digits. */
export const spokenDigits = (dir) => digitsIn(join(dir, "speech-digits"));

/** Those of a folder with files DIGIT_SPEAKER_TAKE.wav. */
export function digitsIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => /^(\d)_(\w+)_(\d+)\.wav$/.exec(name))
    .filter(Boolean)
    .map(([name, digit, speaker, take]) => {
      const { samples, rate } = readWav(readFileSync(join(folder, name)));
      return { samples, rate, text: digitWords[digit], speaker, take: Number(take) };
    });
}

/**
 * Recordings { samples, rate, label, own, learned } of DIR/wake-words. `own` ones are of one source: more
 * than fifty speakers with microphones of their own, who say other words than digits.
 */
export function wakeRecordings(dir) {
  const folder = join(dir, "wake-words");
  const { items } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  return items.map(({ file, label, source, split }) => ({
    ...readWav(readFileSync(join(folder, file))),
    label,
    own: /wake-word-benchmark/.test(source),
    learned: split === "train",
  }));
}

/** Those of that source, as recordings of words: { samples, rate, text }. */
export const otherWords = (dir) =>
  wakeRecordings(dir)
    .filter(({ own }) => own)
    .map(({ samples, rate, label }) => ({ samples, rate, text: label }));

/** The official split, takes 0 to 4 to test on; or one speaker left out. */
export function split(recordings, left) {
  const isTest = left === "official" ? ({ take }) => take < 5 : ({ speaker }) => speaker === left;
  return { train: recordings.filter((r) => !isTest(r)), test: recordings.filter(isTest) };
}

const SILENCE = [0.05, 0.4]; // seconds between recordings

const FRAME = 0.01; // seconds
const OF_LOUDEST = 0.003; // 25 dB below the loudest frame

/**
 * Samples [from, to) in which a recording sounds: from the first to the last frame of 10 ms that is at most
 * 25 dB softer than the loudest. Silence that was recorded with a word is none of it.
 */
export function audible(samples, rate) {
  const width = Math.round(FRAME * rate);
  const powers = Array.from({ length: Math.floor(samples.length / width) }, (_, f) =>
    samples.subarray(f * width, (f + 1) * width).reduce((sum, x) => sum + x * x, 0),
  );
  const level = OF_LOUDEST * Math.max(...powers);
  const last = powers.length - 1 - powers.toReversed().findIndex((power) => power >= level);
  return [powers.findIndex((power) => power >= level) * width, (last + 1) * width];
}

/**
 * Recordings of one speaker joined, each at one loudness, with silences of random length around them and
 * noise, so many decibels below: { samples, rate, text, cuts, spans }, in seconds: where each recording is,
 * and where it sounds.
 */
export function joinRecordings(list, random, decibels) {
  const rate = list[0].rate;
  const parts = [];
  const cuts = [];
  const spans = [];
  let at = 0;
  const silence = () => {
    const n = Math.round(rate * (SILENCE[0] + (SILENCE[1] - SILENCE[0]) * random()));
    parts.push(new Float64Array(n));
    at += n;
  };
  silence();
  for (const { samples } of list) {
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    parts.push(Float64Array.from(samples, (x) => (0.1 * x) / Math.sqrt(power)));
    cuts.push([at / rate, (at + samples.length) / rate]);
    spans.push(audible(samples, rate).map((place) => (at + place) / rate));
    at += samples.length;
    silence();
  }
  const samples = new Float64Array(at);
  let from = 0;
  for (const part of parts) {
    samples.set(part, from);
    from += part.length;
  }
  const deviation = 0.1 * 10 ** (-decibels / 20);
  return {
    samples: samples.map((x) => x + deviation * normalOf(random)),
    rate,
    text: list.map(({ text }) => text).join(" "),
    cuts,
    spans,
  };
}

/** So many strings of 2 to `longest` recordings of one speaker. */
export function strings(recordings, { count, shortest = 2, longest = 7, decibels = 10, seed }) {
  const random = mulberry32(seed);
  const names = [...new Set(recordings.map(({ speaker }) => speaker))].sort();
  const bySpeaker = names.map((name) => recordings.filter(({ speaker }) => speaker === name));
  return Array.from({ length: count }, () => {
    const own = bySpeaker[Math.floor(random() * bySpeaker.length)];
    const length = shortest + Math.floor(random() * (longest - shortest + 1));
    const list = Array.from({ length }, () => own[Math.floor(random() * own.length)]);
    return joinRecordings(list, random, decibels);
  });
}
