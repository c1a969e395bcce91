// Completes dist/ after tsc: the kernels as files for `unrolled/wasm/*`; for Node, where loading a
// hundred small files takes longer than the first prediction, a file for each entry and one for what they
// share, so that both see the same classes; and nothing left over: no files of sources that are gone, no
// declarations that no entry reaches.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { rolldown } from "rolldown";

const { exports, bin, unpkg } = JSON.parse(readFileSync("package.json", "utf8"));
const published = Object.values(exports);
/** File for Node of each entry, and the module that it stands for. */
const entries = Object.fromEntries(
  published.filter((to) => to.node).map((to) => [basename(to.node, ".js"), to.default.replace("./", "")]),
);
const { unpack } = await import("../dist/wasm/unpack.js");
/** The whole library as one file, as servers of npm's packages give it out. */
const single = basename(unpkg);
const made = new Set([...Object.keys(entries).map((name) => `${name}.js`), single]);
for (const name of readdirSync("src/wasm/binary")) {
  const target = basename(name, ".ts");
  const { packed } = await import(`../dist/wasm/binary/${target}.js`);
  made.add(`${target}.wasm`);
  writeFileSync(`dist/wasm/${target}.wasm`, unpack(packed));
}
// what reads and writes, fetched beside the entry
for (const file of ["reader/reader.net", "reader/english.txt", "writer/writer.net"])
  copyFileSync(`src/handwriting/${file}`, `dist/handwriting/${file}`);
for (const entry of readdirSync("dist", { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || made.has(entry.name) || entry.name.startsWith("unrolled-shared")) continue;
  const path = join(entry.parentPath, entry.name);
  const folder = dirname(path).slice("dist".length);
  if (!existsSync(join("src", folder, entry.name.replace(/(\.d\.ts|\.js)$/, ".ts")))) rmSync(path);
}

/**
 * Deletes files of a kind that no entry reaches; `imports` finds the names of files that a text asks for, and
 * `fileOf` their files.
 */
function keepReached(kind, roots, imports, fileOf) {
  const reached = new Set();
  const reach = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, name] of readFileSync(file, "utf8").matchAll(imports)) reach(fileOf(file, name));
  };
  roots.forEach(reach);
  for (const name of readdirSync("dist", { recursive: true }))
    if (kind.test(name) && !made.has(name) && !reached.has(join("dist", name))) rmSync(join("dist", name));
}
keepReached(
  /\.d\.ts$/,
  published.flatMap((to) => (to.types ? [join(to.types)] : [])),
  /(?:from|import)\s*\(?\s*"(\.[^"]+)\.(?:js|ts)"/g,
  (file, name) => join(dirname(file), `${name}.d.ts`),
);
// no code stands behind the types of `unrolled/wasm/*.wasm`, nor behind modules of types alone
keepReached(
  /\.js$/,
  [...published.map((to) => to.default), ...Object.values(bin)]
    .filter((to) => to?.endsWith(".js"))
    .map((to) => join(to)),
  /(?:from|import)\s*\(?\s*"(\.[^"]+\.js)"/g,
  (file, name) => join(dirname(file), name),
);

const dist = resolve("dist");
/**
 * A module that asks for its own address still gets the one of its own file: workers are found from there.
 */
const addresses = {
  name: "addresses",
  transform: (code, id) =>
    code.includes("import.meta.url")
      ? {
          code: code.replaceAll(
            "import.meta.url",
            `new URL(${JSON.stringify(`./${relative(dist, id)}`)}, import.meta.url).href`,
          ),
          map: null,
        }
      : null,
};
const bundle = await rolldown({
  input: entries,
  platform: "neutral",
  external: [/\/binary\//, "@assemblyscript/loader", /^@nats-io\//],
  plugins: [addresses],
  logLevel: "silent",
});
await bundle.write({
  dir: "dist",
  format: "es",
  entryFileNames: "[name].js",
  chunkFileNames: "unrolled-shared.js",
  comments: false,
});
await bundle.close();

// one file with the kernels on board, for pages that take it from a server as it is; the workers of a pool
// are found beside it
const whole = await rolldown({
  input: "dist/index.js",
  platform: "browser",
  plugins: [addresses],
  logLevel: "silent",
});
await whole.write({ file: join("dist", single), format: "es", codeSplitting: false, minify: true });
await whole.close();
