/**
 * Workers terminated at random moments: `npm run kills:workers -- [--terminations 254] [--seed 1]`.
 *
 * A training with a pool loses one worker, or two or three, at any moment: while they start, wait, or
 * compute. It must end with the bits of one without a pool. One error is allowed: a shard whose worker ended,
 * and whose second worker, started for it, ended too; so never where one termination was made. Exit code 1
 * at anything else. `--plant bits` trains another net, to see it found.
 */
import workerThreads from "node:worker_threads";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    terminations: { type: "string", default: "254" },
    seed: { type: "string", default: "1" },
    plant: { type: "string" },
  },
});
const wanted = Number(values.terminations);
if (!(wanted >= 1)) throw new Error(`--terminations ${values.terminations}, want a number of at least 1`);

/** Every thread that the pool starts, in their order. */
let started = [];
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(...args) {
    super(...args);
    started.push(this);
  }
};
const { adam, dense, lstm, network, workerPool } = await import("../../dist/index.js");

let state = Number(values.seed) >>> 0;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const wave = (phase, T) =>
  Float64Array.from({ length: T }, (_, t) => [0, 1, 0, -1][(t + phase) % 4] + phase / 9);
const items = Array.from({ length: 24 }, (_, i) => ({ input: wave(i, 200), target: wave(i + 1, 200) }));
const STEPS = 12;
const WORKERS = 2;

/** One training; `meddle(pool)` runs beside it. */
async function train(pool, meddle = () => {}) {
  const seed = pool && values.plant === "bits" ? 4 : 3;
  const net = await network({ input: 1, layers: [lstm(16), dense(1)], loss: "squared", seed });
  try {
    const fit = net.fit(items, { optimizer: adam(), steps: STEPS, batch: 12, shard: 3, pool });
    meddle();
    await fit;
    return Buffer.from(net.save());
  } finally {
    net.dispose();
  }
}

const expected = await train();
const probe = workerPool({ workers: WORKERS });
const begun = performance.now();
await train(probe);
const duration = performance.now() - begun;
probe.dispose();

const seen = { terminations: 0, trainings: 0, equal: 0, allowed: 0, faults: [] };
while (seen.terminations < wanted) {
  const pool = workerPool({ workers: WORKERS });
  started = [];
  const many = 1 + (seen.trainings % 3);
  const timers = [];
  const hit = [];
  const terminate = () => {
    const alive = started.filter((worker) => !hit.includes(worker));
    const victim = alive[Math.floor(random() * alive.length)];
    if (!victim) return;
    hit.push(victim);
    void victim.terminate();
  };
  const result = await train(pool, () => {
    for (let i = 0; i < many; ++i) timers.push(setTimeout(terminate, duration * random()));
  }).catch((error) => error);
  for (const timer of timers) clearTimeout(timer);
  pool.dispose();
  ++seen.trainings;
  seen.terminations += hit.length;
  const replaced = hit.some((worker) => started.indexOf(worker) >= WORKERS);
  const what = `training ${seen.trainings}, ${hit.length} terminated`;
  if (Buffer.isBuffer(result)) {
    if (result.equals(expected)) ++seen.equal;
    else seen.faults.push(`${what}: other bits`);
  } else if (hit.length > 1 && replaced && /^workerPool: a worker and the one/.test(result.message)) {
    ++seen.allowed;
  } else seen.faults.push(`${what}: ${result.stack}`);
}
console.log(
  `${seen.terminations} terminations in ${seen.trainings} trainings: ${seen.equal} of equal bits, ` +
    `${seen.allowed} with the allowed error, ${seen.faults.length} faults`,
);
for (const fault of seen.faults) console.log(`  ${fault}`);
process.exit(seen.faults.length === 0 ? 0 : 1);
