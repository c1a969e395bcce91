/**
 * Hidden Markov models and Kalman filters beside what else there is: vectorized numpy, statsmodels' compiled
 * code (Debian's python3), and npm's hmm, hidden-markov-model and kalman-filter. The same models and data,
 * one thread, rounds that alternate, medians.
 *
 *   npm run bench:inference -- [--rounds 5] [--json]
 *
 * Prints times, ratios with what is aimed at, and how far the results differ, as tables or as lines of JSON;
 * kept in bench/results/inference.txt.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hmm, lds, Random } from "../dist/index.js";
import { inferenceEngine } from "../dist/inference/inference-engine.js";
import { Kalman } from "../dist/inference/kalman.js";
import { readSpec } from "../dist/models/lds/spec.js";
import { median } from "./summary.js";
import { runPython } from "./python.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, json: { type: "boolean", default: false } },
});
const require = createRequire(new URL("peers/package.json", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "unrolled-inference-"));
const sizes = { states: 32, symbols: 64, steps: 10_000, state: 8, output: 4 };
const { states: N, symbols: M, steps: T, state: n, output: p } = sizes;

// a chain that favors staying, symbols that overlap; a stable system seen through noise
const engine = await inferenceEngine();
const random = new Random(engine, 7);
const rows = (r, c, weight) =>
  Array.from({ length: r }, (_, i) => {
    const x = Array.from({ length: c }, (_, j) => weight(i, j));
    const sum = x.reduce((a, b) => a + b);
    return x.map((v) => v / sum);
  });
const chain = {
  states: N,
  emission: "categorical",
  symbols: M,
  startprob: rows(1, N, () => 1)[0],
  transmat: rows(N, N, (i, j) => random.uniform() + (i === j ? N : 0)),
  emissionParameters: rows(N, M, () => random.uniform() ** 4),
};
const identity = (k, s = 1) =>
  Array.from({ length: k }, (_, i) => Array.from({ length: k }, (_, j) => (i === j ? s : 0)));
const system = {
  state: n,
  output: p,
  A: identity(n, 0.7).map((row) => row.map((v) => v + 0.08 * random.normal())),
  C: Array.from({ length: p }, () => Array.from({ length: n }, () => random.normal())),
  Q: identity(n, 0.5),
  R: identity(p),
  initial: { mean: new Array(n).fill(0), covariance: identity(n) },
};
const h = await hmm(chain);
const k = await lds(system);
const symbols = h.sample(T, { seed: 3 }).sequence;
const y = k.sample(T, { seed: 4 }).sequence;
const hole = y.slice();
for (let t = 0; t < T; t += 40) hole[t * p + (t % p)] = NaN;

const write = (name, data) =>
  writeFileSync(join(folder, `${name}.f64`), Buffer.from(Float64Array.from(data.flat(2)).buffer));
writeFileSync(join(folder, "sizes.json"), JSON.stringify(sizes));
for (const [name, data] of Object.entries({
  pi: chain.startprob,
  A: chain.transmat,
  B: chain.emissionParameters,
  symbols: [...symbols],
  "lds-A": system.A,
  "lds-C": system.C,
  "lds-Q": system.Q,
  "lds-R": system.R,
  "lds-mean": system.initial.mean,
  "lds-covariance": system.initial.covariance,
  y: [...y],
}))
  write(name, data);

const samples = {};
const results = {};
async function time(name, run, repeats = 5) {
  for (let i = 0; i < repeats; ++i) {
    const from = performance.now();
    const result = await run();
    (samples[name] ??= []).push(performance.now() - from);
    results[name] = result;
  }
}

const kalman = new Kalman(engine);
const { model: linear } = readSpec("bench", system, kalman.algebra);
const kalmanNumbers = (pass) => {
  const { logLikelihood, smoothedMean, smoothedCovariance } = pass;
  const { memory } = engine;
  return [logLikelihood, memory.reals(smoothedMean, 1)[0], memory.reals(smoothedCovariance, 1)[0]];
};

/** Milliseconds of every iteration of Baum-Welch, and what the first one finds. */
async function baumWelch(iterations) {
  const model = await hmm(chain);
  const marks = [];
  const { history } = await model.fit([symbols], {
    iterations,
    tolerance: 0,
    onProgress: () => marks.push(performance.now()),
  });
  marks.slice(1).forEach((mark, i) => (samples["ours: Baum-Welch"] ??= []).push(mark - marks[i]));
  model.dispose();
  return history;
}

