/** What a round costs above the computing: 100,000 parameters, two workers on this machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "@nats-io/transport-node";
import { adam, dense, lstm, network, workerPool } from "unrolled";
import { clusterPool } from "unrolled/cluster";
import { startServer, startWorker } from "./server.js";

const here = dirname(fileURLToPath(import.meta.url));
const PART = 2 ** 14; // bytes of a datagram, as the library sends them
const T = 50;
const items = Array.from({ length: 16 }, (_, i) => ({
  input: Float32Array.from({ length: 32 * T }, (_, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
  target: Float32Array.from({ length: 4 * T }, (_, j) => ((5 * j + i) % 11) / 6 - 1),
}));
const WARM = 60; // steps until the engine has compiled what a round runs through
const TURNS = 4; // of the cluster and of the threads
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor(q * values.length)];

/** ms of each step of a training, once it is warm. */
async function stepTimes(pool) {
  const net = await network({ input: 32, layers: [lstm(142), dense(4)], loss: "squared", seed: 1 });
  const times = [];
  for await (const { ms } of net.train(items, {
    optimizer: adam(),
    steps: 3 * WARM,
    batch: items.length,
    shard: 8,
    pool,
  }))
    times.push(ms);
  const parameters = net.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  net.dispose();
  return { times: times.slice(WARM), parameters };
}

/** The median of times, and what one in ten stays below, where nothing else ran. */
const summary = (times) => ({ ms: quantile(times, 0.5), best: quantile(times, 0.1) });

/** ms of a round of the same bytes by the client alone: θ in parts to two peers, a gradient of each back. */
async function bareTime(url, parameters) {
  const parts = Math.ceil((4 * parameters) / PART);
  const words = [join(here, "bare-peer.js"), url, String(parts), String(PART)];
  const peers = [0, 1].map(() => spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] }));
  const client = await connect({ servers: url, noEcho: true });
  try {
    await Promise.all(peers.map(({ stdout }) => once(stdout, "data")));
    let heard = 0;
    let over = () => {};
    client.subscribe("bare.from", { callback: () => ++heard % (2 * parts) === 0 && over() });
    const part = new Uint8Array(PART);
    const times = [];
    for (let round = 0; round < 3 * WARM; ++round) {
      const from = performance.now();
      const answered = new Promise((resolve) => (over = resolve));
      for (let i = 0; i < parts; ++i) client.publish("bare.all", part);
      await answered;
      times.push(performance.now() - from);
    }
    return summary(times.slice(WARM));
  } finally {
    for (const peer of peers) peer.kill("SIGKILL");
    await client.close();
  }
}

/**
 * A step of two shards over two workers, beside the same two shards by two threads here. Both are measured by
 * turns, as others may use the machine for a while.
 */
export async function latency({ limit }) {
  const server = await startServer();
  const words = ["--servers", server.url, "--run", "latency"];
  const workers = [await startWorker(words), await startWorker(words)];
  const pool = clusterPool({ servers: server.url, run: "latency" });
  const threads = workerPool({ workers: 2 });
  try {
    await pool.open();
    const rounds = [];
    const computing = [];
    let size = 0;
    for (let turn = 0; turn < TURNS; ++turn) {
      computing.push(...(await stepTimes(threads)).times);
      const { times, parameters } = await stepTimes(pool);
      rounds.push(...times);
      size = parameters;
    }
    const [cluster, local] = [summary(rounds), summary(computing)];
    const bare = await bareTime(server.url, size);
    const above = cluster.ms - local.ms;
    const told = [cluster, local, bare].map(({ ms, best }) => `${ms.toFixed(1)} (${best.toFixed(1)}) ms`);
    const text =
      `${size} parameters, ${rounds.length} rounds in ${TURNS} turns, median (first tenth): ` +
      `a round ${told[0]}, two local workers ${told[1]}: ${above.toFixed(1)} ms above their computing; ` +
      `the same bytes by the client alone take ${told[2]}`;
    if (above > limit) throw new Error(`${text}, want at most ${limit}`);
    return text;
  } finally {
    pool.dispose();
    threads.dispose();
    for (const worker of workers) worker.kill();
    await server.stop();
  }
}
