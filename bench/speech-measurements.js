// The measurements of bench/speech.js.
import {
  alignLabels,
  hybridRecognizer,
  inventedSpeakers,
  speechRecognizer,
  wordClassifier,
} from "../dist/speech/index.js";
import { cpuClock, digitsIn, digitWords, speakers, split, spokenDigits, strings } from "./speech-digits.js";

const percent = (share) => `${(100 * share).toFixed(2)}%`;

/** Distortions: throats and microphones differ by more than the default between so few speakers. */
const AUGMENT = { warp: 0.2, color: 8 };
const INVENTED = 1500; // recordings of invented speakers beside the real ones

const asItem = ({ samples, rate, text, spans }) => ({ samples, rate, text, ...(spans && { places: spans }) });
const asSound = ({ samples, rate }) => ({ samples, rate });

/** Recordings of even and of odd takes. */
const byTake = (recordings) => [0, 1].map((odd) => recordings.filter(({ take }) => take % 2 === odd));

/**
 * The share of one speaker's recordings that a classifier has right once it is used to the voice: it hears
 * every other one of them without its text, and is measured on the rest; then the other way round.
 */
async function usedToVoice(bytes, recordings) {
  const halves = byTake(recordings);
  let right = 0;
  for (const [heard, rest] of [halves, halves.toReversed()]) {
    const classifier = await wordClassifier.load(bytes);
    await classifier.adapt(heard.map(asSound), { augment: AUGMENT });
    right += (await classifier.evaluate(rest.map(asItem))).accuracy * rest.length;
    classifier.dispose();
  }
  return right / recordings.length;
}

/** Isolated digits: the official split, and each speaker left out. */
export async function digits({ data, seed, only, voices, epochs = voices ? 20 : 12, invented = INVENTED }) {
  const all = spokenDigits(data);
  const others = [
    ...(invented > 0 ? await inventedSpeakers({ words: digitWords, count: invented, seed }) : []),
    ...(voices ? digitsIn(voices).map(asItem) : []),
  ];
  const accuracies = [];
  let total = 0;
  for (const left of only ? [only] : ["official", ...speakers]) {
    const seconds = cpuClock();
    const { train, test } = split(all, left);
    const classifier = await wordClassifier({ words: digitWords, rate: 8000, seed });
    await classifier.fit([...train.map(asItem), ...others], {
      epochs,
      batch: 32,
      copies: 2,
      augment: AUGMENT,
    });
    const { accuracy } = await classifier.evaluate(test.map(asItem));
    const bytes = classifier.save();
    classifier.dispose();
    const used = left === "official" ? undefined : await usedToVoice(bytes, test);
    const spent = seconds();
    total += spent;
    console.log(
      `digits, ${left === "official" ? "official split" : `${left} left out`}: ` +
        `${percent(accuracy)} of ${test.length} right, ` +
        (used === undefined ? "" : `${percent(used)} once used to the voice, `) +
        `seed ${seed}, ${spent.toFixed(0)} s`,
    );
    if (used !== undefined) accuracies.push([accuracy, used]);
  }
  if (accuracies.length > 1) {
    const [mean, usedMean] = [0, 1].map(
      (k) => accuracies.reduce((sum, pair) => sum + pair[k], 0) / accuracies.length,
    );
    console.log(
      `digits, each speaker left out: ${percent(mean)} on average, ${percent(usedMean)} once used to the ` +
        `voice; ${total.toFixed(0)} s of one core in all`,
    );
  }
}

const TOLERANCE = 0.05; // seconds
const STRINGS = 700; // of real speakers that are learned from, and as many of voices

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

/** Seconds [from, to] of each word, by alignLabels on what a recognizer thinks of each step. */
function byLabels(recognizer, item) {
  const labels = item.text.split(" ").map((word) => digitWords.indexOf(word));
  const logs = recognizer.probabilities(asSound(item)).map((p) => Math.log(Math.max(p, 1e-30)));
  const { spans } = alignLabels(Float64Array.from(logs), labels, { classes: digitWords.length + 1 });
  return spans.map(({ from, to }) => [from, to].map((step) => step * recognizer.stepSeconds));
}

/** The same by a recognizer's own alignment with the text. */
async function byStates(recognizer, item) {
  const words = await recognizer.align(asSound(item), item.text);
  return words.map(({ from, to }) => [from, to]);
}

/** Says how well strings are read, and how near their words' ends are set. */
async function tellConnected(name, recognizer, items) {
  const { wordError } = await recognizer.evaluate(items.map(asItem));
  const labels = items.map((item) => byLabels(recognizer, item));
  console.log(`${name}: word error ${percent(wordError)}; alignLabels sets ${nearness(labels, items)}`);
  if (!recognizer.align) return;
  const states = await Promise.all(items.map((item) => byStates(recognizer, item)));
  console.log(`${name}: align sets ${nearness(states, items)}`);
}

/** Connected digits: 2 to 7 recordings of one speaker, silences between, noise 10 dB below. */
export async function connected({
  data,
  seed,
  only,
  epochs = 16,
  models = "ctc,hybrid,mixture",
  voices,
  invented = 400,
}) {
  const all = spokenDigits(data);
  const joined = (recordings, from) =>
    strings(recordings, { count: STRINGS, shortest: 1, seed: from }).map(asItem);
  const others = [
    ...(invented > 0 ? await inventedSpeakers({ words: digitWords, count: invented, longest: 5, seed }) : []),
    ...(voices ? joined(digitsIn(voices), seed + 500) : []),
  ];
  for (const left of only ? [only] : speakers) {
    const { train, test } = split(all, left);
    const taught = [...joined(train, seed), ...others];
    const [heard, rest] = byTake(test);
    const items = strings(rest, { count: 100, seed: seed + 1000 });
    for (const model of models.split(",")) {
      const seconds = cpuClock();
      const recognizer =
        model === "ctc"
          ? await speechRecognizer({ units: "words", words: digitWords, rate: 8000, seed, stack: 2 })
          : await hybridRecognizer({
              words: digitWords,
              rate: 8000,
              seed,
              emission: model === "hybrid" ? "net" : "mixture",
            });
      await recognizer.fit(taught, { epochs, batch: 16, copies: 3, augment: AUGMENT });
      const name = `connected digits, ${left} left out, ${model}`;
      await tellConnected(name, recognizer, items);
      if (model !== "mixture") {
        const sounds = strings(heard, { count: 100, seed: seed + 2000 }).map(asSound);
        await recognizer.adapt(sounds, { augment: AUGMENT });
        await tellConnected(`${name}, used to the voice`, recognizer, items);
      }
      console.log(`${name}: seed ${seed}, ${seconds().toFixed(0)} s`);
      recognizer.dispose();
    }
  }
}
