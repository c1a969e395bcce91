/**
 * Fuzzing of everything that reads what strangers made: readers, every `load`, every spec, items.
 *
 *   npm run fuzz -- [--inputs N] [--seed S] [--only NAME,NAME] [--from I]
 *
 * Input I of a target is a function of seed, name and I, so `--only csv --from 4711 --inputs 1` makes it
 * again. Each target reads in a thread with bounded memory. An input is at fault where the thread ends, where
 * it computes for more than a second a MB (and two more), where it throws what is no error of this library,
 * where its answer is unsound, and where memory grows by more than 4 times its size and 64 MB. Exit code 1 if
 * there is any fault.
 */
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { targetNames, targets } from "./targets.js";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    from: { type: "string", default: "0" },
  },
});
const wanted = values.only?.split(",") ?? targetNames;
const unknown = wanted.filter((name) => !Object.hasOwn(targets, name));
if (unknown.length > 0) throw new Error(`--only ${unknown.join()}, want some of ${targetNames.join(", ")}`);
const each = Math.ceil(Number(values.inputs) / wanted.length);
const first = Number(values.from);
const MAX_FAULTS = 20;

/** Seconds of computing that an input may take. */
const patience = (size) => 2 + size / 2 ** 20;

/**
 * Watches a thread: calls `onHang` where it computes on one input for too long, and keeps the largest memory.
 */
function watch(places, onHang) {
  let place = -1;
  let since = 0;
  const state = { peak: 0 };
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    state.peak = Math.max(state.peak, process.memoryUsage.rss());
    if (places[0] !== place) {
      place = places[0];
      since = seconds;
    } else if (place >= 0 && seconds - since > patience(places[1])) onHang(place);
  }, 20);
  state.stop = () => clearInterval(timer);
  return state;
}

/** Reads inputs [from, to) of a target in one thread; says where it ended, and what was found. */
function readPiece(name, from, to) {
  return new Promise((resolve) => {
    const places = new Float64Array(new SharedArrayBuffer(16)).fill(-1);
    const faults = [];
    let refused = 0;
    let isHanging = false;
    let reason = "";
    const worker = new Worker(new URL("worker.js", import.meta.url), {
      workerData: { name, seed: values.seed, from, to, places },
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const state = watch(places, () => {
      isHanging = true;
      void worker.terminate();
    });
    worker.on("message", (message) => {
      if (message.fault) faults.push(message);
      if (message.done) ({ refused } = message);
    });
    worker.on("error", (error) => {
      reason = String(error?.message ?? error);
      // a thread without memory spends its last seconds looking for some: that is no hang
      if (error?.code === "ERR_WORKER_OUT_OF_MEMORY") isHanging = false;
    });
    worker.on("exit", () => {
      state.stop();
      const at = places[0];
      if (at < to)
        faults.push({ fault: isHanging ? "hang" : "crash", input: at, size: places[1], detail: reason });
      resolve({ faults, refused, peak: state.peak, next: at < to ? Math.max(at, from) + 1 : to });
    });
  });
}

/** All inputs of a target: a row of the table. */
async function fuzz(name) {
  const start = process.hrtime.bigint();
  const row = { name, inputs: 0, refused: 0, peak: 0, faults: [] };
  const end = first + each;
  for (let from = first; from < end && row.faults.length < MAX_FAULTS;) {
    const piece = await readPiece(name, from, end);
    row.faults.push(...piece.faults);
    row.refused += piece.refused;
    row.peak = Math.max(row.peak, piece.peak);
    row.inputs += piece.next - from;
    from = piece.next;
  }
  row.seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return row;
}

const kinds = ["crash", "hang", "foreign", "unsound", "memory"];
const print = (cells) =>
  console.log(cells.map((cell, i) => (i ? String(cell).padStart(9) : String(cell).padEnd(22))).join(" "));
print(["target", "inputs", "a second", "refused", ...kinds, "peak MB"]);
let total = 0;
let failed = false;
for (const name of wanted) {
  const { inputs, seconds, refused, faults, peak } = await fuzz(name);
  const count = (kind) => faults.filter(({ fault }) => fault === kind).length;
  total += inputs;
  failed ||= faults.length > 0;
  print([
    name,
    inputs,
    Math.round(inputs / seconds),
    refused,
    ...kinds.map(count),
    Math.round(peak / 2 ** 20),
  ]);
  for (const { fault, input, size, detail } of faults.slice(0, 5))
    console.log(`  ${fault} at input ${input} of ${size} bytes: ${detail.slice(0, 300)}`);
}
console.log(`${total} inputs, seed ${values.seed}: ${failed ? "faults" : "no fault"}`);
process.exit(failed ? 1 : 0);
