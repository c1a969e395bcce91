// The measurements of bench/speech.js.
import {
  alignLabels,
  augment,
  gated,
  hybridRecognizer,
  inventedSpeakers,
  speechRecognizer,
  wordClassifier,
} from "../dist/speech/index.js";
import { stopwatch } from "./clock.js";
import {
  audible,
  digitsIn,
  digitWords,
  otherWords,
  speakers,
  split,
  spokenDigits,
  strings,
} from "./speech-digits.js";
import { mean, percent } from "./summary.js";
import { mulberry32 } from "./seeded.js";

/** Distortions: throats and microphones differ by more than the default between so few speakers. */
const AUGMENT = { warp: 0.2, color: 8 };
/** Of single words: the rooms and telephones of another recording of each, without noise and at its speed. */
const ELSEWHERE = { speed: 0, gain: 0, noise: Infinity, reverb: 0.5, muffle: 0.6 };
const LOST = 0.2; // of what sounds, at most, at one of its ends
const GATES = [8, 25]; // decibels below its loudest frame
const INVENTED = 1500; // recordings of invented speakers beside the real ones

const asItem = ({ samples, rate, text, spans }) => ({ samples, rate, text, ...(spans && { places: spans }) });
const asSound = ({ samples, rate }) => ({ samples, rate });

/** Recordings of even and of odd takes. */
const byTake = (recordings) => [0, 1].map((odd) => recordings.filter(({ take }) => take % 2 === odd));

const between = (random, [from, to]) => from + (to - from) * random();

/** What sounds of a recording, without a part of its begin or of its end. */
function docked(samples, rate, random) {
  const [from, to] = audible(samples, rate);
  const lost = Math.round(random() * LOST * (to - from));
  return random() < 0.5 ? samples.slice(from + lost, to) : samples.slice(from, to - lost);
}

/**
 * Recordings, and each once more as from elsewhere: of two in ten of these a part of an end is lost, and four
 * in ten are what a recorder keeps that stops where it hears nothing.
 */
async function withOthers(recordings, seed) {
  const random = mulberry32(seed);
  const others = [];
  for (const [i, recording] of recordings.entries()) {
    const { samples, rate } = recording;
    const draw = random();
    let part = samples;
    if (draw < 0.2) part = docked(samples, rate, random);
    else if (draw < 0.6) part = await gated(samples, { rate, decibels: between(random, GATES) });
    others.push({ ...recording, samples: await augment(part, { ...ELSEWHERE, rate, seed: i + 1 }) });
  }
  return [...recordings, ...others];
}

/** The share of recordings that classifiers have right together, by the means of their probabilities. */
function accuracyOf(classifiers, recordings) {
  const answers = classifiers.map((classifier) => classifier.predict(recordings.map(asSound)));
  const right = recordings.filter(({ text }, i) => {
    const sums = classifiers[0].words.map((word) =>
      answers.reduce((sum, guesses) => sum + guesses[i].probabilities[word], 0),
    );
    return classifiers[0].words[sums.indexOf(Math.max(...sums))] === text;
  });
  return right.length / recordings.length;
}

/**
 * The share of one speaker's recordings that classifiers have right once they are used to the voice: they
 * hear every other one of them without its text, and are measured on the rest; then the other way round.
 */
async function usedToVoice(files, recordings) {
  const halves = byTake(recordings);
  let right = 0;
  for (const [heard, rest] of [halves, halves.toReversed()]) {
    const classifiers = [];
    for (const bytes of files) {
      const classifier = await wordClassifier.load(bytes);
      await classifier.adapt(heard.map(asSound), { augment: AUGMENT, words: digitWords, balanced: true });
      classifiers.push(classifier);
    }
    right += accuracyOf(classifiers, rest) * rest.length;
    classifiers.forEach((classifier) => classifier.dispose());
  }
  return right / recordings.length;
}

/**
 * Isolated digits: the official split, and each speaker left out. A classifier learns other words as well: of
 * their many speakers it takes what voices and microphones do to sounds. With `nets` above 1 it also tells
 * what they have right together.
 */
export async function digits({
  data,
  seed,
  only,
  voices,
  nets,
  epochs = voices ? 10 : 6,
  invented = INVENTED,
}) {
  const all = spokenDigits(data);
  const more = otherWords(data);
  const words = [...digitWords, ...new Set(more.map(({ text }) => text))];
  const others = [
    ...more.map(asItem),
    ...(invented > 0 ? await inventedSpeakers({ words: digitWords, count: invented, seed }) : []),
    ...(voices ? digitsIn(voices).map(asItem) : []),
  ];
  const taught = { epochs, batch: 32, copies: 2, augment: AUGMENT };
  const left = only ? only.split(",") : ["official", ...speakers];
  const shares = [];
  for (const name of left) {
    const clock = stopwatch();
    const { train, test } = split(all, name);
    const isOfficial = name === "official";
    const what = isOfficial ? "official split" : `${name} left out`;
    const recordings = [...train.map(asItem), ...others];
    const classifiers = [];
    let [spent, together] = [0, 0];
    for (let k = 0; k < nets; ++k) {
      const classifier = await wordClassifier({ words, rate: 8000, seed: seed + k });
      // the official split asks for the speakers and microphones that it teaches: nothing from elsewhere
      const items = isOfficial ? [...recordings, ...recordings] : await withOthers(recordings, seed + k);
      await classifier.fit(items, taught);
      classifiers.push(classifier);
      spent += clock();
      const own = accuracyOf([classifier], test);
      together = k > 0 ? accuracyOf(classifiers, test) : own;
      console.log(
        `digits, ${what}: ${percent(own)} of ${test.length} right by seed ${seed + k}, ` +
          `${k > 0 ? `${percent(together)} by ${k + 1} nets together, ` : ""}${spent.toFixed(0)} s`,
      );
    }
    const files = classifiers.map((classifier) => classifier.save());
    classifiers.forEach((classifier) => classifier.dispose());
    if (isOfficial) continue;
    const used = await usedToVoice(files, test);
    shares.push([together, used]);
    console.log(`digits, ${what}: ${percent(used)} once used to the voice, ${clock().toFixed(0)} s`);
  }
  if (shares.length < 2) return;
  const [alone, used] = [0, 1].map((k) => percent(mean(shares.map((each) => each[k]))));
  console.log(`digits, each speaker left out: ${alone} on average, ${used} once used to the voice`);
}

