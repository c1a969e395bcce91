/**
 * A structural model with level and season of 12 on 1,000 monthly points, fitted by maximum likelihood here
 * and by statsmodels' compiled code (Debian's python3), one thread, rounds that alternate, medians of
 * processor time, which the load of the machine leaves alone. Ends with code 1 below 5 times.
 *
 *   npm run build && node bench/structural-speed.js [--rounds 3]
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { structural } from "../dist/index.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const N = 1000;
let state = 1;
const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
const normal = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b) - 6;
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
y = np.array(json.load(sys.stdin))
model = UnobservedComponents(y, "llevel", seasonal=12)
start = time.process_time()
fit = model.fit(disp=0, maxiter=200)
print(json.dumps([time.process_time() - start, float(fit.llf)]))
`;
const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const times = { here: [], there: [] };
let likelihoods;
for (let round = 0; round < Number(values.rounds); ++round) {
  const model = await structural({ level: true, seasonal: [12] });
  const from = process.cpuUsage();
  const { logLikelihood } = await model.fit(y);
  const { user, system } = process.cpuUsage(from);
  times.here.push((user + system) / 1e6);
  model.dispose();
  const run = spawnSync("/usr/bin/python3", ["-c", python], {
    input: JSON.stringify(y),
    env,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`python3 with statsmodels: ${run.stderr.slice(-300)}`);
  const [seconds, other] = JSON.parse(run.stdout);
  times.there.push(seconds);
  likelihoods = [logLikelihood, other];
}
const [here, there] = [median(times.here), median(times.there)];
console.log(`ln p: ${likelihoods[0].toFixed(3)} here, ${likelihoods[1].toFixed(3)} there`);
const seconds = `${here.toFixed(3)} here, ${there.toFixed(3)} statsmodels`;
console.log(`seconds a fit: ${seconds}: ${(there / here).toFixed(1)} times as fast`);
process.exit(there / here >= 5 ? 0 : 1);
