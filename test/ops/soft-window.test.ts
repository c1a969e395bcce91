/** The laws of LSTM units that read a text through a window. */
import { expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { scaled } from "../../src/ops/arithmetic.ts";
import { linear } from "../../src/ops/linear.ts";
import { lstmCell } from "../../src/cells/lstm.ts";
import { softWindow } from "../../src/ops/optional/soft-window.ts";
import { engine } from "../../src/wasm/engine.ts";
import type { Ptr } from "../../src/wasm/kernels.ts";
import { loadOptionalKernels } from "../../src/wasm/optional-kernels.ts";
import { bench, dot, type Build } from "../laws/bench.ts";
import { inputLaws, opLaws } from "../laws/op.laws.ts";

await loadOptionalKernels(await engine("float32"));
await loadOptionalKernels(await engine("float64"));

const [I, H, V, K, U] = [3, 5, 4, 6, 7];

/** The window on x, with texts in which about every third place holds a symbol. */
const window =
  (x: (g: Graph) => number): Build =>
  (g) => {
    const input = x(g);
    return g.apply(
      softWindow(lstmCell()),
      input,
      g.apply(scaled(3), g.input("text", U, { per: "sequence" })),
      g.parameter("Wx", I, 4 * H),
      g.parameter("Wh", H + V, 4 * H),
      g.parameter("b", 1, 4 * H),
      g.parameter("Wq", H, 3 * K),
      g.parameter("q", 1, 3 * K),
    );
  };
const onData = window((g) => g.input("x", I));
const onParameters = window((g) =>
  g.apply(linear(), g.input("x", I), g.parameter("W", I, I), g.parameter("f", 1, I)),
);

opLaws("soft window", onParameters);
opLaws("soft window on data", onData, { lengths: [5, 5, 2], scale: 0.3 });
inputLaws("soft window", onData);

test("the window holds what Graves' formula says, and only moves on", async () => {
  const b = await bench(onData, { precision: "float64" });
  const y = b.forward();
  const text = b.read(b.tape.value(2), b.batch.sequences * U);
  const [shape, kappa] = ["shape", "kappa"].map((name) => b.tape.trace(b.output, name));
  const rows = b.batch.rows;
  const parts = b.read(shape, rows * 3 * K);
  const places = b.read(kappa, rows * K);
  for (let t = 0; t < b.batch.steps; ++t)
    for (let s = 0; s < b.batch.rowsAt[t]; ++s) {
      const row = b.batch.offsetAt[t] + s;
      const w = new Float64Array(V);
      for (let u = 0; u < U; ++u) {
        if (!(text[s * U + u] >= 1 && text[s * U + u] <= V)) continue;
        const c = Math.floor(text[s * U + u]);
        for (let k = 0; k < K; ++k) {
          const [alpha, beta] = [parts[row * 3 * K + k], parts[row * 3 * K + K + k]];
          w[c - 1] += alpha * Math.exp(-beta * (places[row * K + k] - u) ** 2);
        }
      }
      for (let v = 0; v < V; ++v) expect(y[row * (H + V) + H + v]).toBeCloseTo(w[v], 12);
      if (t === 0) continue;
      const before = b.batch.offsetAt[t - 1] + s;
      for (let k = 0; k < K; ++k) expect(places[row * K + k]).toBeGreaterThan(places[before * K + k]);
    }
  b.dispose();
});

test("a window whose adjoint leaves out the steps behind it breaks the adjoint identity", async () => {
  const faulty: Build = (g) => {
    const node = onData(g);
    const { op } = g.nodes[node];
    g.nodes[node] = {
      ...g.nodes[node],
      op: {
        ...op!,
        vjp(f) {
          const kept = f.kept as Record<string, Ptr>;
          const { kappa } = kept;
          kept.kappa = kept.shape;
          op!.vjp(f);
          kept.kappa = kappa;
        },
      },
    };
    return node;
  };
  const b = await bench(faulty, { precision: "float64" });
  const u = b.normals(b.size);
  const v = b.normals(b.P);
  b.forward();
  const left = dot(u, b.jvp(v));
  expect(Math.abs(left - dot(b.vjp(u), v))).toBeGreaterThan(1e-6);
  b.dispose();
});
