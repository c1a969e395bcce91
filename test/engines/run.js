/**
 * Runs the identity script in every engine and compares with expected.json:
 *
 *   node test/engines/run.js [--only node20,chromium] [--accept]
 *   npm run test:arm64
 *
 * Node 20 is the Node that runs this; 22, 24, 26 and V8's 256-bit flag come from `npm ci` here, the browsers
 * from install.sh. A missing engine fails, and so does one of another version. The relaxed build, whose bits
 * may differ, is held to the losses of the strict one. Pools of workers must train to the bits of none, every
 * shard computed by a worker and every worker used. `--accept` writes expected.json anew, if all engines
 * agree.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { browserNames } from "../browser/browsers.js";
import { inBrowser } from "./page.js";
import { pools, seesPlanted } from "./pools.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const build = join(root, "build/engines");
const { values } = parseArgs({
  options: { only: { type: "string" }, accept: { type: "boolean", default: false } },
});

// The scripts as JavaScript, on the built package: `unrolled` is the package's own name, in Node by itself,
// in pages by the import map.
mkdirSync(build, { recursive: true });
const scripts = Object.fromEntries(
  ["identity", "net-cases", "closed-form-cases", "speech-cases", "hash", "wave", "pool"].map((name) => {
    const source = readFileSync(join(here, `${name}.ts`), "utf8")
      .replace("../../src/index.ts", "unrolled")
      .replace("../../src/speech/index.ts", "unrolled/speech")
      .replace(/"\.\/([\w-]+)\.ts"/g, '"./$1.js"');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ES2022,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(join(build, `${name}.js`), outputText);
    return [`/${name}.js`, outputText];
  }),
);
writeFileSync(
  join(build, "node.js"),
  `import { identity, losses } from "./identity.js";
import { engineInfo } from "unrolled";
const options = JSON.parse(process.argv[2]);
const only = process.argv[3];
const start = performance.now();
const found = only === "losses"
  ? { losses: [...await losses(options, "float32"), ...await losses(options, "float64")] }
  : { hashes: await identity(options) };
const { variant, revectorize } = engineInfo();
if (variant !== (options.variant ?? "simd") || revectorize !== (options.revectorize ?? false))
  throw new Error("not the tier that was asked for");
const engine = "Node " + process.versions.node;
console.log(JSON.stringify({ engine, ...found, seconds: (performance.now() - start) / 1000 }));\n`,
);
const identityPage = `const { identity } = await import("/identity.js");
const start = performance.now();
const hashes = await identity();
await report({ engine: navigator.userAgent, hashes, seconds: (performance.now() - start) / 1000 });`;

const commandOf = (major) => [
  major === 20 ? process.execPath : join(here, `node_modules/node${major}/bin/node`),
];
/** Node 20 for another processor, instruction by instruction: Debian's qemu-user and libraries. */
const arm64 = [
  "qemu-aarch64",
  "-L",
  "/usr/aarch64-linux-gnu",
  join(here, "arm64/node_modules/node20/bin/node"),
];

