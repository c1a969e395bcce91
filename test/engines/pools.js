/**
 * Pools of workers in Node and in real browsers. The page has its kernels from an address, by `init({ wasm
 * })`; its workers are one bundled file without kernels, so that they compute with the page's compiled module
 * or not at all.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { browserNames } from "../browser/browsers.js";
import { inBrowser } from "./page.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const build = join(root, "build/engines");

const poolPage = `const { init } = await import("unrolled");
const { pooled, SHARDS } = await import("/pool.js");
await init({ wasm: new URL("/dist/wasm/float32.wasm", location.href) });
const found = await pooled(new URL("/worker.js", location.href));
await report({ engine: navigator.userAgent, found, wanted: SHARDS });`;

/** The worker as one file. */
async function bundled() {
  const bundle = await rolldown({
    input: join(root, "dist/parallel/worker.js"),
    platform: "browser",
    logLevel: "silent",
  });
  const file = join(build, "worker.js");
  await bundle.write({ file, format: "es", codeSplitting: false });
  await bundle.close();
  return readFileSync(file, "utf8");
}
let worker;

const runBrowser = async (name, scripts) =>
  inBrowser(name, {
    title: "pool",
    script: poolPage,
    pages: { ...scripts, "/worker.js": await (worker ??= bundled()) },
  });

let known;
/** What Node finds; with no worker: the bits for all. */
const inNode = () =>
  (known ??= import(join(build, "pool.js")).then(async ({ pooled, SHARDS }) => ({
    found: await pooled(),
    wanted: SHARDS,
    engine: `Node ${process.versions.node}`,
  })));

/** Says what was found, or throws what is wrong. Times are told, and depend on what else the machine does. */
export function judged({ found, wanted, engine }, bits) {
  for (const { workers, used, shards, hash } of found) {
    if (hash !== bits) throw new Error(`${workers} workers train to ${hash}, want ${bits}`);
    if (used !== workers) throw new Error(`${used} of ${workers} workers answered, want all`);
    if (workers > 0 && shards !== wanted)
      throw new Error(`${workers} workers computed ${shards} shards, want all ${wanted}`);
  }
  const told = found.map(({ workers, gap, ms }) => `${workers}: ${gap.toFixed(0)} ms of ${ms.toFixed(0)}`);
  return `one hash, longest gap by workers ${told.join(", ")}  (${engine})`;
}

/** name → the check. `scripts`: path → text of the modules that the page imports. */
export const pools = (scripts) => {
  const check = async (run) => judged(await run(), (await inNode()).found[0].hash);
  return {
    "node20 pool": () => check(inNode),
    ...Object.fromEntries(
      browserNames.map((name) => [`${name} pool`, () => check(() => runBrowser(name, scripts))]),
    ),
  };
};

/** Whether other bits, an idle worker and a shard that no worker computed are seen where they are planted. */
export function seesPlanted() {
  const fails = (fault) => {
    const result = { workers: 2, used: 2, shards: 8, hash: "a", gap: 1, ms: 100, ...fault };
    try {
      judged({ engine: "", wanted: 8, found: [result] }, "a");
      return false;
    } catch {
      return true;
    }
  };
  return fails({ hash: "b" }) && fails({ used: 1 }) && fails({ shards: 7 }) && !fails({});
}
