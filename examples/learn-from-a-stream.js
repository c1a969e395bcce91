// A net that learns while data come in and never stores them: it says what a noisy sensor will show next, and
// goes on learning when the sensor changes its rhythm. Memory stays as it is however long the stream.
import { adam, dense, lru, network } from "unrolled";

const net = await network({
  input: 1,
  layers: [lru(16), dense(16, { activation: "tanh" }), dense(1)],
  loss: "squared",
  seed: 1,
});
const period = (t) => (t < 4000 ? 12 : 7);
const sensor = (t) =>
  Math.abs((t % period(t)) / period(t) - 0.5) * 4 - 1 + 0.05 * (((t * 7919) % 101) / 50 - 1);

/** Steps as they come: here from a function, in earnest from a socket or a port, as an async generator. */
function* steps() {
  for (let t = 0; t < 8000; ++t) yield { input: [sensor(t)], target: [sensor(t + 1)] };
}

let sum = 0;
await net.learn(steps(), {
  optimizer: adam({ rate: 0.005 }),
  every: 4,
  onProgress({ steps: done, loss }) {
    sum += loss;
    if (done % 1000 !== 0) return;
    console.log(`${done} steps: mean loss ${(sum / 250).toFixed(4)}`);
    sum = 0;
  },
});
net.dispose();
