/**
 * One EM step of a hidden Markov model with Gaussian states of one covariance, beside what hmmlearn does:
 *
 *   npm run build && node bench/hmm-tied.js [--states 16] [--output 12] [--steps 50000] [--rounds 5]
 *     [--python python3]
 *
 * hmmlearn itself is measured where python3 has it. Beside it, or in its place, stand the same operations in
 * numpy, scipy and compiled C (`bench/reference/hmm-tied.py`, `hmm-tied.c`): densities by a Cholesky factor,
 * forward and backward in C, once in logarithms (hmmlearn's default) and once scaled (its "scaling"), second
 * moments by einsum as hmmlearn has them, and once by matrix products, which is faster. Seconds are those of
 * the processor, one thread; the posterior log-likelihoods must agree. Prints milliseconds a way and how many
 * times ours, kept in bench/results/hmm-tied.txt.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hmm, Random } from "../dist/index.js";
import { inferenceEngine } from "../dist/inference/inference-engine.js";
import { stopwatch } from "./clock.js";
import { median } from "./summary.js";
import { runPython } from "./python.js";

const { values } = parseArgs({
  options: {
    states: { type: "string", default: "16" },
    output: { type: "string", default: "12" },
    steps: { type: "string", default: "50000" },
    rounds: { type: "string", default: "5" },
    python: { type: "string", default: "python3" },
  },
});
const [K, D, T, rounds] = [values.states, values.output, values.steps, values.rounds].map(Number);

const random = new Random(await inferenceEngine(), 5);
const rows = (r, c, of) => Array.from({ length: r }, (_, i) => Array.from({ length: c }, (_, j) => of(i, j)));
const start = {
  startprob: new Array(K).fill(1 / K),
  transmat: rows(K, K, (i, j) => (i === j ? 0.8 : 0.2 / (K - 1))),
  means: rows(K, D, () => 2 * random.normal()),
  covariance: rows(D, D, (i, j) => (i === j ? 1 : 0.3)),
};
const spec = {
  ...{ states: K, output: D, emission: "gaussian", covariance: "tied" },
  ...{ startprob: start.startprob, transmat: start.transmat },
  emissionParameters: { means: start.means, covariances: start.covariance },
};
const h = await hmm(spec);
const { sequence } = h.sample(T, { seed: 2 });
// away from where the data were drawn, so that a step has something to do
start.means = start.means.map((row) => row.map((v) => v + 0.3 * random.normal()));
spec.emissionParameters = { means: start.means, covariances: start.covariance };

/** Seconds of `iterations`, and the log-likelihoods before each. */
async function fit(iterations) {
  const model = await hmm(spec);
  const seconds = stopwatch();
  const { history } = await model.fit([sequence], { iterations, tolerance: 0 });
  const spent = seconds();
  model.dispose();
  return { spent, history };
}
await fit(2);
const ours = [];
let history;
for (let round = 0; round < rounds; ++round) {
  const few = await fit(1);
  const more = await fit(11);
  history = more.history;
  ours.push((more.spent - few.spent) / 10);
}

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "unrolled-hmm-tied-"));
try {
  writeFileSync(
    join(folder, "y.f64"),
    Buffer.from(sequence.buffer, sequence.byteOffset, sequence.byteLength),
  );
  writeFileSync(join(folder, "start.json"), JSON.stringify({ K, D, T, rounds, ...start }));
  const library = join(folder, "hmm-tied.so");
  const compiled = spawnSync(
    "cc",
    [
      "-O3",
      "-march=native",
      "-ffast-math",
      "-shared",
      "-fPIC",
      "-o",
      library,
      join(here, "reference/hmm-tied.c"),
      "-lm",
    ],
    { stdio: "inherit" },
  );
  if (compiled.status !== 0) throw new Error("cc could not compile bench/reference/hmm-tied.c");
  const { answer, failed } = runPython(values.python, "reference/hmm-tied.py", [folder]);
  if (failed) throw new Error(`hmm-tied: ${failed}`);
  const { versions, ways } = answer;
  console.log(
    `${K} states, ${D} columns, ${T} steps · Node ${process.version}, ${versions} · medians of ${rounds}`,
  );
  console.log(`${"".padEnd(56)}${"ms".padStart(10)}${"times ours".padStart(12)}`);
  const line = (name, value) =>
    console.log(
      name.padEnd(56) +
        (1000 * value).toFixed(1).padStart(10) +
        (value / median(ours)).toFixed(2).padStart(12),
    );
  line("unrolled", median(ours));
  for (const { name, seconds: spent, logLikelihood } of ways) {
    line(name, median(spent));
    const gap = Math.abs(logLikelihood - history[0]) / Math.abs(history[0]);
    if (!(gap < 1e-9)) throw new Error(`${name} says ${logLikelihood}, unrolled ${history[0]}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
