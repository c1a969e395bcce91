/**
 * A spotter of three wake words in Chromium, as a page has it: seconds of the training in a worker from 20
 * recordings of each and 40 of other words, and the share of one core that listening takes.
 *
 *   npm run build && node bench/speech-page.js --data DIR [--only jarvis,snowboy,computer] [--seed N]
 *
 * DIR holds wake-words; default: UNROLLED_DATA. Prints a line, kept in bench/results/speech.txt.
 */
import { parseArgs } from "node:util";
import { open } from "../test/browser/drive.js";
import { serveLibrary } from "../test/browser/server.js";
import { until } from "../test/browser/until.js";
import { asItem, wakeWords } from "./speech-others.js";
import { percent } from "./summary.js";
import { needed } from "./options.js";

const LONGEST = 600; // seconds of a training
const { values } = parseArgs({
  options: {
    data: { type: "string", default: process.env.UNROLLED_DATA },
    only: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
needed("speech-page", values, "data", "the folder of wake-words");

const { wanted, taught, others, rest } = wakeWords(values.data, values.only);
const plain = (item) => ({
  ...asItem(item),
  samples: Array.from(item.samples, (x) => Math.round(32768 * x)),
});
const recordings = { train: [...taught, ...others].map(plain), heard: rest.slice(0, 60).map(plain) };
const worker = `
import { wordSpotter } from "/dist/unrolled-speech.js";
const { train, heard } = await (await fetch("/recordings.json")).json();
const sound = (item) => ({ ...item, samples: Float32Array.from(item.samples, (x) => x / 32768) });
const [words, seed] = [${JSON.stringify(wanted)}, ${Number(values.seed)}];
const spotter = await wordSpotter({ words, rate: 16000, seed });
const items = train.map(sound);
postMessage({});
const began = performance.now();
const { steps } = await spotter.fit(items);
const trained = (performance.now() - began) / 1000;
postMessage({ steps, trained });
const bytes = spotter.save({ training: false }).length;
const stream = spotter.stream();
const pieces = heard.map(sound);
const from = performance.now();
let seconds = 0;
for (const { samples, rate } of pieces) {
  for (let at = 0; at < samples.length; at += 800) stream.push(samples.subarray(at, at + 800));
  seconds += samples.length / rate;
}
const share = (performance.now() - from) / 1000 / seconds;
postMessage({ steps, trained, bytes, share });
`;
const server = await serveLibrary({ "/worker.js": worker, "/recordings.json": JSON.stringify(recordings) });
const page = await open("chromium");
try {
  await page.goto(`${server.url}/`);
  await page.evaluate(`
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }) => (window.told = data);
    worker.onerror = ({ message }) => (window.told = { failed: message });
    return 1`);
  await until(page, "the recordings are there", "window.told !== undefined", LONGEST);
  const before = await page.processSeconds();
  await until(
    page,
    "the words are learned",
    "window.told.steps !== undefined || window.told.failed",
    LONGEST,
  );
  const computed = (await page.processSeconds()) - before;
  await until(page, "words are heard", "window.told.share !== undefined || window.told.failed", LONGEST);
  const { failed, steps, trained, bytes, share } = await page.evaluate("return window.told");
  if (failed) throw new Error(`speech-page: ${failed}`);
  console.log(
    `Chromium: ${wanted.join(", ")}, ${recordings.train.length} recordings, ${steps} steps in ` +
      `${trained.toFixed(1)} s in a worker, ${computed.toFixed(1)} s of one core; ${bytes} bytes; ` +
      `listening takes ${percent(share)} of one core`,
  );
} finally {
  await page.close();
  await server.close();
}
