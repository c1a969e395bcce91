/**
 * Learning a hand: for writers of a split that the net has never seen, the errors on their other pieces
 * before and after `reader.learn` on ten.
 *
 *   npm run build && node bench/reader-hand.js --data $UNROLLED_DATA/unipen [--model FILE] [--writers 20]
 *     [--split test]
 *     --chromium   learn in a page, a fresh one for each writer, with the net that is shipped
 *
 * Prints a line a writer and one for all, kept in bench/results/handwriting-reader.txt.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import * as handwriting from "../dist/unrolled-handwriting.js";
import { open } from "../test/browser/drive.js";
import { serveLibrary } from "../test/browser/server.js";
import { median, percent } from "./summary.js";
import { needed } from "./options.js";

const LESSONS = 10;
const OTHERS = 30;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string" },
    split: { type: "string", default: "test" },
    writers: { type: "string", default: "20" },
    chromium: { type: "boolean", default: false },
  },
});
needed("reader-hand", values, "data", "the folder of UNIPEN");
if (values.chromium && values.model !== undefined)
  throw new Error("reader-hand: --chromium reads with the net that is shipped; leave --model out");

/**
 * Errors on `others` before and after learning `lessons`, and the seconds that learning took. It runs in
 * pages too, so it uses nothing but what it is given.
 */
async function teach({ handwritingReader }, options, lessons, others) {
  const reader = await handwritingReader(options);
  const before = await reader.evaluate(others);
  const from = performance.now();
  const report = await reader.learn(lessons);
  const seconds = (performance.now() - from) / 1000;
  const after = await reader.evaluate(others);
  reader.dispose();
  return { before, after, report, seconds };
}

/** Learns here. */
const here = async (lessons, others) =>
  teach(handwriting, values.model ? { model: readFileSync(values.model) } : {}, lessons, others);

/** Learns in a page of Chromium with an empty profile. */
async function inPage(server, lessons, others) {
  const page = await open("chromium");
  try {
    await page.goto(`${server.url}/`);
    return await page.evaluate(
      `return (async () => {
        const teach = ${teach};
        const handwriting = await import("/dist/unrolled-handwriting.js");
        return teach(handwriting, {}, ${JSON.stringify(lessons)}, ${JSON.stringify(others)});
      })()`,
    );
  } finally {
    await page.close();
  }
}

/** Pieces of each writer who has enough of them, all over what they wrote. */
async function piecesByWriter() {
  const byWriter = new Map();
  for (const ink of await readHandwriting(diskFolder(values.data), { split: values.split })) {
    const { writer, text } = ink;
    if (text.length < 3 || text.length > 60) continue;
    if (!byWriter.has(writer)) byWriter.set(writer, []);
    byWriter.get(writer).push({ text, strokes: handwriting.strokesOf(ink.points) });
  }
  const enough = [...byWriter].filter(([, items]) => items.length >= LESSONS + OTHERS);
  return enough.map(([writer, items]) => {
    const every = Math.floor(items.length / (LESSONS + OTHERS));
    return { writer, items: items.filter((_, i) => i % every === 0).slice(0, LESSONS + OTHERS) };
  });
}

const writers = await piecesByWriter();
const count = Math.min(Number(values.writers), writers.length);
const server = values.chromium ? await serveLibrary() : undefined;
const sums = { before: 0, after: 0, characters: 0, worse: 0, times: [] };
for (let w = 0; w < count; ++w) {
  const { writer, items } = writers[Math.floor((w * writers.length) / count)];
  const [lessons, others] = [items.slice(0, LESSONS), items.slice(LESSONS)];
  const taught = server ? await inPage(server, lessons, others) : await here(lessons, others);
  const { before, after, report, seconds } = taught;
  sums.before += before.edits;
  sums.after += after.edits;
  sums.characters += before.characters;
  sums.worse += report.after > report.before ? 1 : 0;
  sums.times.push(seconds);
  console.log(
    `${writer}: others ${percent(before.labelError, 1)} -> ${percent(after.labelError, 1)}, held back ` +
      `${percent(report.before, 1)} -> ${percent(report.after, 1)}, ${seconds.toFixed(1)} s`,
  );
}
await server?.close();
const share = (edits) => `${((100 * edits) / sums.characters).toFixed(2)}%`;
console.log(
  `${count} writers: ${share(sums.before)} -> ${share(sums.after)} of ${sums.characters} characters; ` +
    `${sums.worse} read their held-back pieces worse than before; ` +
    `${median(sums.times).toFixed(1)} s a writer in the median, ` +
    `${Math.max(...sums.times).toFixed(1)} at most`,
);
