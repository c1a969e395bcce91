/**
 * Builds the site into site/dist: bundles what pages run, makes every page, and lists all files for the time
 * without a network. `--quick` leaves the reference out.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { writeOffline } from "../demo/offline/write.js";
import { layout, notFound, programFrame } from "./build/layout.js";
import { lectureIndex, lecturePages } from "./build/lecture.js";
import { writtenPages } from "./build/pages.js";
import { reference, referenceIndex } from "./build/reference.js";
import { searchEntries } from "./build/search.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = join(here, "dist");
const quick = process.argv.includes("--quick");
const { version } = JSON.parse(readFileSync(join(here, "../package.json"), "utf8"));

/** Writes a file of the site. */
function put(name, text) {
  const file = join(out, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

await build({ configFile: join(here, "vite.config.js"), build: { outDir: out, emptyOutDir: true } });

const written = writtenPages();
const named = (path) => written.find((page) => page.path === path);
const chapters = await lecturePages();
const types = quick ? [] : await reference();
named("lecture/index").body = lectureIndex(chapters, named("lecture/index").text);
named("reference/index").body = referenceIndex(types, named("reference/index").text);

const all = [
  ...written,
  ...chapters.map((page) => ({ ...page, section: "Lecture" })),
  ...types.map((page) => ({ ...page, section: "Reference", about: `${page.title} of unrolled.` })),
];

/** Pages of a section as its side lists them: the first page, those with an order, the others. */
function linksOf(section) {
  if (!section) return [];
  const place = ({ path, order }) => (path.endsWith("/index") ? -1 : Number(order ?? 99));
  const members = all.filter((page) => page.section === section);
  return members
    .sort((a, b) => place(a) - place(b))
    .map(({ path, title, words }) => ({ to: path, words: words ?? title }));
}

for (const page of all) put(`${page.path}.html`, layout({ ...page, links: linksOf(page.section), version }));
put("404.html", notFound);
put("frame.html", programFrame);
put("search.json", JSON.stringify(searchEntries([...written, ...chapters], types)));
copyFileSync(join(here, "src/style.css"), join(out, "style.css"));
copyFileSync(join(here, "src/icon.svg"), join(out, "icon.svg"));
copyFileSync(join(here, "../dist/llms.txt"), join(out, "llms.txt"));
put(
  "site.webmanifest",
  JSON.stringify({
    name: "unrolled",
    start_url: "./",
    display: "standalone",
    icons: [{ src: "icon.svg", sizes: "any", type: "image/svg+xml" }],
  }),
);

/** What only a measurement asks for is kept when it was asked for. */
const files = writeOffline(out, "site", (file) => /tfjs/.test(file));
console.log(`site/dist: ${all.length} pages, ${files} files`);
