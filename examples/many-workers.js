// The shards of every batch go to worker threads; one worker and two have the same bits.
import { dense, lstm, network, tasks, workerPool } from "unrolled";

async function train(workers) {
  const pool = workerPool({ workers });
  const net = await network({ input: 2, layers: [lstm(32), dense(1)], loss: "bernoulli", seed: 1 });
  const report = await net.fit(tasks.addition({ digits: 24 }), { steps: 20, batch: 64, shard: 16, pool });
  net.dispose();
  pool.dispose();
  return report.history.map(({ loss }) => loss);
}
const [one, two] = [await train(1), await train(2)];
console.log(
  `loss ${one[0].toFixed(4)} to ${one.at(-1).toFixed(4)}; the same bits with 1 ` +
    `and 2 workers: ${one.join() === two.join()}`,
);
