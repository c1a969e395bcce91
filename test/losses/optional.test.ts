/** The optional losses: PyTorch's values and gradients, differences, curvature, and what they refuse. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { packing } from "../../src/graph/packing.ts";
import { ctc } from "../../src/losses/optional/ctc.ts";
import type { Loss, LossSite } from "../../src/losses/loss.ts";
import { optional } from "../../src/models/network/optional/kinds.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Arena, type Precision } from "../../src/wasm/memory.ts";
import { loadOptionalKernels } from "../../src/wasm/optional-kernels.ts";
import { NULL } from "../../src/wasm/kernels.ts";
import { close, excess } from "../close.ts";

interface Case {
  name: string;
  loss: { kind: string };
  rows: number;
  columns: number;
  z: number[];
  target: number[];
  ids: boolean;
  weight: number[];
  value: number;
  gradient: number[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/losses.json", import.meta.url), "utf8")) as {
  cases: Case[];
  ctc: { labels: number[][]; lengths: number[]; z: number[]; value: number; gradient: number[] };
};

/** Both sides are sums of a few dozen terms in float64. */
const DOUBLE = { rel: 1e-11, abs: 1e-12 };
/** Terms rounded to float32. */
const SINGLE = { rel: 2e-5, abs: 2e-5 };
/** Central differences with h = 1e-6 of values of order 10. */
const DIFFERENCES = { rel: 1e-7, abs: 1e-7 };

const engines = { float32: await engine("float32"), float64: await engine("float64") };
await loadOptionalKernels(engines.float32);
await loadOptionalKernels(engines.float64);

/** A loss on the data of a case. */
function bench(c: Case, precision: Precision = "float64") {
  const { kernels: k, memory } = engines[precision];
  const arena = new Arena(memory);
  const put = (values: readonly number[]) => {
    const ptr = arena.reals(values.length);
    memory.reals(ptr, values.length).set(values);
    return ptr;
  };
  const loss: Loss = optional.losses[c.loss.kind](c.loss);
  const target = c.ids ? arena.ints(c.target.length) : put(c.target);
  if (c.ids) memory.ints(target, c.target.length).set(c.target);
  const bare: Omit<LossSite, "kept"> = {
    k,
    memory,
    packing: packing([c.rows]),
    rows: c.rows,
    columns: c.columns,
    z: put(c.z),
    target,
    targetOffsets: NULL,
    weight: put(c.weight),
  };
  const site: LossSite = { ...bare, kept: arena.reals(loss.keptSize(bare)) };
  const n = c.rows * c.columns;
  const out = arena.reals(n);
  const read = (run: () => void): number[] => {
    k.fill(n, 0, out);
    run();
    return Array.from(memory.reals(out, n));
  };
  return {
    loss,
    setZ: (z: readonly number[]) => memory.reals(site.z, n).set(z),
    value: () => loss.value(site),
    gradient: (scale = 1) => read(() => loss.gradient(site, scale, out)),
    curvature: (rz: readonly number[], scale = 1) => {
      const r = put(rz);
      return read(() => loss.curvature!(site, scale, r, out));
    },
    predict: () => read(() => loss.predict(engines[precision], c.rows, c.columns, site.z, out)),
    dispose: () => arena.dispose(),
  };
}

for (const c of golden.cases) {
  describe(c.name, () => {
    test("value and gradient are PyTorch's", () => {
      const b = bench(c);
      close(b.value(), c.value, DOUBLE);
      close(b.gradient(), c.gradient, DOUBLE);
      close(
        b.gradient(0.5),
        c.gradient.map((g) => g / 2),
        DOUBLE,
      );
      expect(excess(b.gradient(1.001), c.gradient, DOUBLE)).toBeGreaterThan(0);
      b.dispose();
    });

    test("float32 agrees with float64", () => {
      const b = bench(c, "float32");
      close(b.value(), c.value, SINGLE);
      close(b.gradient(), c.gradient, SINGLE);
      b.dispose();
    });

    test("the gradient agrees with central differences far from where PyTorch was asked", () => {
      const far = { ...c, z: c.z.map((z, i) => z * (i % 3 === 0 ? 4 : 1.7) - 0.3) };
      const b = bench(far);
      b.value();
      const g = b.gradient();
      const h = 1e-6;
      const slopes = far.z.map((_, i) => {
        const at = (s: number): number => {
          b.setZ(far.z.map((z, j) => (j === i ? z + s : z)));
          return b.value();
        };
        return (at(h) - at(-h)) / (2 * h);
      });
      close(g, slopes, DIFFERENCES);
      b.dispose();
    });

    test("a row of weight 0 has no gradient, whatever stands there", () => {
      const b = bench({ ...c, z: c.z.map((z, i) => (Math.floor(i / c.columns) === 2 ? 30 * z : z)) });
      b.value();
      for (const g of b.gradient().slice(2 * c.columns, 3 * c.columns)) expect(Math.abs(g)).toBe(0);
      b.dispose();
    });
  });
}

const byName = (name: string): Case => golden.cases.find((c) => c.name === name)!;
for (const name of ["huber", "labelSmoothing"])
  test(`the curvature of ${name} is symmetric, semi-definite, and the difference of gradients`, () => {
    const c = byName(name);
    const b = bench(c);
    b.value();
    const n = c.z.length;
    const u = Array.from({ length: n }, (_, i) => ((i * 7) % 11) / 5 - 1);
    const v = Array.from({ length: n }, (_, i) => ((i * 5) % 13) / 6 - 1);
    const dot = (x: number[], y: number[]): number => x.reduce((sum, a, i) => sum + a * y[i], 0);
    const Hv = b.curvature(v);
    close(dot(u, Hv), dot(v, b.curvature(u)), DOUBLE);
    expect(dot(v, Hv)).toBeGreaterThan(0);
    const h = 1e-6;
    const at = (s: number): number[] => {
      b.setZ(c.z.map((z, i) => z + s * v[i]));
      b.value();
      return b.gradient();
    };
    const [plus, minus] = [at(h), at(-h)];
    close(
      Hv,
      plus.map((p, i) => (p - minus[i]) / (2 * h)),
      { rel: 1e-6, abs: 1e-7 },
    );
    b.dispose();
  });

