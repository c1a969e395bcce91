/**
 * Two builds of this library side by side, in one process: no step may become slower from one version to the
 * next. Rounds alternate, so what else the machine does meets both alike; what is compared is the
 * lower quartile, because other work only ever adds time.
 *
 *   npm run build && node bench/beside.js OTHER [--rounds 41] [--within 0.03] [--only W1a,stream]
 *     [--apart 15]
 *
 * OTHER is the root of another built checkout, the version before. Ends with code 1 where this build takes
 * more than `within` longer at anything. Where an engine puts the code of two builds in one process can cost
 * a run of microseconds more than what is looked for: `--apart N` gives each build N processes of its own by
 * turns, and compares the medians. Prints milliseconds of both and their ratio by the names that --only
 * takes; kept in bench/results/beside.txt.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./summary.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "41" },
    within: { type: "string", default: "0.03" },
    only: { type: "string" },
    apart: { type: "string" },
    alone: { type: "string" },
  },
});
if (positionals.length !== 1) throw new Error("bench/beside.js wants the root of the other build, once");
const load = (root) => import(pathToFileURL(resolve(root, "dist/index.js")).href);
const roots = { before: positionals[0], now: new URL("..", import.meta.url).pathname };
const workloads = JSON.parse(readFileSync(new URL("workloads.json", import.meta.url), "utf8"));

/** Numbers that only look random. */
const waves = (n, period = 7) =>
  Float64Array.from({ length: n }, (_, i) => ((i * 31) % period) / period - 0.4);

/** A training step of a workload, data and update included. */
async function trainingStep({ network, lstm, rnn, dense, adam }, { cell, T, B, I, H, O, loss }) {
  const layer = cell === "lstm" ? lstm(H) : rnn(H, { activation: cell });
  const net = await network({ input: I, layers: [layer, dense(O)], loss, seed: 1 });
  const items = Array.from({ length: B }, (_, b) => ({
    input: waves(T * I, 5 + b),
    target: loss === "bernoulli" ? waves(T * O, 2 + b).map((x) => (x > 0 ? 1 : 0)) : waves(T * O, 3 + b),
  }));
  const training = net.train(items, { optimizer: adam({ rate: 1e-4 }), steps: 1e9, batch: B });
  return () => training.next();
}

async function streamingStep({ network, lstm }, { I, H }) {
  const stream = (await network({ input: I, layers: [lstm(H)], loss: "squared", seed: 1 })).stream();
  const x = Float32Array.from(waves(I));
  return () => stream.step(x);
}

/** One step of Hessian-free on a small net. */
async function hessianFreeStep({ network, rnn, dense, hessianFree }) {
  const net = await network({ input: 2, layers: [rnn(20), dense(1)], loss: "squared", seed: 1 });
  const items = Array.from({ length: 50 }, (_, b) => ({
    input: waves(100, 5 + b),
    target: waves(50, 3 + b),
  }));
  const training = net.train(items, { optimizer: hessianFree({ cgIterations: 20 }), steps: 1e9, batch: 50 });
  return () => training.next();
}

/** The width of y was named twice in the history of this library. */
const sized = async (make, width, spec) => {
  try {
    return await make({ output: width, ...spec });
  } catch {
    return make({ dimension: width, ...spec });
  }
};

const series = waves(4 * 10_000, 97);
const symbols = waves(20_000, 11).map((x) => Math.floor((x + 0.4) * 6));
const gaussian = ({ hmm }) => sized(hmm, 4, { states: 16, emission: "diagonal", seed: 1 });
const categorical = ({ hmm }) => hmm({ states: 16, emission: "categorical", symbols: 6, seed: 1 });
const scaled = (n, value) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? value : 0.05)));
const linear = ({ lds }) =>
  sized(lds, 4, {
    state: 6,
    A: scaled(6, 0.7),
    C: scaled(6, 1).slice(0, 4),
    Q: scaled(6, 0.5),
    R: scaled(4, 1),
    initial: { mean: new Array(6).fill(0), covariance: scaled(6, 1) },
  });

/** One iteration of EM a run, from where the run before ended. */
const emStep = (make, data) => async (build) => {
  const model = await make(build);
  await model.fit([data], { iterations: 1, tolerance: 0 });
  return () => model.fit([data], { iterations: 1, tolerance: 0 });
};
const call = (make, data, method) => async (build) => {
  const model = await make(build);
  return () => model[method]([data]);
};

