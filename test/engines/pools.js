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

/**
 * The longest that the page's thread may be away while a pool trains, ms; or so many times what the machine
 * does to an idle page.
 */
const MAX_GAP = 50;
const SLACK = 2;

/** A worker that counts for the milliseconds it is sent. */
const counting =
  "onmessage = ({ data }) => { const end = performance.now() + data; while (performance.now() < " +
  "end); postMessage(0); };";

const poolPage = `const { init } = await import("unrolled"), { pooled } = await import("/pool.js");
await init({ wasm: new URL("/dist/wasm/float32.wasm", location.href) });
await report({ engine: navigator.userAgent, found: await pooled(${MAX_GAP}, new URL("/worker.js", location.href), new URL("/counting.js", location.href)) });`;

/** The worker as one file, with nothing where the kernels were. */
async function bundled() {
  const bare = {
    name: "bare",
    load: (id) => (/\/wasm\/binary\/\w+\.js$/.test(id) ? 'export const base64 = "";' : null),
  };
  const bundle = await rolldown({
    input: join(root, "dist/parallel/worker.js"),
    platform: "browser",
    plugins: [bare],
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
    pages: { ...scripts, "/worker.js": await (worker ??= bundled()), "/counting.js": counting },
  });

let known;
/** What Node finds with no worker: the bits for all. */
const inNode = () =>
  (known ??= import(join(build, "pool.js")).then(async ({ pooled }) => ({
    found: await pooled(MAX_GAP),
    engine: `Node ${process.versions.node}`,
  })));

/** Says what was found, or throws what is wrong; `free`: the thread must be. */
export function verdict({ found, engine }, wanted, free) {
  for (const { workers, hash, gap, idle = 0 } of found) {
    if (hash !== wanted) throw new Error(`${workers} workers train to ${hash}, want ${wanted}`);
    if (free && workers > 0 && !(gap <= Math.max(MAX_GAP, SLACK * idle))) {
      throw new Error(
        `with ${workers} workers the thread was away for ${gap.toFixed(0)} ms, want at most ${MAX_GAP}; ` +
          `an idle one beside as many busy workers was for ${idle.toFixed(0)} ms`,
      );
    }
  }
  const gaps = found
    .map(
      ({ workers, gap, ms, idle }) =>
        `${workers}: ${gap.toFixed(0)} ms ` +
        `of ${ms.toFixed(0)}${idle === undefined ? "" : ` (an idle thread: ${idle.toFixed(0)} ms)`}`,
    )
    .join(", ");
  return `one hash, longest gap by workers ${gaps}  (${engine})`;
}

/** name → the check. `scripts`: path → text of the modules that the page imports. */
export const pools = (scripts) => {
  const check = async (run, free) => verdict(await run(), (await inNode()).found[0].hash, free);
  return {
    "node20 pool": () => check(inNode, false),
    ...Object.fromEntries(
      browserNames.map((name) => [`${name} pool`, () => check(() => runBrowser(name, scripts), true)]),
    ),
  };
};

/** Whether a planted difference, and a planted gap, are seen. */
export function seesPlanted() {
  const one = (hash, gap, idle) => ({ engine: "", found: [{ workers: 2, hash, gap, ms: 100, idle }] });
  const fails = (...args) => {
    try {
      verdict(...args);
      return false;
    } catch {
      return true;
    }
  };
  return (
    fails(one("a", 1), "b", true) &&
    fails(one("a", MAX_GAP + 1), "a", true) &&
    fails(one("a", NaN), "a", true) &&
    fails(one("a", SLACK * MAX_GAP + 1, MAX_GAP), "a", true) &&
    !fails(one("a", MAX_GAP), "a", true)
  );
}
