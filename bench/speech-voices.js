/**
 * Digits said by other programs, as voices beside the few real speakers:
 *
 *   npm run build && node bench/speech-voices.js --out DIR [--seed 1]
 *
 * It asks those that are installed: espeak-ng with its own voices and, better, with mbrola's, which are cut
 * from recordings of people; RHVoice's, which learned from people; flite; pico2wave. On Debian, with contrib
 * and non-free among its components:
 *
 *   apt-get install espeak-ng flite libttspico-utils rhvoice mbrola \
 *     $(apt-cache search -n '^mbrola-|^rhvoice-' | cut -d' ' -f1)
 *
 * Voices of other languages say English digits as their speakers would spell them, so with an accent. Files
 * are 8 kHz, DIGIT_VOICE_TAKE.wav, as those of speech-digits. mbrola's voices are free to use for what is not
 * commercial: what is learned from them is for measuring here, and is not shipped. Prints how many there are
 * and which programs or voices were not; what nets learn from them is in bench/results/speech.txt.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { speechEngine } from "../dist/speech/engine.js";
import { readWav, writeWav } from "../dist/speech/index.js";
import { joined, Resampler } from "../dist/speech/resampler.js";
import { digitWords } from "./speech-digits.js";
import { mulberry32 } from "./seeded.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: { out: { type: "string" }, seed: { type: "string", default: "1" } },
});
needed("speech-voices", values, "out", "the folder for the recordings");
const RATE = 8000;
const SHORTEST = 0.1; // seconds: of what is shorter the voice lacks a phone
const LEAST = 1000; // bytes of a file with sound in it
const EDGE = 0.005; // of the loudest sample: what is softer is cut at both ends

/** mbrola's voices of English, and those of other languages that espeak-ng lets speak it. */
const english = "us1 us2 us3 en1";
const foreign =
  "de1-en de2-en de3-en de4-en de5-en de6-en gr2-en ro1-en nl2-en fr1-en fr4-en hu1-en pl1-en " +
  "sw1-en sw2-en af1-en";
