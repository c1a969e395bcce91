/**
 * Soak: all that programs do, again and again, and a look at memory: `npm run soak -- [--minutes 60]
 * [--only NAME,NAME] [--plant wasm|heap] [--json]`. Exit code 1 where memory grows.
 *
 * At every look the collector runs first. The first third of the time is for engines to warm up. Then, of
 * the looks of the second third and of the last,
 *
 *   kernels   the largest memory in use by models must not grow by more than 16 KiB, nor what is reserved
 *   heap      the median of JavaScript's heap and buffers, by more than 1 MiB and 2%
 *   resident  the median of the process's own resident memory, by more than 8 MiB and 3% (from 10 minutes
 *             on). Pages of program files are not counted where the system tells them apart (Linux): it drops
 *             and reads them again as it likes
 *
 * `--plant` forgets on purpose to give back 16 KiB (wasm) or 8 KiB (heap) a round: such a soak must fail.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parseArgs } from "node:util";
import { engine } from "../../dist/index.js";
import { flows } from "./flows.js";
import { verdict } from "./verdict.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    only: { type: "string" },
    plant: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seconds = 60 * Number(values.minutes);
if (!(seconds > 0)) throw new Error(`--minutes ${values.minutes}, want a number above 0`);
const all = flows();
const wanted = values.only?.split(",") ?? all.map(({ name }) => name);
const chosen = all.filter(({ name }) => wanted.includes(name));
if (chosen.length !== wanted.length)
  throw new Error(`--only ${values.only}, want some of: ${all.map(({ name }) => name).join("; ")}`);

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const memories = await Promise.all(
  ["float32", "float64"].map(async (precision) => (await engine(precision)).memory),
);
const planted = [];
const plants = {
  wasm: () => planted.push(memories[0].allocate(2 ** 14)),
  heap: () => planted.push(Array.from({ length: 1024 }, (_, i) => i + 0.5)),
};
if (values.plant !== undefined && !(values.plant in plants))
  throw new Error(`--plant ${values.plant}, want one of ${Object.keys(plants).join(", ")}`);

/** Resident bytes of the process but for its files' pages; all resident bytes where only they are known. */
function resident() {
  if (process.platform !== "linux") return process.memoryUsage.rss();
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return 1024 * Number(kibibytes);
}

/** Lets the collector and finalizers run, then looks. */
async function look(round, second) {
  for (let i = 0; i < 5; ++i) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const usage = memories.map((memory) => memory.usage);
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const reserved = usage.reduce((sum, u) => sum + u.reserved, 0);
  return {
    round,
    second: Math.round(10 * second) / 10,
    used: usage.reduce((sum, u) => sum + u.used, 0),
    reserved,
    heap: heapUsed + external + arrayBuffers,
    resident: resident(),
  };
}

const start = performance.now();
const now = () => (performance.now() - start) / 1e3;
const interval = Math.max(seconds / 90, 0.2);
const FEWEST = 12; // looks: on a busy machine a short soak takes longer, in place of seeing too little
const looks = [];
let round = 0;
for (; now() < seconds || looks.length < FEWEST; ++round) {
  for (const flow of chosen)
    if (round % flow.every === 0)
      await flow.run(round).catch((error) => {
        throw new Error(`soak: ${flow.name}, round ${round}: ${error.message}`, { cause: error });
      });
  plants[values.plant]?.();
  // models that were forgotten wait for the collector; without it they would pile up to what it bears
  if (round % 8 === 7) collect();
  if (now() >= looks.length * interval) looks.push(await look(round, now()));
}

const took = now();
const { rows, flat } = verdict(looks, took);
if (values.json) console.log(JSON.stringify({ seconds: took, rounds: round, looks, rows, flat }));
else {
  console.log(`${round} rounds of ${chosen.length} flows in ${Math.round(took)} s, ${looks.length} looks`);
  console.log(
    `${"".padEnd(10)}${"second third".padStart(16)}${"last third".padStart(16)}${"allowed".padStart(16)}`,
  );
  const word = { true: "flat", false: "GROWS" };
  for (const { name, before, after, allowed, told, ok } of rows) {
    const cells = [before, after, allowed].map((x) => `${(x / 2 ** 20).toFixed(3)} MiB`.padStart(16));
    console.log(`${name.padEnd(10)}${cells.join("")}  ${told ? word[ok] : "too early to tell"}`);
  }
  console.log(flat ? "memory is flat" : "memory grows");
}
process.exit(flat ? 0 : 1);