async function ours() {
  await baumWelch(6);
  await time("ours: Viterbi", () => h.viterbi([symbols])[0]);
  await time("ours: filter + smoother, every covariance anew", () =>
    kalmanNumbers(kalman.run("bench", linear, { y }, "smooth", { steady: false })),
  );
  await time("ours: filter + smoother", () => kalmanNumbers(kalman.run("bench", linear, { y }, "smooth")));
  await time("ours: lds.smooth, results copied out", () => {
    const [s] = k.smooth([y]);
    return [s.logLikelihood, s.means[0], s.covariances[0]];
  });
  await time(
    "ours: filter alone, every covariance anew",
    () => kalman.run("bench", linear, { y }, "filter", { steady: false }).logLikelihood,
  );
  await time("ours: filter + smoother, an entry missing every 40 steps", () =>
    kalmanNumbers(kalman.run("bench", linear, { y: hole }, "smooth")),
  );
}

function python() {
  const { answer: out, failed } = runPython("/usr/bin/python3", "reference/inference.py", [folder, 2]);
  if (failed) {
    results.python = failed;
    return;
  }
  const statsmodels = out["statsmodels version"];
  results.python = `numpy ${out.numpy}${statsmodels ? `, statsmodels ${statsmodels}` : ""}`;
  for (const [from, to] of [
    ["baum-welch", "numpy: Baum-Welch"],
    ["viterbi", "numpy: Viterbi"],
    ["kalman", "numpy: filter + smoother"],
    ["statsmodels", "statsmodels: filter + smoother"],
  ]) {
    if (!out[from]) continue;
    (samples[to] ??= []).push(...out[from]);
    results[to] = out[`${from} result`];
  }
}

async function npm() {
  const Simple = require("hmm");
  const { KalmanFilter } = require("kalman-filter");
  const Markov = require("hidden-markov-model");
  const simple = () => new Simple(chain.transmat, chain.emissionParameters, [chain.startprob]);
  await time(
    "npm hmm: Baum-Welch",
    () => {
      const model = simple();
      const list = [...symbols];
      model.fitObservations(list, 1);
      return model;
    },
    1,
  );
  await time("npm hmm: Viterbi", () => simple().getMostProbableStateSequencesOfObservations([...symbols]), 1);
  const filter = () =>
    new KalmanFilter({
      observation: { dimension: p, stateProjection: system.C, covariance: system.R },
      dynamic: {
        dimension: n,
        transition: system.A,
        covariance: system.Q,
        init: { mean: system.initial.mean.map((v) => [v]), covariance: system.initial.covariance, index: -1 },
      },
    });
  const observations = Array.from({ length: T }, (_, t) => [...y.subarray(t * p, (t + 1) * p)]);
  await time("npm kalman-filter: filter alone", () => filter().filterAll(observations), 1);
  results.markov = (length) => {
    const model = Markov();
    model.setInitialStateVector(chain.startprob);
    model.setTransitionMatrix(chain.transmat);
    model.setEmissionMatrix(chain.emissionParameters);
    return model.forward([...symbols.subarray(0, length)], []);
  };
  results.falling = () => {
    const model = simple();
    const list = [...symbols.subarray(0, 500)];
    const history = [];
    for (let i = 0; i < 12; ++i) {
      history.push(model.getProbabilityOfObservations(list, true));
      model.fitObservations(list, 1);
    }
    return history;
  };
}

try {
  await baumWelch(6); // the engine's optimizing compiler finishes
  for (const name of Object.keys(samples)) delete samples[name];
  for (let round = 0; round < Number(values.rounds); ++round) {
    await ours();
    python();
    await npm();
  }
} finally {
  rmSync(folder, { recursive: true });
}

