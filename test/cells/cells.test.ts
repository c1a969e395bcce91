import { describe, expect, test } from "vitest";
import { gruCell } from "../../src/cells/gru.ts";
import { lstmCell } from "../../src/cells/lstm.ts";
import { lemCell } from "../../src/cells/optional/lem.ts";
import { lruCell } from "../../src/cells/optional/lru.ts";
import { minGruCell, minLstmCell } from "../../src/cells/optional/min-gru.ts";
import { noisy } from "../../src/cells/optional/noisy.ts";
import { slstmCell } from "../../src/cells/optional/slstm.ts";
import { rnnCell } from "../../src/cells/rnn.ts";
import type { Graph, NodeId } from "../../src/graph/graph.ts";
import { activation } from "../../src/ops/activation.ts";
import { concat } from "../../src/ops/concat.ts";
import { initialState } from "../../src/ops/initial-state.ts";
import { linear } from "../../src/ops/linear.ts";
import { stateGates, type Cell } from "../../src/ops/recurrent/cell.ts";
import { recurrent } from "../../src/ops/recurrent/recurrent.ts";
import { bench, dot, type Build } from "../laws/bench.ts";
import { close } from "../close.ts";
import { inputLaws, opLaws } from "../laws/op.laws.ts";

const UNITS = 3;

/** A layer of the cell on node x. */
function layer(
  g: Graph,
  cell: Cell,
  x: NodeId,
  name: string,
  options: { reverse?: boolean; units?: number } = {},
): NodeId {
  const H = options.units ?? UNITS;
  const node = g.node(x);
  const I = node.data?.symbols ?? node.columns;
  const C = cell.carried * H;
  const start = g.apply(initialState({ columns: C }), 0, g.parameter(`${name}.state`, 1, C));
  const peep = cell.peepholes ? [g.parameter(`${name}.peep`, cell.peepholes, H)] : [];
  const own = cell.own ? [g.parameter(`${name}.${cell.own.name}`, 1, cell.own.rows.length * H)] : [];
  const gh = stateGates(cell);
  return g.apply(
    recurrent(cell, options),
    x,
    start,
    g.parameter(`${name}.Wx`, I, (cell.inputGates[1] - cell.inputGates[0]) * H),
    ...(gh ? [g.parameter(`${name}.Wh`, H, gh * H)] : []),
    g.parameter(`${name}.b`, 1, cell.gates.length * H),
    ...peep,
    ...own,
  );
}

const cells: Record<string, Cell> = {
  "rnn tanh": rnnCell(),
  "rnn logistic": rnnCell({ activation: "logistic" }),
  "rnn identity": rnnCell({ activation: "identity" }),
  leaky: rnnCell({ leak: 0.3 }),
  lstm: lstmCell(),
  "lstm with peepholes": lstmCell({ peepholes: true }),
  "lstm of 1997": lstmCell({ forgetGate: false }),
  "lstm of 1997 with peepholes": lstmCell({ forgetGate: false, peepholes: true }),
  gru: gruCell(),
  "gru, reset before": gruCell({ reset: "before" }),
  "minimal gru": minGruCell(),
  "minimal lstm": minLstmCell(),
  lru: lruCell(),
  lem: lemCell({ dt: 0.7 }),
  slstm: slstmCell(),
  "slstm, exponential forget gate": slstmCell({ forgetGate: "exponential" }),
};

for (const [name, cell] of Object.entries(cells)) {
  opLaws(name, (g) => layer(g, cell, g.input("x", 2), "l"));
  opLaws(`${name}, backwards in time`, (g) => layer(g, cell, g.input("x", 2), "l", { reverse: true }));
  inputLaws(name, (g) => layer(g, cell, g.input("x", 2), "l"));
}
// a seed whose pre-activations stay clear of the kink
opLaws("rnn relu", (g) => layer(g, rnnCell({ activation: "relu" }), g.input("x", 2), "l"), { seed: 5 });
opLaws(
  "lstm of 9 units, more than two vectors",
  (g) => layer(g, lstmCell(), g.input("x", 5), "l", { units: 9 }),
  { lengths: [7, 7, 2] },
);
opLaws("gru on symbols", (g) => layer(g, gruCell(), g.input("x", 1, { symbols: 5 }), "l"));
opLaws("lstm on a gru on a dense layer", (g) => {
  const x = g.input("x", 2);
  const z = g.apply(activation("tanh"), g.apply(linear(), x, g.parameter("W", 2, 3), g.parameter("b", 1, 3)));
  return layer(g, lstmCell({ peepholes: true }), layer(g, gruCell(), z, "a"), "b");
});
opLaws("both directions side by side", (g) => {
  const x = g.input("x", 2);
  return g.apply(concat, layer(g, lstmCell(), x, "f"), layer(g, lstmCell(), x, "b", { reverse: true }));
});

