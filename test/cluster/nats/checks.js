/** What holds of a cluster over a real server; each check says what it found, or throws. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { workerPool } from "unrolled";
import { clusterPool } from "unrolled/cluster";
import { visit } from "../../browser/browsers.js";
import { serve } from "../../browser/server.js";
import { newCertificate, newKey, sleep, startServer, startWorker } from "./server.js";
import { trained } from "./training.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** A training over a pool of a run with workers in processes; tell({ pool, workers }) before it begins. */
async function over(server, run, count, options = {}, tell = () => {}) {
  const words = ["--servers", server.url, "--run", run];
  const join = () => startWorker(words);
  const workers = await Promise.all(Array.from({ length: count }, join));
  const pool = clusterPool({ servers: server.url, run, spotChecks: 0.01 });
  tell({ pool, workers, join });
  try {
    const hash = await trained(pool, options);
    assert.equal(pool.refused.size, 0, [...pool.refused].join());
    return hash;
  } finally {
    pool.dispose();
    for (const worker of workers) worker.kill();
  }
}

/** One hash: no pool, two threads, 1, 2 and 4 processes, and two that join. */
export async function identity() {
  const server = await startServer();
  const expected = await trained();
  const threads = workerPool({ workers: 2 });
  const hashes = { "2 threads": await trained(threads) };
  threads.dispose();
  for (const count of [1, 2, 4]) hashes[`${count} processes`] = await over(server, `of-${count}`, count);
  let cluster;
  const step = async (n) => {
    if (n === 5 || n === 10) cluster.workers.push(await cluster.join());
  };
  hashes["two that join"] = await over(server, "join", 1, { step }, (x) => (cluster = x));
  await server.stop();
  for (const [name, hash] of Object.entries(hashes)) assert.equal(hash, expected, name);
  return `one hash, ${expected.slice(0, 16)}…, over no pool, ${Object.keys(hashes).join(", ")}`;
}

/** A worker is killed in every tenth round, and another one started. */
export async function kills({ rounds }) {
  const server = await startServer();
  let cluster;
  let killed = 0;
  const joining = [];
  const step = (n) => {
    if (n % 10 !== 5) return;
    const { workers, join } = cluster;
    setTimeout(() => workers.shift().kill(), (7 * n) % 5); // in the midst of the next round
    joining.push(join());
    void joining.at(-1).then((worker) => workers.push(worker));
    ++killed;
  };
  const from = performance.now();
  const hash = await over(server, "kills", 2, { steps: rounds, step }, (x) => (cluster = x));
  const seconds = (performance.now() - from) / 1000;
  // who was still on its way finds the server there, and goes home
  for (const worker of await Promise.all(joining)) worker.kill();
  await server.stop();
  assert.equal(hash, await trained(undefined, { steps: rounds }));
  return `${rounds} rounds, ${killed} workers killed, the same hash, ${seconds.toFixed(1)} s`;
}

/** The server ends hard in the midst of a round, and comes back. */
export async function restart({ times }) {
  const server = await startServer();
  let restarts = 0;
  const step = async (n) => {
    if (n % 4 !== 2 || restarts >= times) return;
    ++restarts;
    setTimeout(() => void server.restart(100), 1);
    await sleep(2);
  };
  const steps = 4 * times + 4;
  const hash = await over(server, "restart", 2, { steps, step });
  assert.equal(hash, await trained(undefined, { steps }));
  await sleep(200);
  await server.stop();
  return `${restarts} restarts in ${steps} rounds, the same hash: nothing lost, nothing summed twice`;
}

