/**
 * Trainings over a real NATS server on loopback:
 *
 *   node test/cluster/nats/run.js [--long] [--only identity,kills,restart,page,keys,fuzz,sweep,latency]
 *
 * Without --long a compact version for each change. A missing server fails. Debian's server is older than
 * what docs/cluster.md asks for in production, and serves nobody but these tests.
 */
import { parseArgs } from "node:util";
import { identity, keys, kills, page, restart } from "./checks.js";
import { fuzz } from "./fuzz.js";
import { latency } from "./latency.js";
import { end } from "./server.js";
import { sweep } from "./sweep.js";

const { values } = parseArgs({
  options: { only: { type: "string" }, long: { type: "boolean", default: false } },
});
const { long } = values;
const checks = {
  identity: () => identity(),
  kills: () => kills({ rounds: long ? 200 : 20 }),
  restart: () => restart({ times: long ? 20 : 2 }),
  page: () => page(),
  keys: () => keys(),
  fuzz: () => fuzz({ answers: long ? 10_000 : 1000 }),
  sweep: () => sweep(),
  // a busy machine says nothing about a wire: only the long version holds it
  latency: () => latency({ limit: long ? 10 : Infinity }),
};
const names = values.only?.split(",") ?? Object.keys(checks);
let failures = 0;
for (const name of names) {
  const from = performance.now();
  const tell = (mark, text) =>
    console.log(
      `${mark} ${name.padEnd(9)} ${((performance.now() - from) / 1000).toFixed(1).padStart(6)} s  ${text}`,
    );
  try {
    tell("ok  ", await checks[name]());
  } catch (error) {
    ++failures;
    tell("FAIL", error.stack);
  }
}
end();
process.exit(failures === 0 ? 0 : 1);
