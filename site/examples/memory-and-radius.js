// How far back does a reservoir remember? An echo state network, its recurrent weights fixed, gives back its
// input of k steps ago: squared correlation by lag. Knobs: radius, the spectral radius; seed.
import { esn, plot, svg } from "unrolled";

const knobs = new URLSearchParams(self.name);
const radius = Number(knobs.get("radius") ?? 0.9);
const seed = Number(knobs.get("seed") ?? 1);

const lags = 40;
const value = (t) => ((t * t * 7919 + t * 104729) % 1009) / 504.5 - 1;
const make = (from) => {
  const input = Float64Array.from({ length: 1000 }, (_, t) => value(from + t));
  const target = Array.from(input, (_, t) => Array.from({ length: lags }, (_, k) => input[t - k - 1] ?? 0));
  return { input, target };
};
const net = await esn({ input: 1, output: lags, units: 100, spectralRadius: radius, washout: 100, seed });
await net.fit([make(0)]);
const fresh = make(5000);
const [answers] = net.predict([fresh.input]);

/** Squared correlation of what was asked for with what was answered. */
function remembered(k) {
  let [xx, yy, xy] = [0, 0, 0];
  for (let t = 200; t < 1000; ++t) {
    const [x, y] = [fresh.target[t][k], answers[t * lags + k]];
    [xx, yy, xy] = [xx + x * x, yy + y * y, xy + x * y];
  }
  return xx && yy ? (xy * xy) / (xx * yy) : 0;
}
const share = Array.from({ length: lags }, (_, k) => remembered(k));
postMessage(
  svg(
    plot({
      title: `Spectral radius ${radius}`,
      x: { label: "steps back" },
      y: { label: "squared correlation", range: [0, 1] },
      marks: [{ kind: "line", x: share.map((_, k) => k + 1), y: share }],
    }),
  ),
);
console.log(`memory: ${share.reduce((sum, r) => sum + r, 0).toFixed(1)} of ${lags} values back`);
net.dispose();
