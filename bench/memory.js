/**
 * Bytes and seconds of a training step on one long sequence, all activities at once and in pieces of time.
 *
 *   npm run build && node bench/memory.js [--cell lstm] [--units 256] [--steps 1000,10000,100000,1000000]
 *     [--runs 1]
 *
 * A step is forward, backward and an update, float32, one thread; bytes are the peak of the kernels' memory,
 * seconds processor time of the faster of `runs` steps behind a first one. Each figure comes from a process
 * of its own. Prints a line a length, kept in bench/results/cells.txt.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dense, gru, lstm, lru, minGru, network, sgd } from "../dist/index.js";
import { stopwatch } from "./clock.js";
import { text } from "./options.js";

const { values } = parseArgs({
  options: {
    cell: text("lstm"),
    units: text("256"),
    steps: text("1000,10000,100000,1000000"),
    runs: text("1"),
    one: { type: "string" },
  },
});
const H = Number(values.units);

/** { bytes, seconds, theta } of one process: "T sqrt" or "T linear". */
async function measure(T, memory) {
  const layer = { lstm, gru, lru, minGru }[values.cell];
  const net = await network({ input: 1, layers: [layer(H), dense(1)], loss: "squared", seed: 1 });
  const x = Float32Array.from({ length: T }, (_, t) => ((t * 7919) % 101) / 50 - 1);
  const item = { input: x, target: x.map((_, t) => x[Math.max(0, t - 3)]) };
  const options = { optimizer: sgd({ rate: 1e-4 }), batch: 1, ...(memory === "sqrt" ? { memory } : {}) };
  const run = net.train([item], { ...options, steps: Number(values.runs) });
  let seconds = Infinity;
  let loss = 0;
  for (let i = 0; i < Number(values.runs); ++i) {
    const spent = stopwatch();
    ({ loss } = (await run.next()).value);
    seconds = Math.min(seconds, spent());
  }
  const theta = net.parameters.reduce((sum, { data }) => data.reduce((s, v) => s + v, sum), 0);
  return { bytes: net.engine.memory.usage.peak, seconds, same: `${loss} ${theta}` };
}

if (values.one) {
  const [T, memory] = values.one.split(" ");
  try {
    console.log(JSON.stringify(await measure(Number(T), memory)));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message.slice(0, 90) }));
  }
  process.exit(0);
}

const own = fileURLToPath(import.meta.url);
const rest = ["--cell", values.cell, "--units", values.units, "--runs", values.runs];
for (const T of values.steps.split(",")) {
  const [linear, sqrt] = ["linear", "sqrt"].map((memory) =>
    JSON.parse(spawnSync(process.execPath, [own, ...rest, "--one", `${T} ${memory}`]).stdout.toString()),
  );
  const show = ({ bytes, seconds, error }) =>
    error ?? `${(bytes / 2 ** 20).toFixed(1).padStart(8)} MiB ${seconds.toFixed(2).padStart(8)} s`;
  const ratio = linear.seconds ? `  ${(sqrt.seconds / linear.seconds).toFixed(2)} times the time` : "";
  const bits = linear.same ? `  ${linear.same === sqrt.same ? "same bits" : "OTHER BITS"}` : "";
  const both = `at once ${show(linear)}  in pieces ${show(sqrt)}`;
  console.log(`${values.cell}(${H}) T=${T.padStart(8)}  ${both}${ratio}${bits}`);
}
