/**
 * A structural model with level and season of 12 on 1,000 monthly points, fitted by maximum likelihood here
 * and by statsmodels' compiled code (Debian's python3), one thread, rounds that alternate, medians of
 * processor time, which the load of the machine leaves alone. The first fits, which compile, stand apart.
 *
 * statsmodels leaves the terms of the first 12 values out of its likelihood by default, and gives the states
 * a start of variance 10^6 in place of an infinite one; its own exact start gives ln p here. Ends with code 1
 * below 5 times, or where ln p at its variances, by its exact start, is above ours.
 *
 *   npm run build && node bench/structural-speed.js [--rounds 5]
 *
 * Prints ln p and seconds, kept in a row of bench/results/README.md.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { structural } from "../dist/index.js";
import { stopwatch } from "./clock.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const N = 1000;
const uniform = parkMiller(1);
const normal = () => normalOf(uniform);
let level = 10;
const y = Array.from({ length: N }, (_, t) => {
  level += 0.3 * normal();
  return level + 3 * Math.cos((2 * Math.PI * t) / 12) + normal();
});
const python = `
import json, sys, time, warnings
warnings.filterwarnings("ignore")
from statsmodels.tsa.statespace.structural import UnobservedComponents
import numpy as np
y = np.array(json.loads(sys.stdin.readline()))
exact = UnobservedComponents(y, "llevel", seasonal=12, use_exact_diffuse=True)
while sys.stdin.readline():
    model = UnobservedComponents(y, "llevel", seasonal=12)
    start = time.process_time()
    fit = model.fit(disp=0, maxiter=200)
    seconds = time.process_time() - start
    print(json.dumps([seconds, float(fit.llf), float(exact.loglike(fit.params))]), flush=True)
`;
import { median } from "./summary.js";
import { normalOf, parkMiller } from "./seeded.js";
import { inThreads } from "./python.js";

/** Seconds and ln p of a fit here. */
async function fitHere() {
  const model = await structural({ level: true, seasonal: [12] });
  const seconds = stopwatch();
  const { logLikelihood } = await model.fit(y);
  const spent = seconds();
  model.dispose();
  return [spent, logLikelihood];
}

const statsmodels = spawn("/usr/bin/python3", ["-c", python], {
  env: inThreads(1),
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: statsmodels.stdout })[Symbol.asyncIterator]();
statsmodels.stdin.write(`${JSON.stringify(y)}\n`);

/** Seconds, ln p as it is printed and ln p with an exact start, of a fit there. */
async function fitThere() {
  statsmodels.stdin.write("fit\n");
  const { value, done } = await answers.next();
  if (done) throw new Error("python3 with statsmodels ended; see what it wrote above");
  return JSON.parse(value);
}

const first = [];
for (let i = 0; i < 5; ++i) first.push((await fitHere())[0]);
const rounds = [];
for (let round = 0; round < Number(values.rounds); ++round)
  rounds.push({ here: await fitHere(), there: await fitThere() });
statsmodels.stdin.end();
const [, own] = rounds[0].here;
const [, printed, exact] = rounds[0].there;
const here = median(rounds.map((round) => round.here[0]));
const there = median(rounds.map((round) => round.there[0]));
console.log(
  `ln p: ${own.toFixed(5)} here; there ${printed.toFixed(5)} as printed, ${exact.toFixed(5)} exact`,
);
console.log(`seconds of the first five fits here: ${first.map((x) => x.toFixed(3)).join(" ")}`);
const seconds = `${here.toFixed(3)} here, ${there.toFixed(3)} statsmodels`;
console.log(`seconds a fit: ${seconds}: ${(there / here).toFixed(1)} times as fast`);
process.exit(there / here >= 5 && own >= exact - 1e-5 ? 0 : 1);
