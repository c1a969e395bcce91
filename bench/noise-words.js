/**
 * Words that recognizers hear in noise, taught with and without recordings in which nothing is said:
 *
 *   npm run build && node bench/noise-words.js [--emission ctc|net|mixture] [--seeds 4] [--noises 50]
 *
 * Each seed has 200 strings of one to four digits, said by eight voices of the library's synthesizer, to
 * learn from; 60 of eight other voices to measure the word error on; and 20 recordings of 2 s of each kind of
 * noise. What is taught with the text "" is white noise of 1 to 2 s at levels from 1e-4 to 0.1. Levels are
 * root mean squares. The record is bench/results/noise-words.txt.
 */
import { parseArgs } from "node:util";
import { engine, Random } from "../dist/index.js";
import { hybridRecognizer, speechRecognizer, synthesizer } from "../dist/speech/index.js";
import { text } from "./options.js";
import { digitWords as words } from "./speech-digits.js";

const { values } = parseArgs({ options: { emission: text("ctc"), seeds: text("4"), noises: text("50") } });
const { emission } = values;
const RATE = 8000;
const VOICES = 8;
const LEVELS = [1e-3, 0.05];
const float64 = await engine("float64");
/** Streams of random numbers: of the strings, of the noise that is taught, of that which is asked. */
const [SAID, TAUGHT, ASKED] = [5, 77, 78];

/** Strings of digits by voices of their own. */
async function strings(count, seed) {
  const random = new Random(float64, seed, SAID);
  const voices = await Promise.all(
    Array.from({ length: VOICES }, () =>
      synthesizer({
        rate: RATE,
        pitch: 90 + 130 * random.uniform(),
        tract: 0.85 + 0.3 * random.uniform(),
        tempo: 0.8 + 0.4 * random.uniform(),
      }),
    ),
  );
  return Array.from({ length: count }, (_, i) => {
    const digits = Array.from({ length: random.integer(1, 4) }, () => words[random.integer(0, 9)]);
    const said = voices[i % VOICES].say(digits.join(" "), { seed: 1000 * seed + i, noise: 30 });
    return { samples: said.samples, text: said.text, rate: RATE };
  });
}

const white = (random, n) => Float64Array.from({ length: n }, () => random.normal());
/** Noise whose low frequencies are louder: y(t) = a·y(t-1) + x(t). */
function low(a, random, n) {
  let y = 0;
  return white(random, n).map((x) => (y = a * y + x));
}
/** The hum of a machine at 50 to 200 Hz, with its overtone. */
function hum(random, n) {
  const turns = (50 * random.integer(1, 4)) / RATE;
  const wave = (t, k) => Math.sin(2 * Math.PI * k * turns * t);
  return Float64Array.from({ length: n }, (_, t) => wave(t, 1) + 0.5 * wave(t, 2) + 0.05 * random.normal());
}
const kinds = {
  white,
  rushing: (random, n) => low(0.7, random, n),
  rumble: (random, n) => low(0.97, random, n),
  hum,
};

/** The samples at a level. */
function at(level, samples) {
  const rms = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  return { samples: samples.map((x) => (x * level) / rms), rate: RATE };
}

const make = (seed) =>
  emission === "ctc"
    ? speechRecognizer({ units: "words", words, rate: RATE, cells: 48, seed })
    : hybridRecognizer({ words, rate: RATE, emission, cells: 48, seed });
const fitting = { ctc: { epochs: 30 }, net: { epochs: 15 }, mixture: {} }[emission];

for (let seed = 1; seed <= Number(values.seeds); ++seed) {
  const [train, fresh] = [await strings(200, seed), await strings(60, seed + 100)];
  const taught = new Random(float64, seed, TAUGHT);
  const nothing = Array.from({ length: Number(values.noises) }, () => ({
    ...at(10 ** (3 * taught.uniform() - 4), white(taught, RATE + taught.integer(0, RATE))),
    text: "",
  }));
  for (const items of [train, [...train, ...nothing]]) {
    const recognizer = await make(seed);
    await recognizer.fit(items, fitting);
    const { wordError } = await recognizer.evaluate(fresh);
    const asked = new Random(float64, seed, ASKED);
    const counts = [];
    for (const [kind, noise] of Object.entries(kinds))
      for (const level of LEVELS) {
        const sounds = Array.from({ length: 20 }, () => at(level, noise(asked, 2 * RATE)));
        const heard = await recognizer.predict(sounds);
        counts.push(`${kind} ${level}: ${heard.reduce((sum, one) => sum + one.words.length, 0)}`);
      }
    console.log(
      `${emission}, seed ${seed}, ${items.length - train.length} recordings of noise: ` +
        `word error ${(100 * wordError).toFixed(1)}%; words in ${counts.join(", ")}`,
    );
    recognizer.dispose();
  }
}