const rates = { recurrentDropout: 0.4, zoneout: 0.3 };
for (const [name, cell] of Object.entries(cells))
  for (const [noise, cut] of Object.entries({
    "recurrent dropout": { ...rates, zoneout: 0 },
    zoneout: { ...rates, recurrentDropout: 0 },
    "both noises": rates,
  })) {
    if (cut.recurrentDropout > 0 && stateGates(cell) === 0) continue;
    const build: Build = (g) => layer(g, noisy(cell, cut), g.input("x", 2), "l");
    opLaws(`${name} with ${noise}, in training`, build, { mode: { training: true, seed: 5, draw: 3 } });
    opLaws(`${name} with ${noise}, at rest`, build);
    inputLaws(`${name} with ${noise}`, build);
  }
opLaws(
  "a noisy lstm backwards in time",
  (g) => layer(g, noisy(lstmCell(), rates), g.input("x", 2), "l", { reverse: true, units: 9 }),
  { mode: { training: true, seed: 5, draw: 3 }, lengths: [7, 4, 4, 2] },
);

describe.each(Object.entries(cells))("%s", (_, cell) => {
  const build: Build = (g) => layer(g, cell, g.input("x", 2), "l");
  test("a sequence in a batch has the bits of the sequence alone", async () => {
    for (const reverse of [false, true]) {
      for (const precision of ["float32", "float64"] as const) {
        const lengths = [6, 4, 4, 1];
        const make: Build = (g) => layer(g, cell, g.input("x", 2), "l", { reverse });
        const all = await bench(make, { lengths, precision });
        const y = all.forward();
        const x = all.read(all.inputs.get(0)!, all.batch.rows * 2);
        for (let s = 0; s < lengths.length; ++s) {
          const one = await bench(make, { lengths: [lengths[s]], precision });
          one.setTheta(all.theta());
          const rows = Array.from({ length: lengths[s] }, (_, t) => all.batch.offsetAt[t] + s);
          one.engine.memory
            .reals(one.inputs.get(0)!, rows.length * 2)
            .set(rows.flatMap((r) => [x[2 * r], x[2 * r + 1]]));
          expect(one.forward()).toEqual(rows.flatMap((r) => y.slice(r * UNITS, (r + 1) * UNITS)));
          one.dispose();
        }
        all.dispose();
      }
    }
  });

  test("two halves with carried state have the bits of the whole", async () => {
    const whole = await bench(build, { lengths: [6, 6] });
    const y = whole.forward();
    const x = whole.read(whole.inputs.get(0)!, 24);
    const half = await bench(build, { lengths: [3, 3] });
    half.setTheta(whole.theta());
    const run = (from: number, carry: "start" | "continue"): number[] => {
      half.engine.memory.reals(half.inputs.get(0)!, 12).set(x.slice(from, from + 12));
      half.tape.forward({ carry });
      return half.read(half.tape.value(half.output), half.size);
    };
    expect([...run(0, "start"), ...run(12, "continue")]).toEqual(y);
    whole.dispose();
    half.dispose();
  });

  test("the structural damping matrix is Jᵀ·|∂state/∂pre|·J of the pre-activations", async () => {
    // With W the diagonal of |partials| and x the pre-activations, vᵀG_S·v = Σ|p|·R{x}², and G_S is linear
    // and symmetric.
    const b = await bench(build);
    const zero = new Array<number>(b.size).fill(0);
    const v = b.normals(b.P);
    const w = b.normals(b.P);
    b.forward();
    b.jvp(v);
    const Gv = b.vjp(zero, 0.7);
    b.jvp(w);
    const Gw = b.vjp(zero, 0.7);
    close(dot(w, Gv), dot(v, Gw), { rel: 1e-11, abs: 1e-13 });
    expect(dot(v, Gv)).toBeGreaterThan(0);
    b.jvp(v.map((x) => 2 * x));
    close(
      b.vjp(zero, 0.7),
      Gv.map((x) => 2 * x),
      { rel: 1e-12 },
    );
    b.dispose();
  });
});

test(
  "structural damping of a plain unit is the Gauss-Newton matrix of its pre-activations with " +
    "weights 1 - h²",
  async () => {
    // A net with the same pre-activations as output: linear of the delayed state; here by differences of pre
    // over all parameters.
    const b = await bench((g) => layer(g, rnnCell(), g.input("x", 2), "l"), { lengths: [4, 2] });
    const theta = b.theta();
    const h = 1e-5;
    const P = b.P;
    const artanh = (y: number): number => 0.5 * Math.log((1 + y) / (1 - y));
    const y = b.forward();
    const columns: number[][] = [];
    for (let p = 0; p < P; ++p) {
      const at = (s: number): number[] => {
        b.setTheta(theta.map((x, i) => (i === p ? x + s : x)));
        return b.forward().map(artanh);
      };
      const plus = at(h);
      const minus = at(-h);
      columns.push(plus.map((value, i) => (value - minus[i]) / (2 * h)));
    }
    b.setTheta(theta);
    b.forward();
    const v = b.normals(P);
    const rx = y.map((_, i) => columns.reduce((sum, column, p) => sum + column[i] * v[p], 0));
    const want = columns.map((column) =>
      column.reduce((sum, J, i) => sum + J * (1 - y[i] * y[i]) * rx[i], 0),
    );
    b.jvp(v);
    close(b.vjp(new Array<number>(b.size).fill(0), 1), want, { rel: 1e-7 });
    b.dispose();
  },
);
