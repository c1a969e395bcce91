/** Gauss-Newton products of nets against explicit matrices, with structural damping and with constraints. */
import { describe, expect, test } from "vitest";
import { internals } from "../../src/models/network/internals.ts";
import { constrain, fix, tie, type NetworkConstraint } from "../../src/models/network/constraints.ts";
import { constrained } from "../../src/models/network/optional/constraints.ts";
import { bidirectional, dense, type Layer } from "../../src/models/network/layers.ts";
import { gru, lstm, rnn } from "../../src/models/network/recurrent-layers.ts";
import { normal } from "../../src/models/network/initializers.ts";
import { network, type Network } from "../../src/models/network/network.ts";
import { close } from "../close.ts";
import { dualForward, type CellName } from "../reference/gauss-newton.ts";

const exact = 1e-10; // relative to the largest entry of the product

const some = { init: { bias: normal(0.3), state: normal(0.3) } };
const nets: [string, Layer, { cell: CellName; name: string; reverse: boolean }[]][] = [
  ["rnn", rnn(4, some), [{ cell: "rnn", name: "rnn1", reverse: false }]],
  ["lstm", lstm(3, some), [{ cell: "lstm", name: "lstm1", reverse: false }]],
  ["gru", gru(3, some), [{ cell: "gru", name: "gru1", reverse: false }]],
  [
    "bidirectional lstm",
    bidirectional(lstm(2, some)),
    [
      { cell: "lstm", name: "bidirectional1.forward", reverse: false },
      { cell: "lstm", name: "bidirectional1.backward", reverse: true },
    ],
  ],
];

describe.each(nets)("%s", (_, layer, parts) => {
  test.each(["squared", "bernoulli", "softmax"] as const)(
    "G·v and (G + a·G_S)·v equal the explicit matrices, %s",
    async (loss) => {
      const O = 3;
      const net = await network({ input: 2, layers: [layer, dense(O)], loss, precision: "float64", seed: 7 });
      const P = net.size;
      const sequences = [5, 3, 4].map((T, s) =>
        Array.from({ length: T }, (__, t) => [Math.sin(s + t), Math.cos(3 * t + s)]),
      );
      const weights = sequences.map((x, s) => x.map((__, t) => ((s + t) % 3 === 0 ? 0 : 1 + 0.5 * t)));
      const items = sequences.map((input, s) => ({
        input,
        weight: weights[s],
        target: input.flatMap((__, t) =>
          loss === "softmax" ? [t % O] : Array.from({ length: O }, (___, o) => (t + o) % 2),
        ),
      }));
      const G = new Float64Array(P * P);
      const S = new Float64Array(P * P);
      const outer = (M: Float64Array, w: number, a: Float64Array, b: Float64Array): void => {
        for (let i = 0; i < P; ++i) for (let j = 0; j < P; ++j) M[i * P + j] += w * a[i] * b[j];
      };
      let total = 0;
      sequences.forEach((input, s) => {
        const { outputs, pre } = dualForward(parts, net.parameters, input);
        outputs.forEach((row, t) => {
          const w = weights[s][t];
          const e = row.map((z) => Math.exp(z.x));
          const sum = e.reduce((a, b) => a + b);
          const p = e.map((x) => x / sum);
          total += w;
          row.forEach((z, i) => {
            if (loss === "squared") outer(G, w, z.d, z.d);
            else if (loss === "bernoulli") {
              const q = 1 / (1 + Math.exp(-z.x));
              outer(G, w * q * (1 - q), z.d, z.d);
            } else row.forEach((y, j) => outer(G, w * ((i === j ? p[i] : 0) - p[i] * p[j]), z.d, y.d));
          });
        });
        for (const { d, weight } of pre) outer(S, weight, d, d);
      });
      const v = Float64Array.from({ length: P }, (__, i) => Math.sin(5 * i + 1));
      const a = 0.37;
      const times = (M: Float64Array): Float64Array =>
        v.map((__, i) => v.reduce((sum, x, j) => sum + M[i * P + j] * x, 0) / total);
      const Gv = times(G);
      const Sv = times(S);
      const scale = Math.max(...Gv.map(Math.abs));
      const size = Math.max(...Sv.map(Math.abs));
      const plain = net.gaussNewtonProduct(items, v);
      const damped = net.gaussNewtonProduct(items, v, { structural: a });
      for (let i = 0; i < P; ++i) {
        expect(Math.abs(plain[i] - Gv[i])).toBeLessThan(exact * scale);
        expect(Math.abs(damped[i] - Gv[i] - a * Sv[i])).toBeLessThan(exact * (scale + a * size));
      }
      expect(size).toBeGreaterThan(1e-3);
      net.dispose();
    },
  );
});

