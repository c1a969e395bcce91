/**
 * Speed of the front end beside meyda and PyTorch, each in one thread: a minute of noise at 16 kHz becomes
 * logarithms of 40 mel bands, by Hann windows of 25 ms every 10 ms and transforms of 512 points (meyda:
 * frames of 512 samples, which is all that it takes).
 *
 *   npm run build && npm ci --prefix bench/peers --ignore-scripts && node bench/front-end.js
 *     [--python /usr/bin/python3]     with torch; without, its row is left out
 *
 * Prints how many times faster than the sound each is, kept in bench/results/speech.txt.
 */
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { frontEnd } from "../dist/speech/index.js";
import { median } from "./summary.js";
import { hiss } from "./seeded.js";
import { askPyTorch } from "./python.js";

const RATE = 16_000;
const SECONDS = 60;
const [WIDTH, HOP, FFT, BANDS] = [400, 160, 512, 40];
const ROUNDS = 7;

const { values } = parseArgs({ options: { python: { type: "string", default: "/usr/bin/python3" } } });
const Meyda = createRequire(new URL("./peers/package.json", import.meta.url))("meyda");
const samples = hiss(RATE * SECONDS);

const hear = await frontEnd({ rate: RATE, bands: BANDS, fft: FFT });
Object.assign(Meyda, { bufferSize: FFT, sampleRate: RATE, melBands: BANDS, windowingFunction: "hanning" });

/** The frames of a minute by each library. */
const libraries = {
  unrolled: () => hear.features(samples),
  meyda() {
    const frames = [];
    for (let from = 0; from + FFT <= samples.length; from += HOP)
      frames.push(Meyda.extract("melBands", samples.subarray(from, from + FFT)).map(Math.log));
    return frames;
  },
};

/** How many times faster than the sound, round by round, the libraries in turn. */
const speeds = Object.fromEntries(Object.keys(libraries).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; ++round)
  for (const [name, run] of Object.entries(libraries)) {
    const from = performance.now();
    run();
    const speed = (1000 * SECONDS) / (performance.now() - from);
    if (round > 0) speeds[name].push(speed); // the first is to warm up
  }
hear.dispose();

const words = [RATE, SECONDS, WIDTH, HOP, FFT, BANDS, ROUNDS];
const theirs = askPyTorch(values.python, "front-end.py", words);
if (theirs) speeds.PyTorch = theirs;

const own = median(speeds.unrolled);
for (const [name, list] of Object.entries(speeds)) {
  const speed = median(list);
  console.log(
    `${name.padEnd(10)} ${speed.toFixed(0).padStart(6)} times faster than the sound` +
      (name === "unrolled" ? "" : `; unrolled ÷ it: ${(own / speed).toFixed(2)}`),
  );
}
