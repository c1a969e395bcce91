/**
 * The shipped reader of handwriting: how well it reads UNIPEN, and how the file that is shipped is made.
 *
 *   npm run build
 *   node bench/reader.js --data $UNROLLED_DATA/unipen [--split valid] [--model FILE] [--limit N]
 *     label error by category (6 words, 7 words with digits and marks, 8 texts of one line) and on digits
 *     alone, confidence against truth by bins, milliseconds of a line of 30 characters; and of --sample (170)
 *     words and texts what read() makes of them, whose lines it finds itself, as written and shuffled
 *   node bench/reader.js --data $UNROLLED_DATA/unipen --pack FILE
 *     calibrates a net of `unrolled train handwriting` on validation lines, packs it in a byte a weight,
 *     writes src/handwriting/reader/reader.net or --out, and says what packing costs
 *
 * What it gave is kept in bench/results/handwriting-reader.txt.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { labelErrors } from "../dist/index.js";
import { engine } from "../dist/wasm/engine.js";
import { Random } from "../dist/wasm/random.js";
import { englishTexts, handwritingReader, strokesOf } from "../dist/unrolled-handwriting.js";
import { median, percent } from "./summary.js";
import { hasThirty, isOwnLine, unipenIndex } from "./unipen.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    split: { type: "string", default: "valid" },
    model: { type: "string" },
    pack: { type: "string" },
    sample: { type: "string", default: "170" },
    limit: { type: "string", default: "1000000" },
    out: { type: "string", default: "src/handwriting/reader/reader.net" },
  },
});
needed("reader", values, "data", "the folder of UNIPEN");

/** Lines with their categories. */
async function pieces(split) {
  const { items } = unipenIndex(values.data);
  const inks = await readHandwriting(diskFolder(values.data), { split });
  const all = inks
    .map((ink) => ({ text: ink.text, strokes: strokesOf(ink.points), ...pick(items[Number(ink.id)]) }))
    .filter(isOwnLine);
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

/** Strokes in any order, the same every time. */
function shuffled(strokes, random) {
  const keys = strokes.map(() => random.uniform());
  return strokes
    .map((_, i) => i)
    .sort((a, b) => keys[a] - keys[b])
    .map((i) => strokes[i]);
}

/**
 * `read`, which finds the lines itself, beside `evaluate`, which is told that there is one; as written and
 * shuffled.
 */
async function lines(reader, list) {
  const random = new Random(await engine("float64"), 1, 1);
  const rows = {};
  for (const [name, cat] of [
    ["words (6)", 6],
    ["texts (8)", 8],
  ]) {
    const all = list.filter((piece) => piece.cat === cat);
    const every = Math.max(1, Math.floor(all.length / Number(values.sample)));
    const some = all.filter((_, i) => i % every === 0);
    const truths = some.map(({ text }) => [...text]);
    const told = await reader.evaluate(some.map(item));
    const row = { pieces: some.length, evaluate: percent(told.labelError) };
    for (const [how, order] of [
      ["read", (strokes) => strokes],
      ["shuffled", (strokes) => shuffled(strokes, random)],
    ]) {
      const read = [];
      for (const { strokes } of some) read.push((await reader.read(order(strokes)))[0].text);
      row[how] = percent(
        labelErrors(
          read.map((text) => [...text]),
          truths,
        ).rate,
      );
      row[`${how}, more than one line`] = read.filter((text) => text.includes("\n")).length;
    }
    rows[name] = row;
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
  const lines = list.filter(hasThirty).slice(0, 20);
  const times = [];
  for (let round = 0; round < 4; ++round)
    for (const { strokes } of lines) {
      const from = performance.now();
      await reader.read(strokes);
      if (round > 0) times.push(performance.now() - from);
    }
  return { lines: lines.length, ms: median(times) };
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
  console.log("lines found by read()");
  console.table(await lines(reader, list));
  const { rows, error } = await calibration(
    reader,
    list.filter((_, i) => i % 3 === 1),
  );
  console.table(rows);
  console.log(`expected calibration error of texts ${error.toFixed(4)}`);
  const { lines: n, ms } = await speed(reader, list);
  console.log(`${n} lines of about 30 characters: ${ms.toFixed(1)} ms a line`);
}
