// What benches of speech share: the spoken digits of a folder, splits, and digit strings made of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readWav } from "../dist/speech/index.js";

export const digitWords = "zero one two three four five six seven eight nine".split(" ");
export const speakers = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"];

/** Recordings { samples, rate, text, speaker, take } of DIR/speech-digits. */
export function spokenDigits(dir) {
  const folder = join(dir, "speech-digits");
  return readdirSync(folder)
    .map((name) => /^(\d)_(\w+)_(\d+)\.wav$/.exec(name))
    .filter(Boolean)
    .map(([name, digit, speaker, take]) => {
      const { samples, rate } = readWav(readFileSync(join(folder, name)));
      return { samples, rate, text: digitWords[digit], speaker, take: Number(take) };
    });
}

/** The official split, takes 0 to 4 to test on; or one speaker left out. */
export function split(recordings, left) {
  const isTest = left === "official" ? ({ take }) => take < 5 : ({ speaker }) => speaker === left;
  return { train: recordings.filter((r) => !isTest(r)), test: recordings.filter(isTest) };
}

/** Whole numbers below n from a seed (xorshift). */
export function dice(seed) {
  let x = (seed * 2654435761) >>> 0 || 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

/**
 * Strings of 2 to 7 recordings of one speaker, 0.1 to 0.5 s of silence before, between and behind them, and
 * noise 10 dB below the speech. `words`: where each recording is, seconds.
 */
export async function digitStrings(recordings, count, seed, decibels = 10) {
  const draw = dice(seed);
  const rate = 8000;
  const voices = [...new Set(recordings.map(({ speaker }) => speaker))];
  const strings = [];
  for (let i = 0; i < count; ++i) {
    const speaker = voices[i % voices.length];
    const own = recordings.filter((r) => r.speaker === speaker);
    const chosen = Array.from({ length: 2 + draw(6) }, () => own[draw(own.length)]);
    const silences = Array.from({ length: chosen.length + 1 }, () => 800 + draw(3201));
    const length =
      silences.reduce((a, b) => a + b) + chosen.reduce((sum, { samples }) => sum + samples.length, 0);
    const samples = new Float32Array(length);
    const words = [];
    let at = silences[0];
    let power = 0;
    chosen.forEach((recording, j) => {
      samples.set(recording.samples, at);
      power += recording.samples.reduce((sum, v) => sum + v * v, 0);
      words.push({ word: recording.text, from: at / rate, to: (at + recording.samples.length) / rate });
      at += recording.samples.length + silences[j + 1];
    });
    const sounding = length - silences.reduce((a, b) => a + b);
    const hiss = new Float32Array(length);
    const deviation = Math.sqrt(power / sounding) * 10 ** (-decibels / 20);
    for (let t = 0; t < length; ++t) {
      // nearly normal: the sum of twelve even numbers
      let sum = -6;
      for (let k = 0; k < 12; ++k) sum += draw(65536) / 65536;
      hiss[t] = deviation * sum;
    }
    strings.push({
      samples: samples.map((v, t) => v + hiss[t]),
      rate,
      text: chosen.map(({ text }) => text).join(" "),
      words,
      speaker,
    });
  }
  return strings;
}

/** Seconds of all cores since the call before. */
export function cpuClock() {
  let before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    return (user + system) / 1e6;
  };
}
