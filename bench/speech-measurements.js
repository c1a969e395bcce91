// The measurements of bench/speech.js.
import { speechRecognizer } from "../dist/speech/index.js";
import { cpuClock, digitWords, speakers, split, spokenDigits } from "./speech-digits.js";

const percent = (share) => `${(100 * share).toFixed(2)}%`;

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
    await recognizer.fit(items, { epochs, batch: 32 });
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
