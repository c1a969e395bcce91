/**
 * The packed package where users put it: Node, bundlers, pages, workers, other runtimes. One test each; the
 * numbers must agree.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import { browserNames, visit } from "../browser/browsers.js";
import { serve } from "../browser/server.js";
import { consumer, modules, read, root, run } from "./consumer.js";

const binary = (...names) => createRequire(import.meta.url).resolve(names.join("/"));
const page = (script) =>
  `<!doctype html><title>unrolled</title><script type="module" src="${script}"></script>`;
let fresh;
let expected;

before(() => {
  fresh = consumer();
  expected = run(process.execPath, ["main.js"], fresh.folder);
});
after(() => fresh?.remove());

/** Serves a site, opens it in a browser, and wants the numbers that Node gave. */
async function opens(site, { browsers = ["chromium"], at = "/", wanted = expected } = {}) {
  const server = await serve({ patience: 60_000, ...site });
  try {
    for (const name of browsers) {
      const result = await visit(
        name,
        `${site.url ?? server.url}${at}?report=${encodeURIComponent(`${server.url}/result`)}`,
        server.next(),
      );
      if (typeof wanted === "function") wanted(result);
      else assert.deepEqual(result, wanted, name);
    }
  } finally {
    await server.close();
  }
}

const bundle = (entries, folder) =>
  esbuild.build({
    absWorkingDir: fresh.folder,
    entryPoints: entries,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    outdir: folder,
    logLevel: "silent",
  });

async function pack(entry, folder) {
  const stats = await new Promise((resolve, reject) =>
    webpack(
      {
        context: fresh.folder,
        mode: "production",
        entry,
        output: { path: folder, filename: "page.js", publicPath: "/" },
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    ),
  );
  assert.deepEqual(stats.toJson({ all: false, errors: true }).errors, []);
}
/**
 * What Cloudflare's own bundler does: an imported .wasm stays an import, of a copy of the file that its name
 * resolves to.
 */
const wasmModules = (folder) => ({
  name: "wasm modules",
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /\.wasm$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === "seen") return undefined;
      const found = await resolve(path, { ...from, pluginData: "seen" });
      if (found.errors.length) return { errors: found.errors };
      copyFileSync(found.path, join(folder, basename(found.path)));
      return { path: `./${basename(found.path)}`, external: true };
    }),
});
const deno = join(modules, "@deno/linux-x64-glibc/deno");
const denoRun = ["run", "--quiet", "--no-lock", "--allow-read", "--allow-env", "--allow-sys"];
const bun = join(modules, "@oven/bun-linux-x64/bin/bun");
const denoEnvironment = () => ({ DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(fresh.folder, ".deno") });

test("plain Node, ESM", () => {
  assert.equal(expected.losses.length, 5);
  assert.equal(expected.answer.length, 4);
  assert.deepEqual(expected.kernels, ["float32 simd"]);
});

test("kernels of the package by their address, unrolled/wasm/float32.wasm and float64.wasm", () => {
  assert.deepEqual(run(process.execPath, ["wasm.js"], fresh.folder), {
    ...expected,
    kernels: ["float32 given", "float64 given"],
  });
});

test("require() in Node 20.19 and later", () => {
  assert.deepEqual(run(process.execPath, ["main.cjs"], fresh.folder), { answer: 3 });
});

test("Vite build", async () => {
  await vite.build({
    root: fresh.folder,
    logLevel: "silent",
    configFile: false,
    build: { outDir: "vite", emptyOutDir: true },
  });
  await opens({ folders: { "/": join(fresh.folder, "vite") } }, { at: "/index.html" });
});

test("Vite dev server", async () => {
  const dev = await vite.createServer({
    root: fresh.folder,
    logLevel: "silent",
    configFile: false,
    server: { host: "127.0.0.1", port: 0 },
  });
  try {
    await dev.listen();
    await opens({ url: `http://127.0.0.1:${dev.httpServer.address().port}` });
  } finally {
    await dev.close();
  }
});

test("webpack", async () => {
  const folder = join(fresh.folder, "webpack");
  await pack("./page.js", folder);
  await opens({ pages: { "/": page("/page.js") }, folders: { "/": folder } });
});

test("Rollup", async () => {
  const folder = join(fresh.folder, "rollup");
  const warnings = [];
  const built = await rollup({
    input: join(fresh.folder, "page.js"),
    plugins: [nodeResolve({ browser: true })],
    onwarn: (warning) => warnings.push(warning.message),
  });
  await built.write({ dir: folder, format: "es" });
  await built.close();
  assert.deepEqual(warnings, []);
  await opens({ pages: { "/": page("/page.js") }, folders: { "/": folder } });
});

test("esbuild", async () => {
  const { warnings } = await bundle(["page.js"], "esbuild");
  assert.deepEqual(warnings, []);
  await opens({ pages: { "/": page("/page.js") }, folders: { "/": join(fresh.folder, "esbuild") } });
});

