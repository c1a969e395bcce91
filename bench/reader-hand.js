/**
 * Learning a hand: for writers of a split that the net has never seen, the errors on their other pieces
 * before and after `reader.learn` on ten.
 *
 *   npm run build && node bench/reader-hand.js --data $UNROLLED_DATA/unipen [--model FILE] [--writers 20]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { handwritingReader, strokesOf } from "../dist/unrolled-handwriting.js";

const LESSONS = 10;
const OTHERS = 30;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string" },
    split: { type: "string", default: "test" },
    writers: { type: "string", default: "20" },
  },
});
if (values.data === undefined) throw new Error("reader-hand: want --data, the folder of UNIPEN");

const byWriter = new Map();
for (const ink of await readHandwriting(diskFolder(values.data), { split: values.split })) {
  const { writer, text } = ink;
  if (text.length < 3 || text.length > 60) continue;
  if (!byWriter.has(writer)) byWriter.set(writer, []);
  byWriter.get(writer).push({ text, strokes: strokesOf(ink.points) });
}
const writers = [...byWriter].filter(([, items]) => items.length >= LESSONS + OTHERS);
const count = Math.min(Number(values.writers), writers.length);
const sums = { before: 0, after: 0, characters: 0, seconds: 0 };
for (let w = 0; w < count; ++w) {
  const [writer, items] = writers[Math.floor((w * writers.length) / count)];
  const every = Math.floor(items.length / (LESSONS + OTHERS));
  const some = items.filter((_, i) => i % every === 0).slice(0, LESSONS + OTHERS);
  const reader = await handwritingReader(
    values.model === undefined ? {} : { model: readFileSync(values.model) },
  );
  const others = some.slice(LESSONS);
  const before = await reader.evaluate(others);
  const from = process.cpuUsage();
  const report = await reader.learn(some.slice(0, LESSONS));
  const seconds = process.cpuUsage(from).user / 1e6;
  const after = await reader.evaluate(others);
  reader.dispose();
  sums.before += before.edits;
  sums.after += after.edits;
  sums.characters += before.characters;
  sums.seconds += seconds;
  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  console.log(
    `${writer}: others ${percent(before.labelError)} -> ${percent(after.labelError)}, held back ` +
      `${percent(report.before)} -> ${percent(report.after)}, ${seconds.toFixed(1)} s of one core`,
  );
}
const share = (edits) => `${((100 * edits) / sums.characters).toFixed(2)}%`;
console.log(
  `${count} writers: ${share(sums.before)} -> ${share(sums.after)} of ${sums.characters} characters, ` +
    `${(sums.seconds / count).toFixed(1)} s of one core a writer`,
);