/** The client of NATS as one module for pages. */
async function client() {
  const bundle = await rolldown({
    input: join(root, "node_modules/@nats-io/nats-core/lib/mod.js"),
    platform: "browser",
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  return `${output[0].code}\n`;
}

const pageOf = (web, run) => `<!doctype html><title>worker</title>
<script type="importmap">{ "imports": { "@assemblyscript/loader": "/loader/index.js",
  "@nats-io/nats-core": "/nats.js", "unrolled/cluster": "/dist/cluster/index.js" } }</script>
<script type="module">
const say = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
try {
  const { serveShards } = await import("unrolled/cluster");
  const server = await serveShards({ servers: ${JSON.stringify(web)}, run: ${JSON.stringify(run)} });
  while (server.answered < 40) await new Promise((resolve) => setTimeout(resolve, 20));
  await say({ answered: server.answered });
  await server.closed;
} catch (error) { await say({ error: String(error.stack) }); }
</script>`;

/** A page in Chromium computes all shards, over WebSocket. */
export async function page() {
  const server = await startServer();
  const site = await serve({
    pages: { "/": pageOf(server.web, "page"), "/nats.js": await client() },
    folders: { "/dist/": join(root, "dist"), "/loader/": join(root, "node_modules/@assemblyscript/loader") },
  });
  const pool = clusterPool({ servers: server.url, run: "page" });
  try {
    const said = site.next();
    const training = trained(pool);
    const failed = said.then(({ error }) => error && Promise.reject(new Error(error)));
    const done = Promise.all([training, failed]);
    done.catch(() => {});
    await visit("chromium", `${site.url}/`, done);
    const { answered } = await said;
    assert.equal(await training, await trained());
    return `a page in Chromium answered ${answered} shards and more, the same hash`;
  } finally {
    pool.dispose();
    await site.close();
    await server.stop();
  }
}

const permissions = (publish, subscribe) =>
  `permissions { publish: ${JSON.stringify(publish)}, subscribe: ${JSON.stringify(subscribe)} }`;

/** The lines of a server that holds each key to its role and its run. */
export function roles(coordinator, workers, run) {
  const users = workers.map(({ publicKey: key }) => {
    const own = permissions(
      [`unrolled.${run}.from.${key}.*`],
      [`unrolled.${run}.all`, `unrolled.${run}.to.${key}.*`],
    );
    return `{ nkey: ${key}, ${own} }`;
  });
  const mine = permissions(
    [`unrolled.${run}.all`, `unrolled.${run}.to.>`],
    [`unrolled.${run}.from.>`, `unrolled.${run}.all`],
  );
  return `authorization { users: [ { nkey: ${coordinator.publicKey}, ${mine} }, ${users.join(", ")} ] }`;
}

/** TLS and keys: who has none, a wrong one, or one of another run or role is refused, and says why. */
export async function keys() {
  const [mine, worker, stranger] = ["coordinator", "worker", "stranger"].map(newKey);
  const { cert, key } = newCertificate();
  const tls = `tls { cert_file: "${cert}", key_file: "${key}" }`;
  const server = await startServer(`${tls}\n${roles(mine, [worker], "secret")}`);
  const words = (more) => ["--servers", server.tls, "--ca", cert, ...more];
  const ca = readFileSync(cert, "utf8");
  const cluster = (seed, run) =>
    clusterPool({ servers: server.tls, tls: { ca }, run, patience: 1, key: seed });
  const refusals = [
    [() => startWorker(words([])), /refuses the key/],
    [() => startWorker(words(["--key", stranger.file])), /refuses the key/],
    [() => startWorker(["--servers", server.tls, "--key", worker.file]), /certificate/],
    [() => cluster(undefined, "secret").open(), /refuses the key/],
    [() => refusedLater(words(["--key", worker.file, "--run", "other"])), /may not do this/],
    [() => refusedLater(words(["--key", mine.file, "--run", "secret"])), /may not do this/],
    [() => trained(cluster(mine.seed, "other")), /may not do this/],
    [() => trained(cluster(worker.seed, "secret")), /may not do this/],
  ];
  for (const [attempt, words] of refusals) await assert.rejects(attempt, words);
  const honest = await startWorker(words(["--key", worker.file, "--run", "secret"]));
  const pool = cluster(mine.seed, "secret");
  assert.equal(await trained(pool), await trained());
  assert.ok(honest.name.startsWith(`${worker.publicKey}.`), "a worker goes by its key");
  pool.dispose();
  honest.kill();
  await server.stop();
  return `${refusals.length} ways to be refused, and the same hash for who has the right keys, over TLS`;
}

/** A worker that connects, and ends with what it says when it is refused. */
async function refusedLater(words) {
  const { process } = await startWorker(words);
  let said = "";
  process.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  process.stdout.setEncoding("utf8").on("data", (text) => (said += text));
  await new Promise((resolve) => process.once("exit", resolve));
  throw new Error(said);
}
