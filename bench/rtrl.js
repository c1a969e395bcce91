/**
 * Learning on an endless stream in constant memory.
 *
 *   npm run build && node bench/rtrl.js [--steps 10000000] [--units 32] [--cell lru|minGru|minLstm]
 *     [--delay 8]
 *
 * The task: say again the number of --delay steps before. Lines tell steps, the mean loss, microseconds of
 * one core a step (the update of the weights every 8 steps included), the kernels' bytes in use and the
 * heap's. Kept in bench/results/cells.txt.
 */
import { parseArgs } from "node:util";
import { adam, dense, lru, minGru, minLstm, network } from "../dist/index.js";
import { cpuSeconds } from "./clock.js";
import { text } from "./options.js";

const { values } = parseArgs({
  options: { steps: text("10000000"), units: text("32"), cell: text("lru"), delay: text("8") },
});
const [steps, H, delay] = [values.steps, values.units, values.delay].map(Number);
const layer = { lru, minGru, minLstm }[values.cell];
const layers = [layer(H), dense(H, { activation: "tanh" }), dense(1)];
const net = await network({ input: 1, layers, loss: "squared", seed: 1 });
const recent = new Float32Array(delay + 1);
let state = 1;

/** Uniform in [-0.5, 0.5), from a 32-bit xorshift. */
function next() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32 - 0.5;
}

function* stream() {
  for (let t = 0; t < steps; ++t) {
    recent[t % (delay + 1)] = next();
    yield { input: [recent[t % (delay + 1)]], target: [recent[(t + 1) % (delay + 1)]] };
  }
}

// a constant rate of Adam wanders in the end: 0.003 came to 4e-4, and back to 4e-3
const rate = (step) => 0.003 / Math.sqrt(1 + step / 10_000);
let from = cpuSeconds();
let sum = 0;
let count = 0;
const lineEvery = Math.max(1, Math.floor(steps / 20));
let line = lineEvery;
const started = from;
await net.learn(stream(), {
  optimizer: adam({ rate }),
  every: 8,
  onProgress({ steps: done, loss }) {
    sum += loss;
    ++count;
    if (done < line) return;
    const bytes = net.engine.memory.usage.used;
    const heap = (process.memoryUsage().heapUsed / 2 ** 20).toFixed(1);
    const micros = ((1e6 * (cpuSeconds() - from)) / lineEvery).toFixed(2);
    console.log(
      `${done} steps  loss ${(sum / count).toExponential(2)}  ${micros} us  ${bytes} B  heap ${heap} MiB`,
    );
    line += lineEvery;
    sum = count = 0;
    from = cpuSeconds();
  },
});
console.log(`all: ${((1e6 * (cpuSeconds() - started)) / steps).toFixed(2)} microseconds of one core a step`);
net.dispose();
