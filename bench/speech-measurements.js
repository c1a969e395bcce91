// The measurements of bench/speech.js.
import { alignLabels, hybridRecognizer, speechRecognizer } from "../dist/speech/index.js";
import { cpuClock, digitWords, speakers, split, spokenDigits, strings } from "./speech-digits.js";

const percent = (share) => `${(100 * share).toFixed(2)}%`;

const WARP = 0.15; // throats differ by more than the default between so few speakers

/** Texts of exactly one word, all alike. */
const oneWord = (words) => ({
  nextLogProbabilities: (prefix) =>
    Float64Array.from({ length: words + 1 }, (_, k) => ((prefix.length === 0) === k < words ? 0 : -Infinity)),
});

/** Isolated digits: the official split, and each speaker left out. */
export async function digits({ data, seed, only, epochs = 14 }) {
  const all = spokenDigits(data);
  const accuracies = [];
  let total = 0;
  for (const left of only ? [only] : ["official", ...speakers]) {
    const seconds = cpuClock();
    const { train, test } = split(all, left);
    const recognizer = await speechRecognizer({ units: "words", words: digitWords, rate: 8000, seed });
    const items = train.map(({ samples, rate, text }) => ({ samples, rate, text }));
    await recognizer.fit(items, { epochs, batch: 32, augment: { warp: WARP } });
    const heard = await recognizer.predict(
      test.map(({ samples, rate }) => ({ samples, rate })),
      { language: oneWord(digitWords.length) },
    );
    recognizer.dispose();
    const right = heard.filter(({ text }, i) => text === test[i].text).length;
    const spent = seconds();
    total += spent;
    console.log(
      `digits, ${left === "official" ? "official split" : `${left} left out`}: ` +
        `${percent(right / test.length)} of ${test.length} right, seed ${seed}, ${spent.toFixed(0)} s`,
    );
    if (left !== "official") accuracies.push(right / test.length);
  }
  if (accuracies.length > 1) {
    const mean = accuracies.reduce((a, b) => a + b) / accuracies.length;
    console.log(
      `digits, each speaker left out: ${percent(mean)} on average; ${total.toFixed(0)} s of one core in all`,
    );
  }
}

const TOLERANCE = 0.05; // seconds

/** Share of the ends of words that alignLabels sets within 50 ms of the truth. */
function placed(scores, stepSeconds, items) {
  let near = 0;
  let all = 0;
  items.forEach(({ text, spans }, i) => {
    const labels = text.split(" ").map((word) => digitWords.indexOf(word));
    const logs = Float64Array.from(scores(i), (p) => Math.log(Math.max(p, 1e-30)));
    const found = alignLabels(logs, labels, { classes: digitWords.length + 1 }).spans;
    found.forEach(({ from, to }, j) => {
      near += Number(Math.abs(from * stepSeconds - spans[j][0]) <= TOLERANCE);
      near += Number(Math.abs(to * stepSeconds - spans[j][1]) <= TOLERANCE);
      all += 2;
    });
  });
  return near / all;
}

/** Connected digits: 2 to 7 recordings of one speaker, silences between, noise 10 dB below. */
export async function connected({ data, seed, only, epochs = 16, models = "ctc,hybrid,mixture" }) {
  const all = spokenDigits(data);
  for (const left of only ? [only] : speakers) {
    const { train, test } = split(all, left);
    const taught = strings(train, { count: 700, shortest: 1, longest: 5, seed }).map(
      ({ samples, rate, text }) => ({ samples, rate, text }),
    );
    const items = strings(test, { count: 100, seed: seed + 1000 });
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
      await recognizer.fit(taught, { epochs, batch: 16, copies: 3, augment: { warp: WARP } });
      const { wordError } = await recognizer.evaluate(
        items.map(({ samples, rate, text }) => ({ samples, rate, text })),
      );
      const near = placed(
        (i) => recognizer.probabilities({ samples: items[i].samples, rate: items[i].rate }),
        recognizer.stepSeconds,
        items,
      );
      console.log(
        `connected digits, ${left} left out, ${model}: word error ${percent(wordError)}, ` +
          `${percent(near)} of the words' ends within 50 ms, seed ${seed}, ${seconds().toFixed(0)} s`,
      );
      recognizer.dispose();
    }
  }
}
