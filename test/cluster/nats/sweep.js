/** A comparison as tasks that the server keeps: workers end and the server too; each run is answered once. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { command, sleep, startServer, startWorker } from "./server.js";

const words = ["compare", "--json", "--tasks", "memory5", "--ways", "esn", "--lag", "10", "--seeds", "2"];

/** The runs that the command tells, without their seconds. */
function compare(more) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [command, ...words, ...more], (error, out, err) => {
      if (error) return reject(new Error(`${out}${err}`, { cause: error }));
      const { runs } = JSON.parse(out.trim().split("\n").at(-1));
      resolve(runs.map(({ seconds: _, ...rest }) => rest));
    });
  });
}

/** Two ask, two work; one is killed with a run in its hands, and the server ends hard and comes back. */
export async function sweep() {
  const server = await startServer();
  const where = ["--servers", server.url, "--run", "sweep"];
  const first = await startWorker([...where, "--trainings"]);
  const asked = [compare([...where, "--cluster"]), compare([...where, "--cluster"])];
  await new Promise((resolve) =>
    first.process.stdout.on("data", (out) => /"event":"run"/.test(out) && resolve()),
  );
  first.process.kill("SIGINT"); // gives its run back
  const second = await startWorker([...where, "--trainings"]);
  await sleep(100);
  await server.restart(100);
  const got = await Promise.all(asked);
  second.kill();
  // nobody works any more: what is kept answers
  got.push(await compare([...where, "--cluster"]));
  await server.stop();
  const expected = await compare([]);
  for (const runs of got) assert.deepEqual(runs, expected);
  return `2 runs, asked three times, by a worker that left and another, over a restart: those of one machine`;
}
