// A sensor, one reading at a time: the net that learned its rhythm tells how far each reading is from what it
// expected.
import { adam, dense, gru, network, nextStep } from "unrolled";

const rhythm = (t) => Math.abs(((t + 6) % 24) - 12) / 6 - 1;
const calm = Float32Array.from({ length: 480 }, (_, t) => rhythm(t));
const net = await network({ input: 1, layers: [gru(16), dense(1)], loss: "squared", seed: 2 });
await net.fit(nextStep([calm]), { optimizer: adam({ rate: 0.01 }), steps: 300 });

const live = net.stream();
let expected = live.step(calm[0])[0];
const surprises = [];
for (let t = 1; t < 200; ++t) {
  const reading = t === 150 ? rhythm(t) + 1 : rhythm(t); // something knocks at the sensor once
  surprises.push({ t, surprise: Math.abs(reading - expected) });
  expected = live.step(reading)[0];
}
surprises.sort((a, b) => b.surprise - a.surprise);
console.log(
  `the most surprising reading is number ${surprises[0].t}, off by ${surprises[0].surprise.toFixed(2)}`,
);
net.dispose();
