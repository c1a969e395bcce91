// Measurements of bench/speech.js beside those on digits: sentences of yes and no, wake words, the front end.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { frontEnd, readWav, speechRecognizer, wordSpotter } from "../dist/speech/index.js";
import { cpuClock } from "./speech-digits.js";

const percent = (share) => `${(100 * share).toFixed(2)}%`;

/** Sentences of eight words, yes or no: the first 30 teach, the others test. */
export async function yesno({ data, seed, epochs = 60 }) {
  const folder = join(data, "yesno");
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".wav"));
  const items = files.sort().map((file) => {
    const { samples, rate } = readWav(readFileSync(join(folder, file)));
    const name = /([01_]+)\.wav$/.exec(file)[1];
    return {
      samples,
      rate,
      text: name
        .split("_")
        .filter(Boolean)
        .map((digit) => ["no", "yes"][digit])
        .join(" "),
    };
  });
  const seconds = cpuClock();
  const recognizer = await speechRecognizer({
    units: "words",
    words: ["no", "yes"],
    rate: 8000,
    cells: 32,
    seed,
  });
  await recognizer.fit(items.slice(0, 30), { epochs, batch: 8, copies: 4 });
  const { edits, words, exact, sequences } = await recognizer.evaluate(items.slice(30));
  recognizer.dispose();
  console.log(
    `yesno: ${edits} errors in ${words} words, ${Math.round(sequences * (1 - exact))} of ${sequences} ` +
      `sentences with one, seed ${seed}, ${seconds().toFixed(0)} s`,
  );
}

/** Wake words of one source, 20 recordings each to learn from; other words of that source are background. */
export async function words({ data, seed, only = "jarvis,snowboy,computer" }) {
  const folder = join(data, "wake-words");
  const { items } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  const wanted = only.split(",");
  const own = items
    .filter(({ source }) => /wake-word-benchmark|picovoice/i.test(source))
    .map((item) => ({ ...item, ...readWav(readFileSync(join(folder, item.file))) }));
  const others = own.filter(({ label }) => !wanted.includes(label));
  const taught = wanted.flatMap((word) =>
    own.filter(({ label, split }) => label === word && split === "train").slice(0, 20),
  );
  const quiet = others.filter(({ split }) => split === "train").slice(0, 40);
  const asItem = ({ samples, rate, label }) => ({
    samples,
    rate,
    word: wanted.includes(label) ? label : null,
  });
  const seconds = cpuClock();
  const spotter = await wordSpotter({ words: wanted, rate: 16_000, seed });
  await spotter.fit([...taught, ...quiet].map(asItem));
  const trained = seconds();
  const rest = own.filter((item) => !taught.includes(item) && !quiet.includes(item));
  const { curve, hours } = await spotter.calibrate(rest.map(asItem));
  for (const { threshold, falseAlarmsPerHour, missRate } of curve)
    console.log(
      `wake words, threshold ${threshold}: ${percent(missRate)} missed, ` +
        `${falseAlarmsPerHour.toFixed(1)} false alarms an hour`,
    );
  seconds();
  const stream = spotter.stream();
  let heard = 0;
  for (const { samples, rate } of rest.slice(0, 60)) {
    for (let at = 0; at < samples.length; at += 800) stream.push(samples.subarray(at, at + 800));
    heard += samples.length / rate;
  }
  console.log(
    `wake words: ${taught.length} recordings of ${wanted.join(", ")} and ${quiet.length} of other words, ` +
      `trained in ${trained.toFixed(0)} s of one core; ${rest.length} others, ` +
      `${(3600 * hours).toFixed(0)} s without a word ` +
      `(speakers may be shared); ${spotter.save({ training: false }).length} bytes; ` +
      `listening takes ` +
      `${percent(seconds() / heard)} of one core; seed ${seed}`,
  );
  stream.dispose();
  spotter.dispose();
}

/** How much faster than the sound the front end is, at both presets. */
export async function front() {
  for (const [rate, bands] of [
    [8000, 26],
    [16_000, 40],
  ]) {
    const hear = await frontEnd({ rate, bands });
    const samples = Float32Array.from(
      { length: 60 * rate },
      (_, i) => (((i * 7919) % 2003) / 2003 - 0.5) / 4,
    );
    hear.features(samples);
    const seconds = cpuClock();
    for (let i = 0; i < 5; ++i) hear.features(samples);
    console.log(`front end at ${rate} Hz, ${bands} bands: ${(300 / seconds()).toFixed(0)} times real time`);
    hear.dispose();
  }
}