describe("nets whose explicit matrix comes from differences", () => {
  const O = 2;
  const items = [5, 3].map((T, s) => ({
    input: Array.from({ length: T }, (_, t) => [Math.sin(s + t), Math.cos(3 * t + s)]),
    target: Array.from({ length: T }, (_, t) => t % 2),
  }));
  const make = (constraints: readonly NetworkConstraint[] = []): Promise<Network> =>
    network({
      input: 2,
      layers: [rnn(3, some), lstm(2, some), dense(O)],
      loss: "softmax",
      precision: "float64",
      seed: 7,
      constraints,
    });
  const set = (net: Network, theta: ArrayLike<number>): void => {
    let at = 0;
    for (const p of net.parameters) p.set(p.data.map(() => theta[at++]));
  };
  const read = (net: Network): number[] => net.parameters.flatMap(({ data }) => Array.from(data));
  /**
   * G = Σ Jᵀ·(diag(p) - p·pᵀ)·J / total, J by central differences of log p: it is that of z less a row that
   * the curvature does not see.
   */
  const explicit = (net: Network): number[][] => {
    const P = net.size;
    const theta = read(net);
    const step = 1e-5;
    const G = theta.map(() => Array<number>(P).fill(0));
    const logs = (): number[][] =>
      net
        .predict(items.map(({ input }) => input))
        .flatMap((y) =>
          Array.from({ length: y.length / O }, (_, t) =>
            Array.from(y.subarray(t * O, (t + 1) * O), Math.log),
          ),
        );
    const base = logs();
    const J = theta.map((x, i) => {
      const at = (e: number): number[][] => {
        set(
          net,
          theta.map((other, j) => (j === i ? x + e : other)),
        );
        return logs();
      };
      const up = at(step);
      const down = at(-step);
      return up.map((row, n) => row.map((z, o) => (z - down[n][o]) / (2 * step)));
    });
    set(net, theta);
    base.forEach((row, n) => {
      const p = row.map(Math.exp);
      for (let i = 0; i < P; ++i)
        for (let j = 0; j < P; ++j) {
          const a = J[i][n];
          const b = J[j][n];
          const mean = (v: number[]): number => v.reduce((sum, x, o) => sum + p[o] * x, 0);
          G[i][j] += (mean(a.map((x, o) => x * b[o])) - mean(a) * mean(b)) / base.length;
        }
    });
    return G;
  };
  const differences = { rel: 1e-8 }; // central, of step 1e-5

  test("G·v of a net of stacked recurrent layers", async () => {
    const net = await make();
    const G = explicit(net);
    const v = G.map((_, i) => Math.sin(5 * i + 1));
    close(
      net.gaussNewtonProduct(items, v),
      G.map((row) => row.reduce((sum, g, j) => sum + g * v[j], 0)),
      differences,
    );
    net.dispose();
  });

  test("with ties, fixed entries and a linear constraint it is Mᵀ·G·M·v on the free parameters", async () => {
    const entries = (name: string, ...indices: number[]): { name: string; indices: number[] } => ({
      name,
      indices,
    });
    const constraints = [
      tie(entries("rnn1.Wx", 0, 1, 2), entries("rnn1.Wx", 3, 4, 5)),
      fix(entries("lstm2.b", 0, 5)),
      constrain({
        entries: [entries("dense3.W", 0, 1, 2, 3)],
        A: [
          [1, 2, 0, -1],
          [0, 1, 1, 1],
        ],
        b: [0.5, -0.25],
      }),
    ];
    const net = await make(constraints);
    const { memory } = net.engine;
    const { graph } = internals(net).built;
    const P = net.size;
    const map = constrained(net.engine, graph, constraints);
    const F = map.size;
    const phi = memory.allocate(8 * F);
    const theta = memory.allocate(8 * P);
    memory.reals(theta, P).set(read(net)); // a point that satisfies them
    map.project(theta, phi);
    map.expand(phi, theta);
    set(net, memory.reals(theta, P));
    const M = Array.from({ length: F }, (_, f) => {
      memory.reals(phi, F).fill(0)[f] = 1;
      map.pushForward(phi, theta, theta);
      return Array.from(memory.reals(theta, P));
    });
    expect(F).toBe(P - 3 - 2 - 2);
    const G = explicit(net);
    const v = M.map((_, i) => Math.cos(3 * i));
    const moved = G.map((_, i) => M.reduce((sum, column, f) => sum + column[i] * v[f], 0));
    const Gv = G.map((row) => row.reduce((sum, g, j) => sum + g * moved[j], 0));
    close(
      net.gaussNewtonProduct(items, v),
      M.map((column) => column.reduce((sum, m, i) => sum + m * Gv[i], 0)),
      differences,
    );
    memory.free(phi);
    memory.free(theta);
    net.dispose();
  });
});