test("a page with an import map and no bundler, in every browser", async () => {
  const map = {
    imports: {
      unrolled: "/node_modules/unrolled/dist/unrolled.js",
      "@assemblyscript/loader": "/node_modules/@assemblyscript/loader/index.js",
    },
  };
  const html =
    "<!doctype html><title>unrolled</title><script " +
    `type="importmap">${JSON.stringify(map)}</script><script type="module" src="/page.js"></script>`;
  await opens({ pages: { "/": html }, folders: { "/": fresh.folder } }, { browsers: browserNames });
});

test("a module worker, in every browser", async () => {
  await bundle(["worker.js", "worker-page.js"], "worker");
  await opens(
    { pages: { "/": page("/worker-page.js") }, folders: { "/": join(fresh.folder, "worker") } },
    { browsers: browserNames },
  );
});

test(
  "a page under a content security policy that allows wasm and nothing more, in " + "every browser",
  async () => {
    await bundle(["page.js"], "policy");
    const site = (policy) => ({
      pages: { "/": page("/page.js") },
      folders: { "/": join(fresh.folder, "policy") },
      headers: { "content-security-policy": `default-src 'self'; ${policy}` },
    });
    await opens(site("script-src 'self' 'wasm-unsafe-eval'"), { browsers: browserNames });
    await assert.rejects(
      opens(site("script-src 'self'")),
      /wasm-eval|unsafe-eval|Content Security Policy/,
      "the policy without wasm must be seen to refuse",
    );
  },
);

test("Deno", () => {
  assert.deepEqual(run(deno, [...denoRun, "main.js"], fresh.folder, denoEnvironment()), expected);
});

test("Bun", () => {
  assert.deepEqual(run(bun, ["main.js"], fresh.folder), expected);
});

test("Cloudflare workerd, through init({ wasm: module })", async () => {
  const folder = join(fresh.folder, "workerd");
  mkdirSync(folder, { recursive: true });
  await esbuild.build({
    absWorkingDir: fresh.folder,
    entryPoints: ["workerd.js"],
    bundle: true,
    format: "esm",
    outfile: "workerd/workerd.js",
    plugins: [wasmModules(folder)],
    logLevel: "silent",
  });
  const server = spawn(
    binary("@cloudflare/workerd-linux-64", "bin/workerd"),
    ["serve", "workerd.capnp", "--control-fd=3"],
    { cwd: fresh.folder, stdio: ["ignore", "ignore", "pipe", "pipe"] },
  );
  try {
    const port = await new Promise((resolve, reject) => {
      let printed = "";
      let complaints = "";
      server.stdio[3].setEncoding("utf8").on("data", (text) => {
        const match = /"port":(\d+)/.exec((printed += text));
        if (match) resolve(match[1]);
      });
      server.stderr.setEncoding("utf8").on("data", (text) => {
        complaints += text;
      });
      server.on("exit", () => reject(new Error(`workerd ended: ${complaints}`)));
    });
    const answer = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    assert.deepEqual(JSON.parse(answer), { ...expected, kernels: ["float32 given"] });
  } finally {
    server.kill();
  }
});

/** A pool's losses: those of training alone. */
const pooled = ({ alone, pooled, error }) => {
  assert.equal(error, undefined);
  assert.equal(alone.length, 3);
  assert.deepEqual(pooled, alone);
  return true;
};

test("a pool of worker threads: Node, Deno and Bun", () => {
  pooled(run(process.execPath, ["pool-main.js"], fresh.folder));
  pooled(run(deno, [...denoRun, "pool-main.js"], fresh.folder, denoEnvironment()));
  pooled(run(bun, ["pool-main.js"], fresh.folder));
});

test("a pool of Web Workers in pages built by Vite and webpack", async () => {
  // import maps do not reach workers
  await vite.build({
    root: fresh.folder,
    logLevel: "silent",
    configFile: false,
    worker: { format: "es" },
    build: {
      outDir: "vite-pool",
      emptyOutDir: true,
      rolldownOptions: { input: join(fresh.folder, "pool.html") },
    },
  });
  await opens({ folders: { "/": join(fresh.folder, "vite-pool") } }, { at: "/pool.html", wanted: pooled });
  const folder = join(fresh.folder, "webpack-pool");
  await pack("./pool-page.js", folder);
  await opens({ pages: { "/": page("/page.js") }, folders: { "/": folder } }, { wanted: pooled });
});

test("the README's first program trains, saves and loads a net in at most 12 lines", (t) => {
  const [, program] = /```js\n([\s\S]*?)```/.exec(read(root, "README.md"));
  const lines = program.split("\n").filter((line) => line.trim());
  assert.ok(lines.length <= 12, `${lines.length} lines`);
  writeFileSync(join(fresh.folder, "first.js"), program);
  const from = performance.now();
  const printed = execFileSync(process.execPath, ["first.js"], { cwd: fresh.folder, encoding: "utf8" });
  t.diagnostic(`${lines.length} lines, ${((performance.now() - from) / 1000).toFixed(1)} s`);
  assert.match(printed, /wrongSequences: 0/);
  assert.ok(existsSync(join(fresh.folder, "adder.safetensors")));
});
