/**
 * The shipped writer: how well the shipped reader reads what it writes, beside the same words by the hands
 * that it has learned; and how its file is made.
 *
 *   npm run build
 *   node bench/writer.js --data $UNROLLED_DATA/unipen [--model FILE] [--svg FILE]
 *   node bench/writer.js --data $UNROLLED_DATA/unipen --model FILE --pack src/handwriting/writer/writer.net
 *     packs a net of `unrolled train writer` in a byte a weight
 *
 * Prints the reader's label errors on words of the hands and on written ones, by bias; --svg draws the
 * latter. site/pages/guides/read.md says what it gave.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { handwritingReader, handwritingWriter, strokesOf } from "../dist/unrolled-handwriting.js";
import { percent } from "./summary.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string" },
    pack: { type: "string" },
    svg: { type: "string" },
  },
});
needed("writer", values, "data", "the folder of UNIPEN");
const WORDS = 10; // of each hand

const writer = await handwritingWriter(values.model ? { model: readFileSync(values.model) } : {});
if (values.pack) writeFileSync(values.pack, writer.save({ weights: "int8" }));
const reader = await handwritingReader();
const inks = await readHandwriting(diskFolder(values.data), { split: "train" });
const own = writer.styles.flatMap((style) => {
  const hand = inks.filter(({ writer: name, text }) => name === style && /^[A-Za-z]{3,10}$/.test(text));
  return Array.from({ length: WORDS }, (_, i) => hand[Math.floor(((i + 0.3) * hand.length) / WORDS)]).map(
    (ink) => ({ style, text: ink.text, strokes: strokesOf(ink.points) }),
  );
});
const error = async (items) => {
  const { labelError } = await reader.evaluate(items.map(({ text, strokes }) => ({ text, strokes })));
  return percent(labelError, 1);
};
console.log(
  `${own.length} words by ${writer.styles.length} hands themselves: ${await error(own)} label error`,
);

for (const bias of [0, 0.5, 1, 1.5, 2, 3]) {
  const written = { free: [], styled: [] };
  for (const [seed, { text, style }] of own.entries()) {
    written.free.push({ text, strokes: await writer.write(text, { bias, seed }) });
    written.styled.push({ text, strokes: await writer.write(text, { bias, seed, style }) });
  }
  const [free, styled] = [await error(written.free), await error(written.styled)];
  console.log(`bias ${bias}: ${free} in any hand, ${styled} in the style of those hands`);
}

/** A page of the words at bias 1. */
async function drawing() {
  let lines = "";
  for (const [i, { text, style }] of own.entries()) {
    const strokes = await writer.write(text, { bias: 1, seed: i, style });
    const [left, top] = [20 + (i % WORDS) * 200, 60 + Math.floor(i / WORDS) * 80];
    for (const stroke of strokes) {
      const places = stroke.map(([x, y]) => `${(left + x / 8).toFixed(1)},${(top + y / 8).toFixed(1)}`);
      lines += `<polyline points="${places.join(" ")}" fill="none" stroke="black"/>\n`;
    }
  }
  const height = 60 + writer.styles.length * 80;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="2040" height="${height}">\n${lines}</svg>\n`;
}
if (values.svg) writeFileSync(values.svg, await drawing());
writer.dispose();
reader.dispose();
