/** What pages and bundles of one file carry: bytes, and which kernels. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import * as vite from "vite";
import { badge, fetchedBytes } from "../../scripts/size-badge.js";
import { consumer, read, root, run } from "./consumer.js";

/**
 * Bytes of the gzipped code that a page fetches to train a net in float32 (tfjs 4.22: 505 KB, brain.js: 170
 * KB).
 */
const SIZE = 60_000;
/** The same with the other layers and optimizers, the lecture's tasks and `init`. */
const MANY_SIZE = 62_000;
/** Bytes of the gzipped file that a page needs to play a saved float32 net. */
const PLAYER_SIZE = 50_000;
let fresh;

before(() => {
  fresh = consumer();
});
after(() => fresh?.remove());

const gzipped = (text) => gzipSync(text, { level: 9 }).length;
const sum = (sizes) => Object.values(sizes).reduce((a, b) => a + b, 0);

/**
 * The files, name → text, that a page fetches to use these names in float32: the entry, what it imports
 * outright, and the kernels. All else is fetched when a net first asks for it.
 */
async function fetched(names) {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: fresh.folder,
    stdin: {
      contents: `import { ${names} } from "unrolled"; globalThis.used = { ${names} };`,
      resolveDir: fresh.folder,
    },
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    outdir: "size",
    write: false,
    metafile: true,
    entryNames: "entry",
  });
  const needed = new Set();
  const reach = (path) => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const { path: next, kind } of metafile.outputs[path].imports)
      if (kind === "import-statement") reach(next);
  };
  reach("size/entry.js");
  reach(
    Object.keys(metafile.outputs).find((path) =>
      metafile.outputs[path].entryPoint?.endsWith("/binary/float32.js"),
    ),
  );
  const texts = outputFiles.map(({ path, text }) => [relative(fresh.folder, path), text]);
  return Object.fromEntries(texts.filter(([path]) => needed.has(path)));
}

