/** Structural damping: a distance between states, whose curvature its products have. */
import { expect, test } from "vitest";
import { normal } from "../../src/models/network/initializers.ts";
import { dense } from "../../src/models/network/layers.ts";
import { network } from "../../src/models/network/network.ts";
import { rnn } from "../../src/models/network/recurrent-layers.ts";

const some = { init: { bias: normal(0.3), state: normal(0.3) } };

test(
  "structural damping has no gradient at its own point: S(θ, θ_n) grows with the square of the " +
    "distance, at the rate of G_S",
  async () => {
    const net = await network({
      input: 2,
      layers: [rnn(4, some), dense(1)],
      loss: "squared",
      precision: "float64",
      seed: 3,
    });
    const P = net.size;
    const input = Array.from({ length: 6 }, (_, t) => [Math.sin(t), Math.cos(t)]);
    const items = [{ input, target: new Float64Array(6) }];
    const names = net.parameters.map((p) => ({
      name: p.name,
      shape: p.shape,
      data: Float64Array.from(p.data),
    }));
    const v = Float64Array.from({ length: P }, (_, i) => Math.sin(i));
    const states = (step: number): number[] => {
      // h = tanh(x); the distance that matches tanh: ½ Σ (x - x_n)·(h - h_n), of curvature (1 - h²) at x_n
      let at = 0;
      const moved = names.map((p) => ({ ...p, data: Float64Array.from(p.data, (x) => x + step * v[at++]) }));
      return stateOf(moved, input);
    };
    const base = states(0);
    const S = (step: number): number =>
      0.5 *
      states(step).reduce((sum, h, i) => sum + (Math.atanh(h) - Math.atanh(base[i])) * (h - base[i]), 0);
    const product = Float64Array.from(net.gaussNewtonProduct(items, v, { structural: 1 }));
    const plain = net.gaussNewtonProduct(items, v);
    const curvature = 6 * product.reduce((sum, x, i) => sum + (x - plain[i]) * v[i], 0);
    const e = 1e-4; // 6 steps divide the loss
    expect(Math.abs(S(e) - S(-e)) / (2 * e)).toBeLessThan(1e-3 * e * curvature + 1e-12);
    expect(Math.abs((S(e) + S(-e)) / (e * e) / curvature - 1)).toBeLessThan(1e-4);
    net.dispose();
  },
);

/** All states of a plain net, step by step. */
function stateOf(
  parameters: { name: string; shape: readonly [number, number]; data: Float64Array }[],
  input: number[][],
): number[] {
  const get = (name: string): Float64Array => parameters.find((p) => p.name === name)!.data;
  const H = 4;
  const out: number[] = [];
  let h = Array.from(get("rnn1.state"));
  for (const x of input) {
    h = h.map((_, j) =>
      Math.tanh(
        get("rnn1.b")[j] +
          x.reduce((s, u, i) => s + u * get("rnn1.Wx")[i * H + j], 0) +
          h.reduce((s, u, i) => s + u * get("rnn1.Wh")[i * H + j], 0),
      ),
    );
    out.push(...h);
  }
  return out;
}
