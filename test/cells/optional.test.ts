/** Cells in a form that differs from their paper's, beside the paper's own recursion. */
import { expect, test } from "vitest";
import { dense, lru, network, slstm } from "../../src/index.ts";
import { lemCell } from "../../src/cells/optional/lem.ts";
import { lruCell } from "../../src/cells/optional/lru.ts";
import { minGruCell, minLstmCell } from "../../src/cells/optional/min-gru.ts";
import { slstmCell } from "../../src/cells/optional/slstm.ts";
import { forms } from "../../src/models/network/optional/recurrent-layers.ts";
import { stateGates } from "../../src/ops/recurrent/cell.ts";
import { close } from "../close.ts";

const T = 30;
const x = Float64Array.from({ length: T }, (_, t) => ((t * 7) % 11) / 5 - 1);
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** The parameters of a net by the last part of their names. */
const byName = (net: Awaited<ReturnType<typeof network>>): Record<string, number[]> =>
  Object.fromEntries(net.parameters.map(({ name, data }) => [name.split(".")[1], Array.from(data)]));

test.each(["logistic", "exponential"] as const)(
  "an slstm with a %s forget gate is the recursion of c, n and the stabilizer m",
  async (forgetGate) => {
    const layers = [slstm(1, { forgetGate, initialState: "zero" })];
    using net = await network({ input: 1, layers, loss: "squared", precision: "float64", seed: 3 });
    const { Wx, Wh, b } = byName(net);
    let [h, c, n, m] = [0, 0, 1, 0];
    const want = Array.from(x, (input) => {
      const [i, f, z, o] = [0, 1, 2, 3].map((g) => input * Wx[g] + h * Wh[g] + b[g]);
      const logF = forgetGate === "logistic" ? Math.log(sigmoid(f)) : f;
      const next = Math.max(logF + m, i);
      const keep = Math.exp(logF + m - next);
      const write = Math.exp(i - next);
      c = keep * c + write * Math.tanh(z);
      n = keep * n + write;
      m = next;
      return (h = (sigmoid(o) * c) / n);
    });
    close(net.predict([x])[0], want, { rel: 1e-12, abs: 1e-14 });
  },
);

test("an slstm's states stay finite where its gates overflow", async () => {
  const layers = [slstm(3, { forgetGate: "exponential" })];
  using net = await network({ input: 1, layers, loss: "squared", seed: 3 });
  const [y] = net.predict([Float32Array.from({ length: 400 }, (_, t) => (t % 2 ? -300 : 300))]);
  expect(y.every((v) => Math.abs(v) <= 1)).toBe(true);
});

test("an lru is the complex recursion h = λh + γz, its real part comes out, and |λ| < 1", async () => {
  using net = await network({ input: 1, layers: [lru(5)], loss: "squared", precision: "float64", seed: 3 });
  const { Wx, b, polar, state } = byName(net);
  const [y] = net.predict([x]);
  for (let j = 0; j < 5; ++j) {
    const r = Math.exp(-Math.exp(polar[j]));
    const angle = Math.exp(polar[5 + j]);
    const gamma = Math.sqrt(1 - r * r);
    let [re, im] = [state[j], state[5 + j]];
    const want = Array.from(x, (input) => {
      const [c, s] = [r * Math.cos(angle), r * Math.sin(angle)];
      [re, im] = [
        c * re - s * im + gamma * (input * Wx[j] + b[j]),
        s * re + c * im + gamma * (input * Wx[5 + j] + b[5 + j]),
      ];
      return re;
    });
    close(
      Array.from(x, (_, t) => y[5 * t + j]),
      want,
      { rel: 1e-12, abs: 1e-14 },
    );
  }
});

test("a cell without a recurrent product has no Wh, and no dropout of it", async () => {
  using net = await network({ input: 1, layers: [lru(5), dense(1)], loss: "squared" });
  expect(net.parameters.map(({ name }) => name)).not.toContain("lru1.Wh");
  expect(() => lru(5, { recurrentDropout: 0.1 })).toThrow(/there is none; want zoneout/);
});

test("the forms that layers are checked by are those of the tables", () => {
  const cells = {
    minGru: minGruCell(),
    minLstm: minLstmCell(),
    lru: lruCell(),
    lem: lemCell(),
    slstm: slstmCell(),
  };
  for (const [name, cell] of Object.entries(cells)) {
    const { gates, carried, roles } = forms[name as keyof typeof forms];
    expect([gates, carried], name).toEqual([cell.gates, cell.carried]);
    expect(roles.includes("recurrent"), name).toBe(stateGates(cell) > 0);
    for (const { role } of cell.own?.rows ?? []) expect(roles, name).toContain(role);
  }
});
