/** The laws of the optional ops. */
import { expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { linear } from "../../src/ops/linear.ts";
import { attend } from "../../src/ops/optional/attend.ts";
import { conv, type ConvForm } from "../../src/ops/optional/conv.ts";
import { columns } from "../../src/ops/optional/columns.ts";
import { normalize } from "../../src/ops/optional/normalize.ts";
import { pool } from "../../src/ops/optional/pool.ts";
import { engine } from "../../src/wasm/engine.ts";
import { loadOptionalKernels } from "../../src/wasm/optional-kernels.ts";
import { close } from "../close.ts";
import { bench, type Build } from "../laws/bench.ts";
import { inputLaws, opLaws } from "../laws/op.laws.ts";

await loadOptionalKernels(await engine("float32"));
await loadOptionalKernels(await engine("float64"));

const dense = (g: Graph, x: number, rows: number, columns: number, name: string): number =>
  g.apply(linear(), x, g.parameter(`${name}.W`, rows, columns), g.parameter(`${name}.b`, 1, columns));
/** A node that depends on parameters, of the width of the input. */
const varied = (g: Graph, width: number): number => dense(g, g.input("x", width), width, width, "front");
const convolved =
  (form: Partial<ConvForm>, front: (g: Graph, width: number) => number = varied): Build =>
  (g) => {
    const all = { width: 3, stride: 1, dilation: 1, causal: false, ...form };
    return g.apply(conv(all), front(g, 3), g.parameter("W", 3, 4 * all.width), g.parameter("b", 1, 4));
  };

const builds: Record<string, Build> = {
  "some columns": (g) => g.apply(columns(1, 3), varied(g, 5)),
  "layer norm": (g) => g.apply(normalize(1e-5), varied(g, 5), g.parameter("g", 1, 5), g.parameter("b", 1, 5)),
  "layer norm on data": (g) =>
    g.apply(normalize(1e-5), g.input("x", 6), g.parameter("g", 1, 6), g.parameter("b", 1, 6)),
  "attention over time": (g) => g.apply(attend, varied(g, 4), dense(g, 0, 4, 1, "score")),
  "attention over data": (g) => g.apply(attend, g.input("x", 3), dense(g, 0, 3, 1, "score")),
  "conv, same": convolved({}),
  "conv of even width": convolved({ width: 4 }),
  "conv, causal and dilated": convolved({ dilation: 2, causal: true }),
  "conv with stride": convolved({ stride: 2 }),
  "conv on data": convolved({ causal: true }, (g, width) => g.input("x", width)),
};
for (const kind of ["last", "mean", "max"] as const) {
  builds[`pool of the ${kind}`] = (g) => g.apply(pool(kind), varied(g, 5));
  builds[`pool of the ${kind} of two steps`] = (g) => g.apply(pool(kind, 2), varied(g, 3));
}
for (const [name, build] of Object.entries(builds)) opLaws(name, build);
opLaws("conv of equal lengths", convolved({ width: 3, dilation: 2 }), { lengths: [6, 6, 6] });
inputLaws("layer norm", builds["layer norm on data"]);
inputLaws("attention", builds["attention over data"]);
inputLaws("conv", builds["conv on data"]);

test("a convolution is the sum that its formula says, for every form", async () => {
  for (const form of [
    { width: 3, stride: 1, dilation: 1, causal: false },
    { width: 2, stride: 1, dilation: 3, causal: true },
    { width: 4, stride: 2, dilation: 1, causal: false },
    { width: 5, stride: 3, dilation: 1, causal: true },
  ]) {
    const { width, stride, dilation, causal } = form;
    const b = await bench(convolved(form, (g, columns) => g.input("x", columns)));
    const y = b.forward();
    const theta = b.theta();
    const x = b.read(b.inputs.get(0)!, b.batch.rows * 3);
    const out = b.tape.shape(b.output).packing;
    const reach = (width - 1) * dilation;
    const pad = causal ? reach : Math.floor(reach / 2);
    const want = y.map(() => 0);
    b.batch.lengths.forEach((T, i) => {
      expect(out.lengths[i]).toBe(Math.ceil(T / stride));
      for (let s = 0; s < out.lengths[i]; ++s)
        for (let o = 0; o < 4; ++o) {
          let sum = theta[3 * 4 * width + o];
          for (let j = 0; j < width; ++j) {
            const t = s * stride + j * dilation - pad;
            if (t < 0 || t >= T) continue;
            for (let c = 0; c < 3; ++c)
              sum += x[(b.batch.offsetAt[t] + i) * 3 + c] * theta[c * 4 * width + j * 4 + o];
          }
          want[(out.offsetAt[s] + i) * 4 + o] = sum;
        }
    });
    close(y, want, { rel: 1e-13, abs: 1e-13 });
    b.dispose();
  }
});

test("a layer-normed row has mean 0 and variance 1, but for epsilon", async () => {
  const b = await bench(builds["layer norm on data"]);
  b.setTheta([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  const y = b.forward();
  for (let r = 0; r < b.batch.rows; ++r) {
    const row = y.slice(6 * r, 6 * r + 6);
    close(
      row.reduce((a, v) => a + v, 0),
      0,
      { abs: 1e-13, rel: 0 },
    );
    close(row.reduce((a, v) => a + v * v, 0) / 6, 1, { abs: 1e-3, rel: 0 });
  }
  b.dispose();
});

test("pools are the last, the mean and the maximum of their windows, negative numbers too", async () => {
  for (const width of [2, 3, Infinity])
    for (const kind of ["last", "mean", "max"] as const) {
      const b = await bench((g) => g.apply(pool(kind, width), g.input("x", 3)));
      const y = b.forward();
      const { offsetAt, lengths } = b.batch;
      const x = b.read(b.inputs.get(0)!, b.batch.rows * 3);
      const { packing } = b.tape.shape(b.graph.nodes.length - 1);
      lengths.forEach((T, s) => {
        for (let first = 0, w = 0; first < T; first += width, ++w)
          for (let j = 0; j < 3; ++j) {
            const steps = Array.from({ length: Math.min(width, T - first) }, (_, i) => first + i);
            const values = steps.map((t) => x[(offsetAt[t] + s) * 3 + j]);
            const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
            const want = { last: values[values.length - 1], mean, max: Math.max(...values) }[kind];
            close(y[(packing.offsetAt[w] + s) * 3 + j], want, { rel: 1e-14, abs: 1e-14 });
          }
      });
      b.dispose();
    }
});
