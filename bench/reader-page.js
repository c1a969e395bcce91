/**
 * The shipped reader in Chromium, from a server on this machine: milliseconds from nothing to a first reading
 * (modules, kernels and net fetched, compiled and started, a line read), and of a line of about 30 characters
 * when it is warm.
 *
 *   npm run build && node bench/reader-page.js [--data $UNROLLED_DATA/unipen]
 *     lines of the test split with 28 to 32 characters; without --data one that the library draws
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { drawnWord } from "../dist/unrolled.js";
import { strokesOf } from "../dist/unrolled-handwriting.js";
import { open } from "../test/browser/drive.js";
import { serveLibrary } from "../test/browser/server.js";

const VISITS = 5;
const LINES = 12;
const GAP = 240; // between two drawn words

const { values } = parseArgs({ options: { data: { type: "string" } } });

/** Strokes of a drawn line. */
function drawn(text) {
  let left = 0;
  return text.split(" ").flatMap((word) => {
    const strokes = strokesOf(drawnWord(word).points);
    const shift = left;
    left += Math.max(...strokes.flat().map(([x]) => x)) + GAP;
    return strokes.map((stroke) => stroke.map(([x, y]) => [x + shift, y]));
  });
}

/** Lines that people wrote. */
async function written(path) {
  const { items } = JSON.parse(readFileSync(join(path, "index.json"), "utf8"));
  const isLine = ({ cat, lines }) => cat === 8 && lines === undefined;
  return (await readHandwriting(diskFolder(path), { split: "test" }))
    .filter(({ id, text }) => isLine(items[Number(id)]) && text.length >= 28 && text.length <= 32)
    .slice(0, LINES)
    .map(({ points }) => strokesOf(points));
}

const lines = values.data ? await written(values.data) : [drawn("the second hand shows us more")];
const visit = `return (async () => {
  const lines = ${JSON.stringify(lines)};
  const from = performance.now();
  const { handwritingReader } = await import("/dist/unrolled-handwriting.js");
  const reader = await handwritingReader();
  await reader.read(lines[0]);
  const first = performance.now() - from;
  const warm = [];
  for (let round = 0; round < 6; ++round)
    for (const line of lines) {
      const before = performance.now();
      await reader.read(line);
      if (round > 1) warm.push(performance.now() - before);
    }
  return { first, warm };
})()`;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

const server = await serveLibrary();
const firsts = [];
const warms = [];
for (let i = 0; i < VISITS; ++i) {
  const page = await open("chromium"); // a profile of its own: nothing is cached
  await page.goto(`${server.url}/`);
  const { first, warm } = await page.evaluate(visit);
  firsts.push(first);
  warms.push(...warm);
  await page.close();
}
await server.close();
console.log(
  `first use ${median(firsts).toFixed(0)} ms (${firsts.map((ms) => ms.toFixed(0)).join(", ")}); ` +
    `${lines.length} lines of about 30 characters: ${median(warms).toFixed(1)} ms a line`,
);