/** Runs a Node of one major version in a process of its own: hashes of all cases, or `only` "losses". */
function runNode(major, options = {}, only = "", [command, ...words] = commandOf(major)) {
  const done = spawnSync(command, [...words, join(build, "node.js"), JSON.stringify(options), only], {
    encoding: "utf8",
    timeout: command === arm64[0] ? 3_600_000 : 300_000,
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(done.error?.message ?? done.stderr);
  const result = JSON.parse(done.stdout);
  if (!result.engine.startsWith(`Node ${major}.`))
    throw new Error(
      `this is ${result.engine}, want ` +
        `Node ${major}${major === 20 ? ": start test/engines/run.js with it" : ""}`,
    );
  return result;
}

const runBrowser = (name, flags = []) =>
  inBrowser(name, { title: "identity", script: identityPage, pages: scripts, flags });

const flag = "--experimental-wasm-revectorize";
const engines = {
  node20: () => runNode(20),
  node22: () => runNode(22),
  node24: () => runNode(24),
  node26: () => runNode(26),
  "node24 revectorized": () => runNode(24, { revectorize: true }),
  "node26 revectorized": () => runNode(26, { revectorize: true }),
  ...Object.fromEntries(browserNames.map((name) => [name, () => runBrowser(name)])),
  "chromium revectorized": () => runBrowser("chromium", [flag]),
};

/**
 * The most that losses of the relaxed build may differ, relative: over 40 steps one rounding in place of two
 * moves them by 1e-7.
 */
const RELAXED = 1e-3;
const lacking = /variant is "relaxed", want a JavaScript engine with relaxed SIMD/;
const apart = (a, b) =>
  a.length === b.length ? Math.max(...a.map((loss, i) => Math.abs(loss / b[i] - 1))) : NaN;
const near = (a, b) => apart(a, b) <= RELAXED; // not for NaN
function relaxedLosses(major) {
  const strict = runNode(major, {}, "losses");
  const relaxed = runNode(major, { variant: "relaxed" }, "losses");
  if (!near(relaxed.losses, strict.losses))
    throw new Error(
      `losses differ by ${apart(relaxed.losses, strict.losses)} of their size, want at most ${RELAXED}`,
    );
  return (
    `losses differ by ${apart(relaxed.losses, strict.losses).toExponential(1)} of their size  ` +
    `(${relaxed.engine})`
  );
}
/** Tiers whose bits may differ: each says what was found, or throws. */
const tiers = {
  "node22 relaxed": () => {
    try {
      return relaxedLosses(22);
    } catch (error) {
      if (lacking.test(error.message)) return "refused by an error that says what is wanted";
      throw error;
    }
  },
  "node24 relaxed": () => {
    const relaxed = relaxedLosses(24);
    const { hashes } = runNode(24, { variant: "relaxed" });
    return (
      `${relaxed}, bits in ${differences(hashes, expected ?? hashes).length} ` +
      `of ${Object.keys(hashes).length} cases`
    );
  },
};

const workers = pools(scripts);
const known = Object.keys({ ...engines, ...tiers, ...workers });
// minutes long, and so only when it is asked for
const slow = { arm64: () => runNode(20, {}, "", arm64) };
const file = join(here, "expected.json");
const wanted = values.only?.split(",") ?? known;
for (const name of wanted)
  if (!known.includes(name) && !(name in slow))
    throw new Error(
      `--only: ${name} is unknown, want some of ${[...known, ...Object.keys(slow)].join(", ")}`,
    );
const results = {};
let failed = 0;
const differences = (hashes, expected) =>
  [...new Set([...Object.keys(expected), ...Object.keys(hashes)])].filter(
    (name) => hashes[name] !== expected[name],
  );
let expected = values.accept ? undefined : JSON.parse(readFileSync(file, "utf8"));
for (const name of wanted) {
  try {
    if (name in tiers) {
      console.log(`near   ${name}: ${tiers[name]()}`);
      continue;
    }
    if (name in workers) {
      console.log(`equal  ${name}: ${await workers[name]()}`);
      continue;
    }
    const { engine, hashes, seconds } = (results[name] = await (engines[name] ?? slow[name])());
    expected ??= hashes;
    const other = differences(hashes, expected);
    if (other.length > 0) ++failed;
    const count = Object.keys(expected).length;
    const equal = Object.keys(hashes).length - other.length;
    const named = other.slice(0, 4).map((c) => `\n    ${c}`);
    if (other.length > 4) named.push(`\n    and ${other.length - 4} more`);
    console.log(
      `${other.length ? "DIFFERS" : "equal"}  ${name}: ${equal} of ${count} cases, ` +
        `${seconds.toFixed(1)} s  (${engine})${named.join("")}`,
    );
  } catch (error) {
    ++failed;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}
// The comparison itself must be able to fail.
const planted = Object.fromEntries(
  Object.entries(expected ?? {}).map(([name, hash], i) => [
    name,
    i === 0 ? hash.replace(/^./, (c) => (c === "0" ? "1" : "0")) : hash,
  ]),
);
if (
  !seesPlanted() ||
  near([1, 1.01], [1, 1]) ||
  near([1], [1, 1]) ||
  near([NaN], [1]) ||
  (expected && differences(planted, expected).length !== 1)
) {
  ++failed;
  console.log("FAILED  a planted difference went unseen");
}
if (values.accept && !failed) {
  writeFileSync(file, JSON.stringify(expected, undefined, 1) + "\n");
  console.log(`wrote ${relative(root, file)}`);
}
console.log(`${wanted.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
