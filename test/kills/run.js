/**
 * Kills: programs that train are killed at random moments, started again, and must end with the very files
 * of one that nobody disturbed: `npm run kills -- [--kills 100] [--minutes 60] [--seed 1]
 * [--only text,library]`.
 *
 * A kill is SIGKILL at a random moment; where Ctrl-C saves, every other time SIGINT first and SIGKILL up to
 * 30 ms later, while the file is being written. Every flow has its share of the kills and minutes. After
 * each kill every file that stands under its own name must be whole. Exit code 1 where a file is torn or
 * bits differ. `--plant torn` tears one, to see it found.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  mkdirSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readTensors } from "../../dist/formats/read-safetensors.js";
import { flows } from "./flows.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    minutes: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    plant: { type: "string" },
  },
});
const names = values.only?.split(",") ?? Object.keys(flows);
const foreign = names.filter((name) => !(name in flows));
if (foreign.length > 0) throw new Error(`--only ${foreign.join()}, want some of ${Object.keys(flows)}`);
const kills = Number(values.kills);
if (!(kills >= 1)) throw new Error(`--kills ${values.kills}, want a number of at least 1`);

let state = Number(values.seed) >>> 0;
/** The next of a row of numbers in [0, 1). */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** A training killed so often is let end. */
const KILLS_A_TRAINING = 8;

const root = mkdtempSync(join(tmpdir(), "unrolled-kills-"));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs a program to its end, or until it is killed after `ms`; `soft`: with Ctrl-C before. */
async function start(args, ms, soft) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  child.stderr.on("data", (text) => (err += text));
  const begun = performance.now();
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  if (ms !== undefined) {
    const over = await Promise.race([ended, wait(ms)]);
    if (!over && soft) {
      child.kill("SIGINT");
      await Promise.race([ended, wait(30 * random())]);
    }
    child.kill("SIGKILL");
  }
  const { code, signal } = await ended;
  return { code, killed: signal === "SIGKILL", err, ms: performance.now() - begun };
}

/** Why a file is not whole, if it is not. */
function tornFile(path) {
  if (path.endsWith(".partial")) return undefined;
  const bytes = readFileSync(path);
  if (path.endsWith(".svg")) return bytes.toString().endsWith("</svg>\n") ? undefined : "no end";
  try {
    if (path.endsWith(".json")) JSON.parse(bytes.toString());
    else readTensors(bytes, path);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Files of a folder that are not whole. */
const tornIn = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const fault = tornFile(join(folder, name));
    return fault ? [`${name}: ${fault}`] : [];
  });

/** What differs at the end of a training from one that nobody disturbed. */
function differences(flow, folder, expected) {
  const other = flow.out.filter((file) => !readFileSync(join(folder, file)).equals(expected[file]));
  const left = readdirSync(folder).filter((file) => file.endsWith(".partial"));
  return [...other.map((file) => `${file} has other bits`), ...left.map((file) => `${file} was left behind`)];
}

/** The planted fault: a model cut off. */
function tear(folder) {
  const model = join(folder, "model");
  if (existsSync(model)) writeFileSync(model, readFileSync(model).subarray(0, 500));
}

/** Runs once, killed unless it is the `last` time; how it ended, and what is torn. */
async function oneRun(flow, { data, folder, duration, last }) {
  const resume = flow.from !== undefined && existsSync(join(folder, flow.from));
  const soft = flow.stoppable && random() < 0.5;
  const ms = last ? undefined : duration * (0.15 + 0.9 * random());
  const run = await start(flow.command(data, folder, resume), ms, soft);
  if (values.plant === "torn") tear(folder);
  const failed = !run.killed && run.code !== 0 && !soft ? [`ended with ${run.code}: ${run.err}`] : [];
  return { ...run, faults: [...failed, ...tornIn(folder).map((fault) => `torn: ${fault}`)] };
}

/** Kills one training at most so many times until it has ended by itself; what went wrong. */
async function oneTraining(name, flow, { data, expected, duration, budget }) {
  const folder = mkdtempSync(join(root, `${name}-`));
  let killed = 0;
  for (;;) {
    const run = await oneRun(flow, { data, folder, duration, last: killed >= budget });
    if (run.killed) ++killed;
    if (run.code !== 0 && run.faults.length === 0) continue;
    const faults = run.faults.length > 0 ? run.faults : differences(flow, folder, expected);
    rmSync(folder, { recursive: true, force: true });
    return { killed, faults: faults.map((fault) => `${fault}, after ${killed} kills`) };
  }
}

/** All kills of one flow. */
async function killFlow(name, wanted) {
  const flow = flows[name];
  const data = join(root, `${name}-data`);
  const whole = join(root, `${name}-whole`);
  for (const folder of [data, whole]) mkdirSync(folder);
  flow.prepare(data);
  const reference = await start(flow.command(data, whole, false));
  if (reference.code !== 0) throw new Error(`kills: ${name} fails undisturbed: ${reference.err}`);
  const expected = Object.fromEntries(flow.out.map((file) => [file, readFileSync(join(whole, file))]));
  const total = { name, killed: 0, trainings: 0, faults: [] };
  const begun = performance.now();
  const end = begun + (60_000 * Number(values.minutes)) / names.length;
  while (total.killed < wanted && total.faults.length < 10 && performance.now() < end) {
    const { killed, faults } = await oneTraining(name, flow, {
      data,
      expected,
      duration: reference.ms,
      budget: Math.min(wanted - total.killed, KILLS_A_TRAINING),
    });
    ++total.trainings;
    total.killed += killed;
    total.faults.push(...faults);
  }
  return { ...total, seconds: Math.round((performance.now() - begun) / 1e3) };
}

let faulty = 0;
try {
  console.log("flow           kills  trainings  faults  seconds");
  for (const name of names) {
    const { killed, trainings, faults, seconds } = await killFlow(name, Math.ceil(kills / names.length));
    const cells = [killed, trainings, faults.length, seconds].map((n, i) =>
      String(n).padStart([7, 11, 8, 9][i]),
    );
    console.log(`${name.padEnd(13)}${cells.join("")}`);
    for (const fault of faults) console.log(`  ${fault}`);
    faulty += faults.length;
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(faulty === 0 ? "equal bits, no torn file" : `${faulty} faults`);
process.exit(faulty === 0 ? 0 : 1);
