// What comes next, not as one number: a net of quantiles gives a band, a net of a mixture density gives a
// distribution, out of which it draws a series of its own. Every third step the series leaps up or down.
import { adam, cosine, dense, gru, mixture, network, quantile } from "unrolled";

let state = 1;
const coin = () => (state = (state * 48271) % 2147483647) / 2147483647;
const record = (steps) => {
  let leap = 0;
  return Array.from({ length: steps }, (_, t) => {
    if (t % 3 === 0) leap = coin() < 0.5 ? 1 : -1;
    return leap / 2 ** (t % 3) + 0.1 * (coin() - 0.5);
  });
};
/** Each step with the one that follows. */
const pairs = (count) =>
  Array.from({ length: count }, () => {
    const x = record(31);
    return { input: x.slice(0, -1), target: x.slice(1) };
  });
const options = (steps) => ({
  steps,
  batch: 16,
  optimizer: adam({ rate: cosine({ from: 0.02, to: 0.0005, until: steps }), clip: 1 }),
});

const loss = quantile([0.1, 0.5, 0.9]);
const band = await network({ input: 1, layers: [gru(12), dense(3)], loss, seed: 1 });
await band.fit(pairs(64), options(400));
const fresh = pairs(40);
let inside = 0;
for (const { input, target } of fresh) {
  const [y] = band.predict([input]);
  target.forEach((value, t) => (inside += y[3 * t] <= value && value <= y[3 * t + 2] ? 1 : 0));
}
console.log(`from 10% to 90% lie ${((100 * inside) / (40 * 30)).toFixed(0)}% of new values`);
const width = (t) => {
  const [y] = band.predict([fresh[0].input]);
  return (y[3 * t + 2] - y[3 * t]).toFixed(1);
};
console.log(`the band is ${width(11)} wide before a leap, ${width(12)} behind it`);

const density = await network({
  input: 1,
  layers: [gru(16), dense(6)],
  loss: mixture({ components: 2 }),
  seed: 1,
});
await density.fit(pairs(128), options(800));
const drawn = density.sample(300, { history: record(30), seed: 5 }).sequence;
const leaps = drawn.filter((_, t) => t % 3 === 0);
const up = leaps.filter((x) => x > 0.8).length;
const down = leaps.filter((x) => x < -0.8).length;
console.log(`of 100 leaps that it drew itself ${up} go up, ${down} down, ${100 - up - down} elsewhere`);
for (const net of [band, density]) net.dispose();