/** Voices of other languages, and the digits in their spelling. */
const spelled = [
  ["de1 de2 de3 de4 de5 de6 de7 de8", "siero uann tuh srie fohr feif six sewen eht nein"],
  ["fr1 fr2 fr3 fr4 fr5 fr6 fr7 ca1 ca2", "zirô ouane tou sri fôr faïve sixe sèvenne éïte naïne"],
  ["nl1 nl2 nl3 af1", "ziero wan toe srie foor faaif siks seven eet nain"],
  ["it1 it2 it3 it4", "zìro uan tu tri for faiv siks seven eit nain"],
  ["es1 es2 es3 es4 mx1 mx2 vz1", "ziro uan tu zri for faif six seven eit nain"],
  ["br1 br2 br3 br4 pt1", "zírou uane tu tri for faive siks sévene eite naine"],
  ["pl1", "ziro łan tu tri for fajf syks sewen ejt najn"],
  ["sw1 sw2", "siro oann to tri får fajv siks seven ejt najn"],
  ["ro1", "ziro uan tu tri for faiv sics seven eit nain"],
  ["hu1", "ziro van tú trí fór fájv sziksz szeven éjt nájn"],
  ["cz1 cz2", "zírou uan tú trí fór fajv siks sevn ejt najn"],
  ["tr1 tr2", "ziro uan tu tri for fayv siks sevın eyt nayn"],
  ["cr1", "ziro uan tu tri for fajv siks seven ejt najn"],
  ["id1", "ziro wan tu tri for faif siks seven eit nain"],
];
/** RHVoice's voices of English, and those of other languages with the digits in their spelling. */
const learned = "alan bdl clb evgeniy-eng lyubov slt";
const russian = "зиро уан ту сри фор файв сикс севен эйт найн";
const learnedSpelled = [
  [
    "aleksandr anna arina artemiy elena evgeniy-rus irina mikhail pavel tatiana victoria vitaliy yuriy",
    russian,
  ],
  ["azamat nazgul talgat", russian],
  ["anatol marianna natalia volodymyr", "зіро уан ту срі фор файв сікс севен ейт найн"],
  ["kiko suze", "зиро уан ту три фор фајв сикс севен ејт најн"],
  ["magda natan", "ziro łan tu tri for fajf syks sewen ejt najn"],
  ["Leticia-F123", "zírou uane tu tri for faive siks sévene eite naine"],
  ["hana", "ziro uan tu thri for fajv siks seven ejt najn"],
  ["spomenka", "ziro ŭan tu tri for fajv siks seven ejt najn"],
];
/** Accents of espeak-ng's own voices, and variants of their throats. */
const accents = ["en", "en-us", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029"];
const throats = "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt klatt2 klatt3 klatt4 croak".split(" ");
const MADE = 30; // pairs of them

const work = mkdtempSync(join(tmpdir(), "voices-"));
const file = join(work, "said.wav");
const script = join(work, "said.txt");
const random = mulberry32(Number(values.seed));
const between = (from, to) => from + Math.floor(random() * (to - from + 1));

/** Command lines of each program; FILE is what they write. */
const espeak = (voice) => (word) => [
  ...["espeak-ng", "-v", voice, "-s", between(120, 210), "-p", between(20, 80), "-w", "FILE"],
  word,
];
const flite = (voice) => (word) => [
  ...["flite", "-voice", voice, "--setf", `duration_stretch=${(0.75 + random() / 2).toFixed(2)}`],
  ...["-o", "FILE", "-t", word],
];
const rhvoice = (voice) => (word) => {
  const [speed, pitch] = [between(75, 130), between(80, 125)];
  writeFileSync(script, word);
  return ["RHVoice-test", "-p", voice, "-r", speed, "-t", pitch, "-i", script, "-o", "FILE"];
};
const pico = (land) => (word) => {
  const [speed, pitch] = [between(80, 140), between(70, 140)];
  const said = `<speed level="${speed}"><pitch level="${pitch}">${word}</pitch></speed>`;
  return ["pico2wave", "-l", `en-${land}`, "-w", "FILE", said];
};

/** Voices of a program by their names: so often they say all digits, spelled as in `words`. */
const voicesOf = (prefix, program, takes) => (names, words) =>
  names
    .split(" ")
    .map((name) => ({
      name: prefix + name.replace("-", ""),
      says: program(name),
      takes,
      words: words?.split(" ") ?? digitWords,
    }));
const mbrola = (name) => espeak(`mb-${name}`);
const made = (i) => espeak(`${accents[i % accents.length]}+${throats[i % throats.length]}`);

const voices = [
  voicesOf("mb", mbrola, 6)(english),
  voicesOf("mb", mbrola, 4)(foreign),
  ...spelled.map(([names, words]) => voicesOf("mb", mbrola, 2)(names, words)),
  voicesOf("espeak", made, 2)([...Array(MADE).keys()].join(" ")),
  voicesOf("flite", flite, 6)("awb rms slt kal16"),
  voicesOf("rh", rhvoice, 6)(learned),
  ...learnedSpelled.map(([names, words]) => voicesOf("rh", rhvoice, 3)(names, words)),
  voicesOf("pico", pico, 4)("US GB"),
].flat();

const engine = await speechEngine();
const resamplers = new Map();

/** A recording at 8 kHz without what is silent at its ends. */
function prepared({ samples, rate }) {
  if (!resamplers.has(rate)) resamplers.set(rate, new Resampler(engine, rate, RATE));
  const resampler = resamplers.get(rate);
  const all = joined([resampler.push(samples), resampler.end()]);
  const loudest = all.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const sounds = (x) => Math.abs(x) > EDGE * loudest;
  const part = all.subarray(all.findIndex(sounds), all.findLastIndex(sounds) + 1);
  return loudest > 1 ? part.map((x) => x / loudest) : part;
}

const counts = new Map();
const missing = new Set();
mkdirSync(values.out, { recursive: true });
for (const { name, says, takes, words } of voices)
  for (let take = 0; take < takes; ++take)
    for (const [digit, word] of words.entries()) {
      const [program, ...rest] = says(word).map((each) => (each === "FILE" ? file : String(each)));
      rmSync(file, { force: true });
      const { error, status } = spawnSync(program, rest, { stdio: "ignore" });
      if (error || status !== 0) {
        missing.add(error ? program : name);
        continue;
      }
      const bytes = readFileSync(file);
      if (bytes.length < LEAST) continue;
      const samples = prepared(readWav(bytes));
      if (samples.length < SHORTEST * RATE) continue;
      writeFileSync(join(values.out, `${digit}_${name}_${take}.wav`), writeWav({ samples, rate: RATE }));
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
rmSync(work, { recursive: true });
const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
console.log(`${total} recordings of ${counts.size} voices`);
if (missing.size) console.log(`not there, or of no use: ${[...missing].join(", ")}`);
