/**
 * Runs the identity script in every engine and compares with expected.json:
 *
 *   node test/engines/run.js [--only node20,chromium] [--accept]
 *
 * Node 20 is the Node that runs this; 22, 24, 26 and V8's 256-bit flag come from `npm ci` here, the browsers from install.sh. A missing
 * engine fails. `--accept` writes expected.json anew, if all engines agree.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { browserNames, visit } from "../browser/browsers.js";
import { serve } from "../browser/server.js";

const here = dirname(fileURLToPath(import.meta.url)), root = join(here, "../.."), build = join(root, "build/engines");
const { values } = parseArgs({ options: { only: { type: "string" }, accept: { type: "boolean", default: false } } });

// The script as JavaScript, on the built package: `unrolled` is the package's own name, in Node by itself, in pages by the import map.
mkdirSync(build, { recursive: true });
const source = readFileSync(join(here, "identity.ts"), "utf8").replace("../../src/index.ts", "unrolled");
const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, verbatimModuleSyntax: true } });
writeFileSync(join(build, "identity.js"), outputText);
writeFileSync(join(build, "node.js"), `import { identity } from "./identity.js";
import { engineInfo } from "unrolled";
const options = JSON.parse(process.argv[2]), start = performance.now(), hashes = await identity(options), { variant, revectorize } = engineInfo();
if (variant !== (options.variant ?? "simd") || revectorize !== (options.revectorize ?? false)) throw new Error("not the tier that was asked for");
console.log(JSON.stringify({ engine: "Node " + process.versions.node, hashes, seconds: (performance.now() - start) / 1000 }));\n`);
const page = `<!doctype html><title>identity</title>
<script type="importmap">{ "imports": { "unrolled": "/dist/index.js", "@assemblyscript/loader": "/loader/index.js" } }</script>
<script type="module">
const report = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
addEventListener("error", (event) => report({ error: event.message }));
addEventListener("unhandledrejection", (event) => report({ error: String(event.reason?.stack ?? event.reason) }));
const { identity } = await import("/identity.js"), start = performance.now(), hashes = await identity();
await report({ engine: navigator.userAgent, hashes, seconds: (performance.now() - start) / 1000 });
</script>`;

function runNode(binary, options = {}) {
  const done = spawnSync(binary, [join(build, "node.js"), JSON.stringify(options)], { encoding: "utf8", timeout: 300_000, maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(done.error?.message ?? done.stderr);
  return JSON.parse(done.stdout);
}

async function runBrowser(name, flags = []) {
  const server = await serve({ pages: { "/": page, "/identity.js": outputText }, folders: { "/dist/": join(root, "dist"), "/loader/": join(root, "node_modules/@assemblyscript/loader") } });
  try {
    const result = await visit(name, `${server.url}/`, server.next(), flags);
    if (result.error) throw new Error(result.error);
    return result;
  } finally { await server.close(); }
}

const own = (version) => join(here, `node_modules/node${version}/bin/node`), flag = "--experimental-wasm-revectorize";
const engines = {
  node20: () => runNode(process.execPath),
  node22: () => runNode(own(22)),
  node24: () => runNode(own(24)),
  node26: () => runNode(own(26)),
  "node24 revectorized": () => runNode(own(24), { revectorize: true }),
  "node26 revectorized": () => runNode(own(26), { revectorize: true }),
  ...Object.fromEntries(browserNames.map((name) => [name, () => runBrowser(name)])),
  "chromium revectorized": () => runBrowser("chromium", [flag]),
};

const file = join(here, "expected.json"), wanted = values.only?.split(",") ?? Object.keys(engines);
const results = {};
let failed = 0;
const differences = (hashes, expected) => [...new Set([...Object.keys(expected), ...Object.keys(hashes)])].filter((name) => hashes[name] !== expected[name]);
let expected = values.accept ? undefined : JSON.parse(readFileSync(file, "utf8"));
for (const name of wanted) {
  try {
    const { engine, hashes, seconds } = results[name] = await engines[name]();
    expected ??= hashes;
    const other = differences(hashes, expected);
    if (other.length > 0) ++failed;
    console.log(`${other.length ? "DIFFERS" : "equal"}  ${name}: ${Object.keys(hashes).length - other.length} of ${Object.keys(expected).length} cases, ${seconds.toFixed(1)} s  (${engine})${other.slice(0, 4).map((c) => `\n    ${c}`).join("")}${other.length > 4 ? `\n    and ${other.length - 4} more` : ""}`);
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}
// The comparison itself must be able to fail.
const planted = Object.fromEntries(Object.entries(expected ?? {}).map(([name, hash], i) => [name, i === 0 ? hash.replace(/^./, (c) => c === "0" ? "1" : "0") : hash]));
if (expected && differences(planted, expected).length !== 1) { ++failed; console.log("FAILED  a planted difference went unseen"); }
if (values.accept && !failed) {
  writeFileSync(file, JSON.stringify(expected, undefined, 1) + "\n");
  console.log(`wrote ${relative(root, file)}`);
}
if (!values.only) {
  const { hashes } = runNode(own(24), { variant: "relaxed" });
  console.log(`for comparison, fused multiply-add on Node 24: ${differences(hashes, expected).length} of ${Object.keys(expected).length} cases differ`);
}
console.log(`${wanted.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