/** Losses of a net trained with nothing but these files, in Node. */
function trainedWith(files) {
  const folder = mkdtempSync(join(fresh.folder, "only-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "train.js"),
    `await import("./size/entry.js");
    const { network, lstm, dense, adam } = globalThis.used;
    const net = await network({ input: 1, layers: [lstm(4), dense(1)], loss: "squared" });
    const items = [{ input: [1, 2, 3], target: [2, 3, 4] }];
    const { history } = await net.fit(items, { optimizer: adam({ rate: 0.01 }), steps: 3 });
    net.save();
    console.log(JSON.stringify(history.map(({ loss }) => loss)));`,
  );
  return run(process.execPath, ["train.js"], folder);
}

test(`what a page fetches to train a net in float32 is at most ${SIZE / 1000} KB gzipped`, async (t) => {
  const few = ["network", "lstm", "dense", "adam"];
  const many = [...few, "rnn", "gru", "bidirectional", "embedding", "sgd", "momentum", "nesterov", "rmsprop"];
  const every = Object.keys(await import(join(fresh.installed, "dist/index.js")));
  const sizes = {};
  for (const [name, names] of Object.entries({ few, many: [...many, "tasks", "nextStep", "init"], every })) {
    const files = await fetched(names);
    sizes[name] = sum(Object.values(files).map(gzipped));
    t.diagnostic(`${name} names: ${sizes[name]} bytes in ${Object.keys(files).length} files`);
    if (name === "few") assert.equal(trainedWith(files).length, 3);
  }
  assert.ok(sizes.few <= SIZE, `${sizes.few} bytes`);
  assert.ok(sizes.many <= MANY_SIZE, `${sizes.many} bytes`);
});

test("the badge of the README says what is measured, within 2 KB", async () => {
  const said = (text) => 1000 * Number(/(\d+) KB/.exec(text)[1]);
  const measured = await fetchedBytes();
  const agrees = (text) => Math.abs(said(text) - measured) <= 2000;
  assert.ok(agrees(read(root, "docs/size.svg")), `${measured} bytes; npm run badge`);
  assert.ok(!agrees(badge(2 * measured)));
});

/** A worker that carries the kernels it imports. */
const CARRIER = `import { init, network, gru, dense, adam } from "unrolled/core";
import { float32 } from "unrolled/kernels/float32";
await init({ wasm: float32() });
const net = await network({ input: 1, layers: [gru(4), dense(1)], loss: "squared" });
const items = [{ input: [1, 2, 3], target: [2, 3, 4] }];
const { history } = await net.fit(items, { optimizer: adam({ rate: 0.01 }), steps: 3 });
console.log(JSON.stringify(history.map(({ loss }) => loss)));`;

/** Which kernels a bundle holds. */
async function kernelsIn(code) {
  const folder = join(fresh.installed, "dist/wasm/binary");
  const builds = readdirSync(folder).map((name) => name.replace(".js", ""));
  const found = [];
  for (const build of builds)
    if (code.includes((await import(join(folder, `${build}.js`))).packed.order)) found.push(build);
  return found;
}

/** The text of one file by each bundler. */
async function oneFile(entry) {
  const rolled = await rolldown({ input: entry, platform: "browser", logLevel: "silent" });
  const rollupped = await rollup({
    input: entry,
    plugins: [nodeResolve({ browser: true })],
    onwarn: () => {},
  });
  const { output } = await vite.build({
    root: fresh.folder,
    logLevel: "silent",
    configFile: false,
    worker: { format: "es", rolldownOptions: { output: { codeSplitting: false } } },
    build: { write: false, rollupOptions: { input: `${entry}.page.js` } },
  });
  const worker = output.find(({ fileName, type }) => type === "asset" && fileName.includes("carrier"));
  return {
    esbuild: (
      await esbuild.build({ entryPoints: [entry], bundle: true, format: "esm", minify: true, write: false })
    ).outputFiles[0].text,
    rolldown: (await rolled.generate({ format: "es", minify: true, codeSplitting: false })).output[0].code,
    rollup: (await rollupped.generate({ format: "es", inlineDynamicImports: true })).output[0].code,
    "a Vite worker": String(worker.source),
  };
}

test("a bundle of one file holds the kernels that it imports, and no others", async (t) => {
  const entry = join(fresh.folder, "carrier.js");
  writeFileSync(entry, CARRIER);
  writeFileSync(
    `${entry}.page.js`,
    'new Worker(new URL("./carrier.js", import.meta.url), { type: "module" });',
  );
  for (const [name, code] of Object.entries(await oneFile(entry))) {
    t.diagnostic(`${name}: ${gzipped(code)} bytes`);
    assert.deepEqual(await kernelsIn(code), ["float32"], name);
    const file = join(fresh.folder, "carried.mjs");
    writeFileSync(file, code);
    assert.equal(run(process.execPath, [file], fresh.folder).length, 3);
  }
});

/** A page that plays a saved net step by step, from the entry for that. */
const PLAYER =
  'import { load } from "unrolled/float32"; globalThis.play = async (b) => (await load(b)).stream();';

test(`a streaming float32 net is one bundled file of at most ${PLAYER_SIZE / 1000} KB gzipped`, async (t) => {
  const entry = join(fresh.folder, "player.js");
  writeFileSync(entry, PLAYER);
  const bundle = await rolldown({ input: entry, platform: "browser", logLevel: "silent" });
  const bundled = {
    esbuild: (
      await esbuild.build({ entryPoints: [entry], bundle: true, format: "esm", minify: true, write: false })
    ).outputFiles[0].text,
    rolldown: (await bundle.generate({ format: "es", minify: true })).output[0].code,
    vite: (
      await vite.build({
        root: fresh.folder,
        logLevel: "silent",
        configFile: false,
        build: { write: false, rollupOptions: { input: entry, preserveEntrySignatures: "strict" } },
      })
    ).output[0].code,
  };
  for (const [name, code] of Object.entries(bundled)) {
    const bytes = gzipped(code);
    t.diagnostic(`${name}: ${bytes} bytes, with ${await kernelsIn(code)}`);
    assert.ok(bytes <= PLAYER_SIZE, `${name}: ${bytes} bytes`);
  }
});
