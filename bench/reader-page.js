/**
 * The shipped reader in Chromium, from a server on this machine: milliseconds from nothing to a first reading
 * (a page, its modules, kernels and net fetched, compiled and started, a line read), and of a line of about
 * 30 characters when it is warm. As pages have it, bundled in one file with the net beside it; from the
 * modules of dist/; and from its files that are Node's, few and large; also with links in the head that
 * ask for all at once; visits by turns.
 *
 *   npm run build && node bench/reader-page.js [--data $UNROLLED_DATA/unipen] [--visits 5]
 *     lines of the test split with 28 to 32 characters; without --data one that the library draws
 *
 * Prints a line a way, kept in bench/results/handwriting-reader.txt.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { drawnWord } from "../dist/unrolled.js";
import { strokesOf } from "../dist/unrolled-handwriting.js";
import { open } from "../test/browser/drive.js";
import { serve } from "../test/browser/server.js";
import { median } from "./summary.js";
import { hasThirty, unipenIndex } from "./unipen.js";

const LINES = 12;
const GAP = 240; // between two drawn words

const { values } = parseArgs({
  options: { data: { type: "string" }, visits: { type: "string", default: "5" } },
});

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
  const { items } = unipenIndex(path);
  const isText = ({ cat, lines }) => cat === 8 && lines === undefined;
  return (await readHandwriting(diskFolder(path), { split: "test" }))
    .filter((ink) => isText(items[Number(ink.id)]) && hasThirty(ink))
    .slice(0, LINES)
    .map(({ points }) => strokesOf(points));
}

/** The reader as a page's bundle, in a folder of its own. */
async function bundled() {
  const folder = mkdtempSync(join(tmpdir(), "reader-page-"));
  const entry = join(folder, "page.js");
  writeFileSync(
    entry,
    `export { handwritingReader } from ${JSON.stringify(resolve("dist/handwriting/index.js"))};`,
  );
  const bundle = await rolldown({ input: entry, platform: "browser", logLevel: "silent" });
  await bundle.write({ file: join(folder, "reader.js"), format: "es", codeSplitting: false, minify: true });
  await bundle.close();
  copyFileSync("dist/handwriting/reader/reader.net", join(folder, "reader.net"));
  return folder;
}

const lines = values.data ? await written(values.data) : [drawn("the second hand shows us more")];
/** A page that reads as soon as it can; times from the moment at which it was asked for. */
const page = ({ module, links }) => `<!doctype html><title>unrolled</title>
${links.join("\n")}
<script type="module">
  import { handwritingReader } from "${module}";
  const lines = ${JSON.stringify(lines)};
  const modules = performance.now();
  window.found = (async () => {
    const reader = await handwritingReader();
    const ready = performance.now();
    await reader.read(lines[0]);
    const read = performance.now();
    const warm = [];
    for (let round = 0; round < 6; ++round)
      for (const line of lines) {
        const before = performance.now();
        await reader.read(line);
        if (round > 1) warm.push(performance.now() - before);
      }
    return { parts: [modules, ready - modules, read - ready, read], warm };
  })();
</script>`;

/** Files that a module of dist/ imports at once, and itself. */
function imported(file, all = new Set()) {
  if (all.has(file)) return all;
  all.add(file);
  for (const [, name] of readFileSync(join("dist", file), "utf8").matchAll(/^import[^;]*?"\.\/([^"]+)";$/gm))
    imported(name, all);
  return all;
}

const modulePreload = (address) => `<link rel="modulepreload" href="${address}">`;
const preload = (address) => `<link rel="preload" href="${address}" as="fetch" crossorigin>`;
/** What nets ask for when they begin. */
const kernels = ["float32", "float64", "optional32"].map((name) =>
  modulePreload(`/dist/wasm/binary/${name}.js`),
);

const folder = await bundled();
const bundle = { module: "/bundle/reader.js", links: [] };
const files = { module: "/dist/unrolled-handwriting.js", links: [] };
const ways = {
  "one bundled file": bundle,
  "the same with links": { ...bundle, links: [preload("/bundle/reader.net")] },
  "modules of dist/": { module: "/dist/handwriting/index.js", links: [] },
  "files of dist/": files,
  "the same with links ": {
    ...files,
    links: [
      preload("/dist/handwriting/reader/reader.net"),
      ...Array.from(imported("unrolled-handwriting.js"), (file) => modulePreload(`/dist/${file}`)),
      ...kernels,
    ],
  },
};
const server = await serve({
  folders: { "/bundle/": folder, "/dist/": "dist" },
  pages: Object.fromEntries(Object.values(ways).map((way, i) => [`/${i}`, page(way)])),
});
const parts = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
const warms = [];
try {
  for (let i = 0; i < Number(values.visits); ++i)
    for (const [n, name] of Object.keys(ways).entries()) {
      const visit = await open("chromium"); // a profile of its own: nothing is cached
      await visit.goto(`${server.url}/${n}`);
      const found = await visit.evaluate("return window.found");
      parts[name].push(found.parts);
      warms.push(...found.warm);
      await visit.close();
    }
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}
for (const [name, visits] of Object.entries(parts)) {
  const [modules, ready, read, first] = [0, 1, 2, 3].map((part) => visits.map((times) => times[part]));
  console.log(
    `${name}: first use ${median(first).toFixed(0)} ms (${first.map((ms) => ms.toFixed(0)).join(", ")}): ` +
      `modules ${median(modules).toFixed(0)}, reader and net ${median(ready).toFixed(0)}, ` +
      `a first line ${median(read).toFixed(0)}`,
  );
}
console.log(`${lines.length} lines of about 30 characters: ${median(warms).toFixed(1)} ms a line`);