const ms = Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
if (values.json) console.log(JSON.stringify({ event: "times", ms }));
else {
  console.log(
    `HMM ${N} states, ${M} symbols, ${T} steps · Kalman state ${n}, output ${p}, ${T} steps · ` +
      `Node ${process.version}, ${results.python} · medians of ${values.rounds} rounds\n`,
  );
  for (const [name, value] of Object.entries(ms))
    console.log(`  ${name.padEnd(60)} ${value.toFixed(2).padStart(9)} ms`);
}
const ratio = (what, other, own, aim) => {
  if (ms[other] === undefined) return;
  const times = ms[other] / ms[own];
  if (values.json) console.log(JSON.stringify({ event: "ratio", what, times, aim }));
  else console.log(`  ${what.padEnd(72)} ${times.toFixed(1).padStart(6)}×   (aim ${aim})`);
};
if (!values.json) console.log("");
ratio("Baum-Welch iteration: numpy ÷ ours", "numpy: Baum-Welch", "ours: Baum-Welch", 8);
ratio("Viterbi: numpy ÷ ours", "numpy: Viterbi", "ours: Viterbi", 6);
for (const own of ["ours: filter + smoother, every covariance anew", "ours: filter + smoother"]) {
  ratio(`filter + smoother: numpy ÷ ${own}`, "numpy: filter + smoother", own, 10);
  ratio(`filter + smoother: statsmodels ÷ ${own}`, "statsmodels: filter + smoother", own, 1.5);
  ratio(`npm kalman-filter, filter alone ÷ ${own}`, "npm kalman-filter: filter alone", own, 20);
}
ratio("Baum-Welch iteration: npm hmm ÷ ours", "npm hmm: Baum-Welch", "ours: Baum-Welch", "-");
ratio("Viterbi: npm hmm ÷ ours", "npm hmm: Viterbi", "ours: Viterbi", "-");

const right = { path: results["ours: Viterbi"], ll: h.logLikelihood([symbols]) };
const short = symbols.slice(0, 500);
const model = await hmm(chain);
const { history } = await model.fit([short], { iterations: 11, tolerance: 0 });
const same = (a, b) => Math.max(...a.map((v, i) => Math.abs(v - b[i]) / Math.max(1, Math.abs(b[i]))));
const wrong = results["npm hmm: Viterbi"].filter((s, t) => s !== right.path.states[t]).length;
const falling = results.falling();
const falls = (list) => list.slice(1).filter((v, i) => v < list[i]).length;
const facts = {
  "largest relative difference to numpy: Kalman":
    results["numpy: filter + smoother"] &&
    same(results["ours: filter + smoother"], results["numpy: filter + smoother"]),
  "largest relative difference to statsmodels":
    results["statsmodels: filter + smoother"] &&
    same(results["ours: filter + smoother"], results["statsmodels: filter + smoother"]),
  "relative difference to numpy: HMM log-likelihood":
    results["numpy: Baum-Welch"] && same([right.ll], [results["numpy: Baum-Welch"][0]]),
  "relative difference to numpy: Viterbi score":
    results["numpy: Viterbi"] && same([right.path.logProbability], [results["numpy: Viterbi"][0]]),
  "npm hmm: states of the best path that are wrong": `${wrong} of ${T}`,
  "npm hmm: log-likelihood over 11 iterations on 500 steps":
    `${falling[0].toFixed(2)} → ${falling.at(-1).toFixed(2)}, falls ${falls(falling)} times ` +
    `(ours ${history[0].toFixed(2)} → ${history.at(-1).toFixed(2)}, falls ${falls(history)} times)`,
  "npm hidden-markov-model: probability of 100, 300, 10,000 steps": [100, 300, T]
    .map((length) => results.markov(length))
    .join(", "),
};
if (!values.json) console.log("");
for (const [name, value] of Object.entries(facts)) {
  if (value === undefined) continue;
  if (values.json) console.log(JSON.stringify({ event: "fact", name, value }));
  else console.log(`  ${name.padEnd(62)} ${typeof value === "number" ? value.toExponential(1) : value}`);
}
