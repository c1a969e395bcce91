import { describe, expect, test } from "vitest";
import { bidirectional, dense, gru, lstm, rnn, type Layer } from "../../src/models/layers.ts";
import { normal } from "../../src/models/initialization.ts";
import { network } from "../../src/models/network.ts";
import { dualForward, type CellName } from "../reference/gauss-newton.ts";

const exact = 1e-10; // relative to the largest entry of the product

const some = { init: { bias: normal(0.3), state: normal(0.3) } };
const nets: [string, Layer, { cell: CellName; name: string; reverse: boolean }[]][] = [
  ["rnn", rnn(4, some), [{ cell: "rnn", name: "rnn1", reverse: false }]],
  ["lstm", lstm(3, some), [{ cell: "lstm", name: "lstm1", reverse: false }]],
  ["gru", gru(3, some), [{ cell: "gru", name: "gru1", reverse: false }]],
  ["bidirectional lstm", bidirectional(lstm(2, some)), [{ cell: "lstm", name: "bidirectional1.forward", reverse: false }, { cell: "lstm", name: "bidirectional1.backward", reverse: true }]],
];

describe.each(nets)("%s", (_, layer, parts) => {
  test.each(["squared", "bernoulli", "softmax"] as const)("G·v and (G + a·G_S)·v equal the explicit matrices, %s", async (loss) => {
    const O = 3, net = await network({ input: 2, layers: [layer, dense(O)], loss, precision: "float64", seed: 7 }), P = net.size;
    const sequences = [5, 3, 4].map((T, s) => Array.from({ length: T }, (__, t) => [Math.sin(s + t), Math.cos(3 * t + s)]));
    const weights = sequences.map((x, s) => x.map((__, t) => (s + t) % 3 === 0 ? 0 : 1 + 0.5 * t));
    const items = sequences.map((input, s) => ({ input, weight: weights[s]!, target: input.flatMap((__, t) => loss === "softmax" ? [t % O] : Array.from({ length: O }, (___, o) => (t + o) % 2)) }));
    const G = new Float64Array(P * P), S = new Float64Array(P * P);
    const outer = (M: Float64Array, w: number, a: Float64Array, b: Float64Array): void => { for (let i = 0; i < P; ++i) for (let j = 0; j < P; ++j) M[i * P + j]! += w * a[i]! * b[j]!; };
    let total = 0;
    sequences.forEach((input, s) => {
      const { outputs, pre } = dualForward(parts, net.parameters, input);
      outputs.forEach((row, t) => {
        const w = weights[s]![t]!, e = row.map((z) => Math.exp(z.x)), sum = e.reduce((a, b) => a + b), p = e.map((x) => x / sum);
        total += w;
        row.forEach((z, i) => {
          if (loss === "squared") outer(G, w, z.d, z.d);
          else if (loss === "bernoulli") { const q = 1 / (1 + Math.exp(-z.x)); outer(G, w * q * (1 - q), z.d, z.d); }
          else row.forEach((y, j) => outer(G, w * ((i === j ? p[i]! : 0) - p[i]! * p[j]!), z.d, y.d));
        });
      });
      for (const { d, weight } of pre) outer(S, weight, d, d);
    });
    const v = Float64Array.from({ length: P }, (__, i) => Math.sin(5 * i + 1)), a = 0.37;
    const times = (M: Float64Array): Float64Array => v.map((__, i) => v.reduce((sum, x, j) => sum + M[i * P + j]! * x, 0) / total);
    const Gv = times(G), Sv = times(S), scale = Math.max(...Gv.map(Math.abs)), size = Math.max(...Sv.map(Math.abs));
    const plain = net.gaussNewtonProduct(items, v), damped = net.gaussNewtonProduct(items, v, { structural: a });
    for (let i = 0; i < P; ++i) {
      expect(Math.abs(plain[i]! - Gv[i]!)).toBeLessThan(exact * scale);
      expect(Math.abs(damped[i]! - Gv[i]! - a * Sv[i]!)).toBeLessThan(exact * (scale + a * size));
    }
    expect(size).toBeGreaterThan(1e-3);
    net.dispose();
  });
});

test("structural damping has no gradient at its own point: S(θ, θ_n) grows with the square of the distance, at the rate of G_S", async () => {
  const net = await network({ input: 2, layers: [rnn(4, some), dense(1)], loss: "squared", precision: "float64", seed: 3 }), P = net.size;
  const input = Array.from({ length: 6 }, (_, t) => [Math.sin(t), Math.cos(t)]), items = [{ input, target: new Float64Array(6) }];
  const names = net.parameters.map((p) => ({ name: p.name, shape: p.shape, data: Float64Array.from(p.data) })), v = Float64Array.from({ length: P }, (_, i) => Math.sin(i));
  const states = (step: number): number[] => { // h = tanh(x); the distance that matches tanh: ½ Σ (x - x_n)·(h - h_n), of curvature (1 - h²) at x_n
    let at = 0;
    const moved = names.map((p) => ({ ...p, data: Float64Array.from(p.data, (x) => x + step * v[at++]!) }));
    return stateOf(moved, input);
  };
  const base = states(0), S = (step: number): number => 0.5 * states(step).reduce((sum, h, i) => sum + (Math.atanh(h) - Math.atanh(base[i]!)) * (h - base[i]!), 0);
  const product = Float64Array.from(net.gaussNewtonProduct(items, v, { structural: 1 })), plain = net.gaussNewtonProduct(items, v);
  const curvature = 6 * product.reduce((sum, x, i) => sum + (x - plain[i]!) * v[i]!, 0), e = 1e-4; // 6 steps divide the loss
  expect(Math.abs(S(e) - S(-e)) / (2 * e)).toBeLessThan(1e-3 * e * curvature + 1e-12);
  expect(Math.abs((S(e) + S(-e)) / (e * e) / curvature - 1)).toBeLessThan(1e-4);
  net.dispose();
});

/** All states of a plain net, step by step. */
function stateOf(parameters: { name: string; shape: readonly [number, number]; data: Float64Array }[], input: number[][]): number[] {
  const get = (name: string): Float64Array => parameters.find((p) => p.name === name)!.data, H = 4, out: number[] = [];
  let h = Array.from(get("rnn1.state"));
  for (const x of input) {
    h = h.map((_, j) => Math.tanh(get("rnn1.b")[j]! + x.reduce((s, u, i) => s + u * get("rnn1.Wx")[i * H + j]!, 0) + h.reduce((s, u, i) => s + u * get("rnn1.Wh")[i * H + j]!, 0)));
    out.push(...h);
  }
  return out;
}