const TOLERANCE = 0.05; // seconds
const STRINGS = 1000; // of real speakers that are learned from, and as many of voices

const isNear = (a, b) => Math.abs(a - b) <= TOLERANCE;

/** Shares of the ends of words that are set within 50 ms of the audible ends, and of the cuts. */
function nearness(found, items) {
  let [audible, cut, all] = [0, 0, 0];
  items.forEach(({ spans, cuts }, i) => {
    found[i].forEach(([from, to], j) => {
      audible += isNear(from, spans[j][0]) + isNear(to, spans[j][1]);
      cut += isNear(from, cuts[j][0]) + isNear(to, cuts[j][1]);
      all += 2;
    });
  });
  const [near, nearCuts] = [audible, cut].map((count) => percent(count / all));
  return `${near} of the words' audible ends within 50 ms, ${nearCuts} of their cuts`;
}

const MISHEARD = 2; // nats: texts are known

/** Seconds [from, to] of each word, by alignLabels on what a recognizer thinks of each step. */
function byLabels(recognizer, item) {
  const labels = item.text.split(" ").map((word) => digitWords.indexOf(word));
  const logs = recognizer.probabilities(asSound(item)).map((p) => Math.log(Math.max(p, 1e-30)));
  const { spans } = alignLabels(Float64Array.from(logs), labels, {
    classes: digitWords.length + 1,
    misheard: MISHEARD,
  });
  return spans.map(({ from, to }) => [from, to].map((step) => step * recognizer.stepSeconds));
}

/** The same by a recognizer's own alignment with the text. */
async function byStates(recognizer, item) {
  const words = await recognizer.align(asSound(item), item.text);
  return words.map(({ from, to }) => [from, to]);
}

/** The word error of strings; says it, and how near their words' ends are set. */
async function tellConnected(name, recognizer, items) {
  const { wordError } = await recognizer.evaluate(items.map(asItem));
  const labels = items.map((item) => byLabels(recognizer, item));
  console.log(`${name}: word error ${percent(wordError)}; alignLabels sets ${nearness(labels, items)}`);
  const states = await Promise.all(items.map((item) => byStates(recognizer, item)));
  console.log(`${name}: align sets ${nearness(states, items)}`);
  return wordError;
}

const hearing = { words: digitWords, rate: 8000 };
/** How models of connected digits are made, and their epochs; mixtures do not get used to voices. */
const recognizers = {
  ctc: { epochs: 32, make: (seed) => speechRecognizer({ ...hearing, units: "words", seed, stack: 2 }) },
  hybrid: { epochs: 16, make: (seed) => hybridRecognizer({ ...hearing, seed }) },
  mixture: { epochs: 16, make: (seed) => hybridRecognizer({ ...hearing, seed, emission: "mixture" }) },
};

/** Connected digits: 2 to 7 recordings of one speaker, silences between, noise 10 dB below. */
export async function connected({
  data,
  seed,
  only,
  epochs,
  models = Object.keys(recognizers).join(","),
  voices,
  invented = 400,
}) {
  const all = spokenDigits(data);
  const joined = async (recordings, from) =>
    strings(await withOthers(recordings, from), { count: STRINGS, shortest: 1, seed: from }).map(asItem);
  const others = [
    ...(invented > 0 ? await inventedSpeakers({ words: digitWords, count: invented, longest: 5, seed }) : []),
    ...(voices ? await joined(digitsIn(voices), seed + 500) : []),
  ];
  const errors = {};
  for (const left of only ? only.split(",") : speakers) {
    const { train, test } = split(all, left);
    const taught = [...(await joined(train, seed)), ...others];
    const [heard, rest] = byTake(test);
    const items = strings(rest, { count: 100, seed: seed + 1000 });
    for (const model of models.split(",")) {
      const seconds = stopwatch();
      const { make, epochs: own } = recognizers[model];
      const recognizer = await make(seed);
      await recognizer.fit(taught, { epochs: epochs ?? own, batch: 16, copies: 3, augment: AUGMENT });
      const name = `connected digits, ${left} left out, ${model}`;
      const each = [await tellConnected(name, recognizer, items)];
      if (model !== "mixture") {
        const sounds = strings(heard, { count: 100, seed: seed + 2000 }).map(asSound);
        await recognizer.adapt(sounds, { augment: AUGMENT, balanced: true });
        each.push(await tellConnected(`${name}, used to the voice`, recognizer, items));
      }
      (errors[model] ??= []).push(each);
      console.log(`${name}: seed ${seed}, ${seconds().toFixed(0)} s`);
      recognizer.dispose();
    }
  }
  for (const [model, list] of Object.entries(errors)) {
    const means = list[0].map((_, k) => percent(mean(list.map((each) => each[k]))));
    console.log(`connected digits, ${model}, ${list.length} speakers: word error ${means.join(", used ")}`);
  }
}
