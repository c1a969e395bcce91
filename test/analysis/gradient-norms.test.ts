import { expect, test } from "vitest";
import { fittedRate, gradientNorms } from "../../src/analysis/gradient-norms.ts";
import { stateMap } from "../../src/analysis/state-map.ts";
import { dense } from "../../src/models/network/layers.ts";
import { gru, rnn } from "../../src/models/network/recurrent-layers.ts";
import { normal } from "../../src/models/network/initializers.ts";
import { network } from "../../src/models/network/network.ts";

const last = (T: number): Float32Array => Float32Array.from({ length: T }, (_, t) => Number(t === T - 1));

test("norms by lag are those of the product of Jacobians along the trajectory", async () => {
  const H = 6;
  const T = 12;
  const net = await network({
    input: 1,
    layers: [rnn(H, { init: { recurrent: normal(0.5) } }), dense(1)],
    loss: "squared",
    precision: "float64",
    seed: 4,
  });
  const input = Float64Array.from({ length: T }, (_, t) => Math.sin(t));
  const items = [{ input, target: new Float64Array(T).fill(3), weight: last(T) }];
  const { norms } = gradientNorms(net, items)[0];
  const P = Object.fromEntries(net.parameters.map((p) => [p.name, Float64Array.from(p.data)]));
  const W = Float64Array.from({ length: H * H }, (_, i) => P["rnn1.Wh"][(i % H) * H + Math.floor(i / H)]);
  // states by hand; then dE/dh_T = (y - target)·v, dE/dh_{t-1} = Jᵀ·dE/dh_t
  let h = Float64Array.from(P["rnn1.state"]);
  const jacobians: Float64Array[] = [];
  for (let t = 0; t < T; ++t) {
    const map = await stateMap({ W, bias: P["rnn1.b"].map((b, j) => b + input[t] * P["rnn1.Wx"][j]) });
    const { next, jacobian } = map.linearize(h);
    jacobians.push(jacobian);
    h = next as Float64Array<ArrayBuffer>;
    map.dispose();
  }
  const y = P["dense2.b"][0] + h.reduce((sum, x, j) => sum + x * P["dense2.W"][j], 0);
  let d = P["dense2.W"].map((v) => (y - 3) * v);
  for (let lag = 0; lag < T; ++lag) {
    expect(Math.abs(norms[lag] / Math.hypot(...d) - 1)).toBeLessThan(1e-10);
    d = d.map((_, j) => d.reduce((sum, x, i) => sum + x * jacobians[T - 1 - lag][i * H + j], 0));
  }
  net.dispose();
});

test("small weights make gradients vanish and big ones grow, at a fitted rate", async () => {
  for (const [scale, sign] of [
    [0.3, -1],
    [3, 1],
  ] as const) {
    const H = 40;
    const T = 30;
    const net = await network({
      input: 1,
      layers: [
        rnn(H, { activation: "identity", init: { recurrent: normal(scale / Math.sqrt(H)) } }),
        dense(1),
      ],
      loss: "squared",
      precision: "float64",
    });
    const { norms } = gradientNorms(net, [
      { input: new Float64Array(T).fill(1e-3), target: new Float64Array(T).fill(1), weight: last(T) },
    ])[0];
    const lags = Float64Array.from({ length: 20 }, (_, i) => i + 5);
    const rate = fittedRate(
      lags,
      lags.map((lag) => Math.log(norms[lag])),
    );
    expect(Math.sign(rate)).toBe(sign);
    // the circular law: radius `scale`, up to some percent at 40 units
    expect(Math.abs(rate - Math.log(scale))).toBeLessThan(0.15);
    net.dispose();
  }
});

test(
  "every recurrent layer has norms, sequences of all lengths count, and the loss of each sequence " +
    "is its own",
  async () => {
    const net = await network({
      input: 1,
      layers: [gru(3), rnn(2), dense(1)],
      loss: "squared",
      precision: "float64",
    });
    const item = (T: number): { input: Float64Array; target: Float64Array; weight: Float32Array } => ({
      input: new Float64Array(T).fill(0.5),
      target: new Float64Array(T).fill(1),
      weight: last(T),
    });
    const both = gradientNorms(net, [item(4), item(7)]);
    const one = gradientNorms(net, [item(7)]);
    const other = gradientNorms(net, [item(4)]);
    expect(both.map(({ name, norms }) => [name, norms.length])).toEqual([
      ["gru1", 7],
      ["rnn2", 7],
    ]);
    for (const l of [0, 1])
      for (let lag = 0; lag < 7; ++lag) {
        const want =
          lag < 4 ? Math.sqrt((one[l].norms[lag] ** 2 + other[l].norms[lag] ** 2) / 2) : one[l].norms[lag];
        expect(Math.abs(both[l].norms[lag] / want - 1)).toBeLessThan(1e-10);
      }
    net.dispose();
  },
);
