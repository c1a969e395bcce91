// Trains in a Web Worker. Workers know no import maps, so the address is written out; a bundler would take
// "unrolled".
import { adam, dense, lstm, network, nextStep } from "/node_modules/unrolled/dist/unrolled.js";

const wave = Float32Array.from({ length: 200 }, (_, t) => [0, 1, 0, -1][t % 4]);
const net = await network({ input: 1, layers: [lstm(8), dense(1)], loss: "squared", seed: 1 });
for await (const { step, loss } of net.train(nextStep([wave]), {
  optimizer: adam({ rate: 0.02 }),
  steps: 200,
})) {
  if (step % 10 === 0) postMessage({ step, loss });
}
const { means } = net.forecast(4, { history: wave });
postMessage({ done: true, forecast: [...means] });
net.dispose();
