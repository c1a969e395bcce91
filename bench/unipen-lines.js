/**
 * The pieces of the UNIPEN folder that the shipped reader learns from: single lines, and no ink twice. Left
 * out are texts of several lines (`lines`) and words of category 6 whose ink is part of a text as well
 * (`line`); words with digits and marks (category 7) are kept both times: they are rare.
 *
 *   node bench/unipen-lines.js --data $UNROLLED_DATA/unipen --out DIR
 *
 *     --texts FILE   the texts of the training part, each once: src/handwriting/reader/english.txt
 *
 * DIR gets `index.json` and `ink.bin`, as `unrolled train handwriting --data DIR` reads them. Prints how many
 * pieces there are; what a net learned from them is in bench/results/handwriting-reader.txt.
 */
import { chmodSync, copyFileSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { needed } from "./options.js";
import { isOwnLine, unipenIndex } from "./unipen.js";

const BYTES = 6; // of a point

const { values } = parseArgs({
  options: { data: { type: "string" }, out: { type: "string" }, texts: { type: "string" } },
});
needed("unipen-lines", values, "data", "the folder of UNIPEN");
needed("unipen-lines", values, "out", "a folder to write");

const index = unipenIndex(values.data);
const items = index.items.filter(isOwnLine);
const last = items.at(-1);

mkdirSync(values.out, { recursive: true });
const ink = join(values.out, "ink.bin");
copyFileSync(join(values.data, "ink.bin"), ink);
chmodSync(ink, 0o644);
truncateSync(ink, (last.off + last.n) * BYTES);
// an item a line, so that a fault in one can be named
const list = items.map((item) => JSON.stringify(item)).join(",\n");
const head = JSON.stringify({ name: index.name, alphabet: index.alphabet });
writeFileSync(join(values.out, "index.json"), `${head.slice(0, -1)},"items":[\n${list}\n]}\n`);
console.log(`${items.length} of ${index.items.length} pieces in ${values.out}`);
if (values.texts !== undefined) {
  const texts = items.filter(({ split }) => split === "train").map(({ text }) => text);
  writeFileSync(values.texts, `${[...new Set(texts)].sort().join("\n")}\n`);
}