test("losses that are not convex in their outputs have no curvature", () => {
  const without = golden.cases.filter((c) => !optional.losses[c.loss.kind](c.loss).curvature);
  expect(without.map(({ name }) => name)).toEqual([
    "quantile",
    "studentT",
    "negativeBinomial",
    "mixture",
    "pen",
  ]);
});

test("predictions are the parameters of the distribution, and quantiles that do not cross", () => {
  const softplus = (x: number): number => Math.log1p(Math.exp(x));
  const student = byName("studentT");
  const t = bench(student);
  close(
    t.predict(),
    student.z.map((z, i) => [z, softplus(z), 2 + softplus(z)][i % 3]),
    { rel: 1e-12, abs: 1e-12 },
  );
  expect(t.loss.names!(6).slice(0, 3)).toEqual(["location[0]", "scale[0]", "degreesOfFreedom[0]"]);
  const q = bench(byName("quantile"));
  const y = q.predict();
  for (let i = 0; i < y.length; i += 3) expect(y[i] <= y[i + 1] && y[i + 1] <= y[i + 2]).toBe(true);
  expect(q.loss.names!(3)).toEqual(["q0.1", "q0.5", "q0.9"]);
  const m = bench(byName("mixture"));
  const row = m.predict().slice(0, 15);
  close(row[0] + row[1] + row[2], 1, { rel: 1e-14, abs: 0 });
  close(row[9], Math.exp(byName("mixture").z[9]), { rel: 1e-14, abs: 0 });
  const p = bench(byName("pen"));
  const pen = p.predict().slice(0, 13);
  close(pen[11], Math.tanh(byName("pen").z[11]), { rel: 1e-14, abs: 0 });
  close(pen[0], 1 / (1 + Math.exp(-byName("pen").z[0])), { rel: 1e-14, abs: 0 });
  for (const b of [t, q, m, p]) b.dispose();
});

test("extreme outputs leave value and gradient finite where the distribution has a density there", () => {
  for (const name of ["huber", "quantile", "studentT", "negativeBinomial", "labelSmoothing"])
    for (const size of [-40, 40, -300, 300]) {
      const c = byName(name);
      const b = bench({ ...c, z: c.z.map((_, i) => (i % 2 ? size : -size / 3)) });
      if (name !== "studentT" || size > -100)
        expect([name, size, Number.isFinite(b.value())]).toEqual([name, size, true]);
      b.dispose();
    }
});

test("ctc with the blank first, a label's share: value and gradient are PyTorch's mean", () => {
  const { labels, lengths, z, value, gradient } = golden.ctc;
  const { kernels: k, memory } = engines.float64;
  const arena = new Arena(memory);
  const K = 4;
  const packed = packing(lengths);
  // PyTorch's [T,B,K] has rows of sequences that are over; ours are packed
  const places = lengths.flatMap((T, b) => Array.from({ length: T }, (_, t) => [t, b]));
  const row = ([t, b]: number[]): number => packed.offsetAt[t] + b;
  const loss = ctc({ blank: 0, per: "label" });
  const [zPtr, dz] = [arena.reals(packed.rows * K), arena.reals(packed.rows * K)];
  for (const [t, b] of places)
    memory.reals(zPtr, packed.rows * K).set(z.slice((t * 2 + b) * K, (t * 2 + b + 1) * K), row([t, b]) * K);
  const target = arena.ints(4);
  const targetOffsets = arena.ints(3);
  const weight = arena.reals(2);
  memory.ints(target, 4).set(labels.flat());
  memory.ints(targetOffsets, 3).set([0, 3, 4]);
  memory.reals(weight, 2).set([1, 1]);
  const bare = {
    k,
    memory,
    packing: packed,
    rows: packed.rows,
    columns: K,
    z: zPtr,
    target,
    targetOffsets,
    weight,
  };
  const site = { ...bare, kept: arena.reals(loss.keptSize(bare)) };
  close(loss.value(site) / 2, value, DOUBLE);
  k.fill(packed.rows * K, 0, dz);
  loss.gradient(site, 0.5, dz);
  for (const [t, b] of places)
    close(
      Array.from(memory.reals(dz, packed.rows * K).slice(row([t, b]) * K, (row([t, b]) + 1) * K)),
      gradient.slice((t * 2 + b) * K, (t * 2 + b + 1) * K),
      DOUBLE,
    );
  expect(() => ctc({ blank: 9 }).value(site)).toThrow("blank is 9, want one of the net's 4 classes");
  arena.dispose();
});

test("options out of range are refused by name", () => {
  const { huber, quantile, mixture, softmax } = optional.losses;
  expect(() => huber({ kind: "huber", delta: 0 })).toThrow("huber: delta is 0");
  expect(() => quantile({ kind: "quantile", levels: [0.5, 0.1] })).toThrow("level 0.1 follows 0.5");
  expect(() => quantile({ kind: "quantile", levels: [] })).toThrow("quantile: levels");
  expect(() => mixture({ kind: "mixture", components: 0 })).toThrow("mixture: components is 0");
  expect(() => softmax({ kind: "softmax", labelSmoothing: 2 })).toThrow("softmax: labelSmoothing is 2");
  expect(() => quantile({ kind: "quantile" }).targetColumns!(7)).toThrow("7 outputs, want 3 for each target");
});
