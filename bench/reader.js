/**
 * The shipped reader of handwriting: how well it reads UNIPEN, and how the file that is shipped is made.
 *
 *   npm run build
 *   node bench/reader.js --data $UNROLLED_DATA/unipen [--split valid] [--model FILE] [--limit N]
 *     label error by category (6 words, 7 words with digits and marks, 8 texts of one line) and on digits
 *     alone, confidence against truth by bins, milliseconds of a line of 30 characters
 *   node bench/reader.js --data $UNROLLED_DATA/unipen --pack FILE
 *     calibrates a net of `unrolled train handwriting` on validation lines, packs it in a byte a weight,
 *     writes src/handwriting/reader/reader.net, and says what packing costs
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { englishTexts, handwritingReader, strokesOf } from "../dist/unrolled-handwriting.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    split: { type: "string", default: "valid" },
    model: { type: "string" },
    pack: { type: "string" },
    limit: { type: "string", default: "1000000" },
    out: { type: "string", default: "src/handwriting/reader/reader.net" },
  },
});
if (values.data === undefined) throw new Error("reader: want --data, the folder of UNIPEN");

const percent = (share) => `${(100 * share).toFixed(2)}%`;

/** Pieces of one line with their categories; of words that stand in a text too, only those of category 7. */
async function pieces(split) {
  const { items } = JSON.parse(readFileSync(join(values.data, "index.json"), "utf8"));
  const inks = await readHandwriting(diskFolder(values.data), { split });
  const all = inks
    .map((ink) => ({ text: ink.text, strokes: strokesOf(ink.points), ...pick(items[Number(ink.id)]) }))
    .filter(({ lines, line, cat }) => lines === undefined && (cat !== 6 || line === undefined));
  const every = Math.max(1, Math.floor(all.length / Number(values.limit)));
  return all.filter((_, i) => i % every === 0);
}
const pick = ({ cat, lines, line }) => ({ cat, lines, line });
const item = ({ strokes, text }) => ({ strokes, text });

async function errors(reader, list, options = {}) {
  const groups = {
    "words (6)": list.filter(({ cat }) => cat === 6),
    "words with digits and marks (7)": list.filter(({ cat }) => cat === 7),
    "texts (8)": list.filter(({ cat }) => cat === 8),
    "digits alone": list.filter(({ text }) => /^[0-9]+$/.test(text)),
    "one sign": list.filter(({ text }) => text.length === 1),
    all: list,
  };
  const rows = {};
  for (const [name, some] of Object.entries(groups)) {
    if (some.length === 0) continue;
    const { labelError, exact, characters } = await reader.evaluate(some.map(item), options);
    rows[name] = {
      pieces: some.length,
      characters,
      "label error": percent(labelError),
      exact: percent(exact),
    };
  }
  return rows;
}

/** Confidence against truth, in tenths; the mean distance of the two, weighted by how many there are. */
async function calibration(reader, list) {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, sum: 0, right: 0 }));
  for (const { strokes, text } of list) {
    const [best] = await reader.read(strokes);
    const bin = bins[Math.min(9, Math.floor(best.confidence * 10))];
    ++bin.n;
    bin.sum += best.confidence;
    bin.right += best.text === text;
  }
  const total = bins.reduce((sum, { n }) => sum + n, 0);
  const error = bins.reduce((sum, bin) => sum + Math.abs(bin.sum - bin.right), 0) / total;
  const rows = bins.map(({ n, sum, right }, i) => ({
    from: i / 10,
    texts: n,
    said: n ? (sum / n).toFixed(3) : "",
    right: n ? (right / n).toFixed(3) : "",
  }));
  return { rows, error };
}

/** Median milliseconds of reading a line of about 30 characters. */
async function speed(reader, list) {
  const lines = list.filter(({ text }) => text.length >= 28 && text.length <= 32).slice(0, 20);
  const times = [];
  for (let round = 0; round < 4; ++round)
    for (const { strokes } of lines) {
      const from = performance.now();
      await reader.read(strokes);
      if (round > 0) times.push(performance.now() - from);
    }
  times.sort((a, b) => a - b);
  return { lines: lines.length, ms: times[times.length >> 1] };
}

if (values.pack !== undefined) {
  const reader = await handwritingReader({ model: readFileSync(values.pack) });
  const list = await pieces("valid");
  // every third piece calibrates
  console.log(
    "calibration",
    JSON.stringify(await reader.calibrate(list.filter((_, i) => i % 3 === 0).map(item))),
  );
  const packed = reader.save({ weights: "int8" });
  writeFileSync(values.out, packed);
  console.log(`${values.out}: ${packed.length} bytes, gzip ${gzipSync(packed, { level: 9 }).length}`);
  const small = await handwritingReader({ model: packed });
  for (const [name, one] of [
    ["float32", reader],
    ["int8", small],
  ])
    console.log(name, percent((await one.evaluate(list.map(item))).labelError), "label error on validation");
} else {
  const model = values.model === undefined ? {} : { model: readFileSync(values.model) };
  const reader = await handwritingReader(model);
  const list = await pieces(values.split);
  console.table(await errors(reader, list));
  const language = await englishTexts();
  const known = new Set(language.split("\n"));
  const strange = list.filter(({ text }) => !known.has(text));
  console.log("with englishTexts as language");
  console.table(await errors(reader, list, { language }));
  console.log("pieces whose texts are not among them: without a language, and with it");
  console.table(await errors(reader, strange));
  console.table(await errors(reader, strange, { language }));
  const { rows, error } = await calibration(
    reader,
    list.filter((_, i) => i % 3 === 1),
  );
  console.table(rows);
  console.log(`expected calibration error of texts ${error.toFixed(4)}`);
  const { lines, ms } = await speed(reader, list);
  console.log(`${lines} lines of about 30 characters: ${ms.toFixed(1)} ms a line`);
}
