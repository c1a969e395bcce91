/**
 * Speech measured on real recordings.
 *
 *   npm run build && node bench/speech.js WHAT [--data DIR] [--seed N] [--only NAME] [--epochs N]
 *
 * DIR holds speech-digits, yesno, wake-words; default: UNROLLED_DATA. WHAT:
 *
 *   digits      the official split, and each speaker left out; --only official, or speakers; --nets N: so
 *               many, of seeds that follow each other, alone and together
 *   connected   strings of digits by CTC, the hybrid and mixtures; --models some of them
 *   yesno       sentences of yes and no
 *   words       a spotter of wake words, those of --only; --figure FILE draws words missed against false
 *               alarms
 *   front       speed of the front end
 *
 * digits and connected learn from invented speakers too, --invented N recordings of them, and from --voices
 * DIR (bench/speech-voices.js makes them). Prints a line a measurement, with seconds of one core; kept in
 * bench/results/speech.txt.
 */
import { parseArgs } from "node:util";
import * as digits from "./speech-measurements.js";
import * as others from "./speech-others.js";
import { needed } from "./options.js";

const { yesno, words, front } = others;
const measurements = { ...digits, yesno, words, front };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: process.env.UNROLLED_DATA },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    epochs: { type: "string" },
    invented: { type: "string" },
    models: { type: "string" },
    figure: { type: "string" },
    voices: { type: "string" },
    nets: { type: "string", default: "1" },
  },
});
const [what] = positionals;
const measure = measurements[what];
if (!measure) {
  console.error(
    `speech: ${what ?? "nothing"} to measure, want one of ${Object.keys(measurements).join(", ")}`,
  );
  process.exit(2);
}
needed("speech", values, "data", "the folder of speech-digits, yesno and wake-words");
await measure({
  data: values.data,
  seed: Number(values.seed),
  only: values.only,
  models: values.models,
  figure: values.figure,
  voices: values.voices,
  nets: Number(values.nets),
  epochs: values.epochs && Number(values.epochs),
  invented: values.invented && Number(values.invented),
});
