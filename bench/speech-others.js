// Measurements of bench/speech.js beside those on digits: sentences of yes and no, wake words, the front end.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { frontEnd, readWav, speechRecognizer, wordSpotter } from "../dist/speech/index.js";
import { alarmFigure } from "../dist/cli/speech/alarm-figure.js";
import { svg } from "../dist/figures/svg.js";
import { stopwatch } from "./clock.js";
import { wakeRecordings } from "./speech-digits.js";
import { percent } from "./summary.js";
import { hiss } from "./seeded.js";

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
  const seconds = stopwatch();
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

/** Recordings of wake words: of the words' own source to learn from, and of all to test on. */
export function wakeWords(data, only = "jarvis,snowboy,computer") {
  const wanted = only.split(",");
  const all = wakeRecordings(data).map((item) => ({
    ...item,
    word: wanted.includes(item.label) ? item.label : null,
  }));
  // the sources differ by digital silence: what is learned from, and words that are missed, are of one
  const own = all.filter((item) => item.own && item.learned);
  const labels = [...new Set(own.filter(({ word }) => word === null).map(({ label }) => label))];
  const firsts = (label, count) => own.filter((item) => item.label === label).slice(0, count);
  const taught = wanted.flatMap((label) => firsts(label, 20));
  const others = labels.flatMap((label) => firsts(label, Math.ceil(40 / labels.length)));
  const used = new Set([...taught, ...others]);
  return {
    wanted,
    taught,
    others,
    rest: all.filter((item) => item.own && !used.has(item)),
    foreign: all.filter((item) => !item.own && !wanted.includes(item.label)),
  };
}

export const asItem = ({ samples, rate, word }) => ({ samples, rate, word });

const LIMITS = [120, 60, 30, 15, 8, 4, 0];

/** Words missed at most so many false alarms an hour. */
function printLimits(name, { curve, hours }) {
  for (const limit of LIMITS) {
    const best = curve.find((_, i) =>
      curve.slice(i).every(({ falseAlarmsPerHour }) => falseAlarmsPerHour <= limit),
    );
    console.log(
      best
        ? `${name} (${(60 * hours).toFixed(1)} min): ${percent(best.missRate)} missed at ` +
            `${best.falseAlarmsPerHour.toFixed(1)} false alarms an hour, ` +
            `threshold ${best.threshold.toFixed(4)}`
        : `${name}: no threshold with at most ${limit} false alarms an hour`,
    );
  }
}

/** Wake words of one source, 20 recordings each to learn from; other words of that source are background. */
export async function words({ data, seed, only, figure }) {
  const { wanted, taught, others, rest, foreign } = wakeWords(data, only);
  const seconds = stopwatch();
  const spotter = await wordSpotter({ words: wanted, rate: 16_000, seed });
  await spotter.fit([...taught, ...others].map(asItem));
  const trained = seconds();
  const { accuracy } = await spotter.evaluate(rest.map(asItem));
  printLimits("words of the same source", await spotter.calibrate(rest.map(asItem)));
  const strange = rest.filter(({ word }) => word !== null).concat(foreign);
  printLimits("words and speech never heard", await spotter.calibrate(strange.map(asItem)));
  const calibration = await spotter.calibrate([...rest, ...foreign].map(asItem), { falseAlarmsPerHour: 15 });
  printLimits("both", calibration);
  if (figure)
    writeFileSync(
      figure,
      svg(
        alarmFigure(calibration, {
          title: `${wanted.join(", ")}: missed against false alarms`,
          note:
            `20 recordings of each teach, ${rest.filter(({ word }) => word !== null).length} ` +
            `others of the words test; ${(60 * calibration.hours).toFixed(0)} minutes of other words and ` +
            "speech. Speakers may be shared.",
        }),
      ),
    );
  seconds();
  const stream = spotter.stream();
  let heard = 0;
  for (const { samples, rate } of rest.slice(0, 60)) {
    for (let at = 0; at < samples.length; at += 800) stream.push(samples.subarray(at, at + 800));
    heard += samples.length / rate;
  }
  console.log(
    `wake words: ${taught.length} recordings of ${wanted.join(", ")}, ${others.length} of other words, ` +
      `trained in ${trained.toFixed(0)} s of one core; ${percent(accuracy)} of ${rest.length} others of ` +
      `the source named rightly (speakers may be shared); ` +
      `${spotter.save({ training: false }).length} bytes; listening takes ${percent(seconds() / heard)} of ` +
      `one core; seed ${seed}`,
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
    const samples = hiss(60 * rate);
    hear.features(samples);
    const seconds = stopwatch();
    for (let i = 0; i < 5; ++i) hear.features(samples);
    console.log(`front end at ${rate} Hz, ${bands} bands: ${(300 / seconds()).toFixed(0)} times real time`);
    hear.dispose();
  }
}
