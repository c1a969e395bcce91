// Many workers, the same bits: the shards of every batch go to one Web Worker, then to two. Over a NATS
// server the pool is clusterPool(…), its workers are other machines, and nothing else changes.
import { dense, lstm, network, plot, svg, tasks, workerPool } from "unrolled";

async function train(workers) {
  const pool = workerPool({ workers });
  const net = await network({ input: 2, layers: [lstm(32), dense(1)], loss: "bernoulli", seed: 1 });
  const task = tasks.addition({ digits: 24 });
  const { history } = await net.fit(task, { steps: 40, batch: 64, shard: 16, pool });
  net.dispose();
  pool.dispose();
  return history.map(({ loss }) => loss);
}
const one = await train(1);
const two = await train(2);
console.log(`loss ${one[0].toFixed(4)} to ${one.at(-1).toFixed(4)}`);
console.log(`the same bits with one worker and with two: ${one.join() === two.join()}`);

const steps = one.map((_, i) => i + 1);
postMessage(
  svg(
    plot({
      title: "One worker and two: one curve",
      x: { label: "step" },
      y: { label: "loss, nats a digit" },
      marks: [
        { kind: "line", x: steps, y: one, label: "one worker" },
        { kind: "points", x: steps, y: two, label: "two workers" },
      ],
    }),
  ),
);
