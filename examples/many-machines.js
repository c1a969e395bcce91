// The shards of every batch go to whoever works for the run, on any machine, through a NATS server; the same
// bits as here.
//
//   npm install @nats-io/nats-core @nats-io/transport-node && nats-server
//   npx unrolled worker --servers nats://127.0.0.1:4222 --run sums     as often as there are cores, anywhere
//   node examples/many-machines.js nats://127.0.0.1:4222
import { dense, lstm, network, tasks } from "unrolled";
import { clusterPool, serveShards } from "unrolled/cluster";

async function train(pool) {
  const net = await network({ input: 2, layers: [lstm(32), dense(1)], loss: "bernoulli", seed: 1 });
  const report = await net.fit(tasks.addition({ digits: 24 }), { steps: 20, batch: 64, shard: 8, pool });
  net.dispose();
  return report.history.map(({ loss }) => loss);
}

const [servers] = process.argv.slice(2);
const here = await train();
console.log(`here: loss ${here[0].toFixed(4)} to ${here.at(-1).toFixed(4)}`);
if (servers) {
  const worker = await serveShards({ servers, run: "sums" }); // this process works, too
  const pool = clusterPool({ servers, run: "sums", patience: 10 });
  const there = await train(pool);
  console.log(`${pool.workers.length} workers, the same bits: ${there.join() === here.join()}`);
  pool.dispose();
  await worker.close();
} else console.log("over machines: start a NATS server, and say its address, as nats://127.0.0.1:4222");
