// A training that is stopped, saved, loaded and goes on ends with the very bits of one that ran through.
import { adam, dense, gru, network, tasks } from "unrolled";

const make = () => network({ input: 2, layers: [gru(8), dense(1)], loss: "bernoulli", seed: 4 });
const task = tasks.addition({ digits: 8 });
const optimizer = adam({ rate: 0.01 });

const through = await make();
await through.fit(task, { optimizer, steps: 60 });

const stopped = await make();
const controller = new AbortController();
await stopped.fit(task, {
  optimizer,
  steps: 60,
  signal: controller.signal,
  onProgress: ({ step }) => step === 25 && controller.abort(),
});
const bytes = stopped.save();
const resumed = await network.load(bytes);
await resumed.fit(task, { optimizer, steps: 60 - resumed.step });

const weights = (net) => net.parameters.flatMap(({ data }) => [...data]);
const equal = weights(through).every((w, i) => w === weights(resumed)[i]);
console.log(`stopped after ${stopped.step} steps, ${bytes.length} bytes; the same bits at the end: ${equal}`);
for (const net of [through, stopped, resumed]) net.dispose();