/** A name, and for a build a function to time. */
const cases = {
  ...Object.fromEntries(
    ["W1a", "W1b", "W1c", "W1d", "W2", "addition"].map((name) => [
      name,
      (build) => trainingStep(build, workloads[name]),
    ]),
  ),
  stream: (build) => streamingStep(build, workloads.stream),
  "Hessian-free": hessianFreeStep,
  "hmm diagonal: viterbi": call(gaussian, series, "viterbi"),
  "hmm diagonal: posterior": call(gaussian, series, "posterior"),
  "hmm diagonal: EM": emStep(gaussian, series),
  "hmm categorical: viterbi": call(categorical, symbols, "viterbi"),
  "hmm categorical: likelihood": call(categorical, symbols, "logLikelihood"),
  "hmm categorical: EM": emStep(categorical, symbols),
  "lds: likelihood": call(linear, series, "logLikelihood"),
  "lds: smooth": call(linear, series, "smooth"),
  "lds: EM": emStep(linear, series),
};

/** Milliseconds that an engine gets to compile what is hot. */
const WARM_UP = 400;

const quartile = (list) => [...list].sort((a, b) => a - b)[list.length >> 2];

/** Milliseconds a run, of as many runs as fill about 20 ms. */
async function sample(run, repetitions) {
  const from = performance.now();
  for (let i = 0; i < repetitions; ++i) await run();
  return (performance.now() - from) / repetitions;
}

/** Runs until what is hot is compiled; gives how many fill one sample of 20 ms. */
async function warm(run) {
  const until = performance.now() + WARM_UP;
  do await run();
  while (performance.now() < until);
  return Math.max(1, Math.round(20 / (await sample(run, 3))));
}

/** Lower quartiles of both builds, in this process. */
async function compare(make) {
  const runs = { before: await make(await load(roots.before)), now: await make(await load(roots.now)) };
  const times = { before: [], now: [] };
  const repetitions = Math.max(await warm(runs.before), await warm(runs.now));
  for (let round = 0; round < Number(values.rounds); ++round)
    for (const name of round % 2 ? ["before", "now"] : ["now", "before"])
      times[name].push(await sample(runs[name], repetitions));
  return { before: quartile(times.before), now: quartile(times.now) };
}

/** The lower quartile of one build, which has this process to itself. */
async function alone(make) {
  const run = await make(await load(positionals[0]));
  const repetitions = await warm(run);
  const times = [];
  for (let round = 0; round < Number(values.rounds); ++round) times.push(await sample(run, repetitions));
  return quartile(times);
}

/** Medians over processes of their own. */
function compareApart(name) {
  const times = { before: [], now: [] };
  const file = new URL(import.meta.url).pathname;
  const measure = (root) =>
    Number(execFileSync(process.execPath, [file, root, "--alone", name, "--rounds", values.rounds]));
  for (let i = 0; i < Number(values.apart); ++i)
    for (const build of i % 2 ? ["before", "now"] : ["now", "before"])
      times[build].push(measure(roots[build]));
  return { before: median(times.before), now: median(times.now) };
}

if (values.alone) {
  console.log(await alone(cases[values.alone]));
  process.exit(0);
}

const wanted = values.only?.split(",") ?? Object.keys(cases);
const limit = 1 + Number(values.within);
const slower = [];
console.log(`${"".padEnd(30)} before ms    now ms   now / before`);
for (const name of wanted) {
  if (!cases[name]) throw new Error(`--only ${name}, want some of ${Object.keys(cases).join(", ")}`);
  const { before, now } = values.apart ? compareApart(name) : await compare(cases[name]);
  const ratio = now / before;
  console.log(
    `${name.padEnd(30)} ${before.toFixed(4).padStart(9)} ${now.toFixed(4).padStart(9)} ` +
      ratio.toFixed(3).padStart(14),
  );
  if (ratio > limit) slower.push(name);
}
console.log(
  slower.length ? `slower: ${slower.join(", ")}` : `nothing takes more than ${limit} times as long`,
);
process.exit(slower.length ? 1 : 0);
