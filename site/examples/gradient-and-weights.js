// What comes back through time? The gradient of an error at the last step by the states before it, for
// recurrent weights of a given size. Knobs: weights, lag, seed.
import { dense, gradientNorms, network, normal, plot, rnn, svg } from "unrolled";

const knobs = new URLSearchParams(self.name);
const weights = Number(knobs.get("weights") ?? 1.2);
const lag = Number(knobs.get("lag") ?? 30);
const seed = Number(knobs.get("seed") ?? 1);

const units = 100;
const init = { input: normal(0.01), recurrent: normal(weights / Math.sqrt(units)), state: normal(0.1) };
const net = await network({
  input: 1,
  layers: [rnn(units, { init }), dense(1)],
  loss: "squared",
  precision: "float64",
  seed,
});
const weight = new Float32Array(lag + 1);
weight[lag] = 1;
const input = new Float64Array(lag + 1);
const { norms } = gradientNorms(net, [{ input, target: new Float64Array(lag + 1).fill(1), weight }])[0];
const back = Array.from({ length: lag + 1 }, (_, k) => k);
postMessage(
  svg(
    plot({
      title: `Recurrent weights of size ${weights}`,
      x: { label: "steps before the last" },
      y: { label: "‖∂E/∂h‖, relative", log: true },
      marks: [{ kind: "line", x: back, y: back.map((k) => norms[k] / norms[0]) }],
    }),
  ),
);
console.log(`of the gradient, ${(norms[lag] / norms[0]).toExponential(1)} comes back over ${lag} steps`);
net.dispose();
