// Speech measured on real recordings: node bench/speech.js WHAT [--data DIR] [--seed N] [--only NAME].
// DIR holds speech-digits; default: UNROLLED_DATA. WHAT: digits (the official split,
// and each speaker left out). Prints a line a measurement, with seconds
// of one core.
import { parseArgs } from "node:util";
import * as measurements from "./speech-measurements.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: process.env.UNROLLED_DATA },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    epochs: { type: "string" },
  },
});
const [what] = positionals;
const measure = measurements[what];
if (!measure) {
  console.error(`speech: ${what ?? "nothing"} to measure, want digits`);
  process.exit(2);
}
if (!values.data) {
  console.error("speech: --data DIR is missing, want the folder of speech-digits");
  process.exit(2);
}
await measure({
  data: values.data,
  seed: Number(values.seed),
  only: values.only,
  epochs: values.epochs && Number(values.epochs),
});
