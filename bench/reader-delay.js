/**
 * Errors of a reader that says each character once, while one writes, against the delay after which it says
 * it: k steps of the net behind the character's place. ∞ is the whole word.
 *
 *   npm run build
 *   node bench/reader-delay.js --data $UNROLLED_DATA/unipen-words [--words 150] [--model FILE] [--figure F]
 *     of so many words of the validation split, by the shipped net or that of FILE; F gets a figure (SVG)
 *
 * Prints the label error of each delay, kept in bench/results/handwriting-reader.txt and
 * handwriting-ahead.txt.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { labelErrors, plot, svg } from "../dist/unrolled.js";
import { handwritingReader } from "../dist/unrolled-handwriting.js";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { percent } from "./summary.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string" },
    words: { type: "string", default: "150" },
    figure: { type: "string" },
  },
});
needed("reader-delay", values, "data", "a folder of handwriting");

const reader = await handwritingReader(
  values.model === undefined ? {} : { model: readFileSync(values.model) },
);
const all = await readHandwriting(diskFolder(values.data), { split: "valid" });
const count = Math.min(Number(values.words), all.length);
const inks = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);

function readWith(delay, points) {
  const stream = reader.stream({ delay });
  for (let i = 0; i < points.length; i += 3) stream.step([points[i], points[i + 1], points[i + 2]]);
  return stream.finish();
}

const delays = [0, 2, 4, 8, 16, 1_000_000];
const errors = [];
for (const delay of delays) {
  const texts = inks.map(({ points }) => [...readWith(delay, points)]);
  const { rate } = labelErrors(
    texts,
    inks.map(({ text }) => [...text]),
  );
  errors.push(100 * rate);
  console.log(`delay ${delay === 1_000_000 ? "∞" : delay}: label error ${percent(rate)}`);
}
console.log(`${inks.length} words of the validation split`);
if (values.figure !== undefined) {
  const figure = plot({
    title: "Errors against the delay of a character",
    x: { label: "delay, steps of the net; the last: the whole word" },
    y: { label: "label error, %", range: [0, Math.max(...errors) * 1.05] },
    marks: [{ kind: "line", x: [0, 2, 4, 8, 16, 24], y: errors }],
  });
  writeFileSync(values.figure, svg(figure));
}
reader.dispose();
