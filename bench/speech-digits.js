// What benches of speech share: the spoken digits of a folder, and splits.
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

/** Seconds of all cores since the call before. */
export function cpuClock() {
  let before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    return (user + system) / 1e6;
  };
}
