/**
 * Losses and activations: values against formulas, gradients and curvatures against differences, extremes of
 * the logits.
 */
import { describe, expect, test } from "vitest";
import { activationCodes, type Ptr } from "../../../src/wasm/kernels.ts";
import { close } from "../../close.ts";
import { type Workspace, both, f32, f64, inWorkspace } from "../workspace.ts";

const STEP = 1e-5;
const R = 5;
const WIDTHS = [1, 3, 8, 13];
const FORMULA = { rel: 1e-13 };
const FIRST = { abs: 1e-9 }; // STEP² and 2^-53/STEP, times a few
const SCALE = 0.75;

interface Loss {
  name: string;
  value: (workspace: Workspace, O: number, z: Ptr, target: Ptr, w: Ptr) => number;
  gradient: (workspace: Workspace, O: number, z: Ptr, target: Ptr, w: Ptr, dz: Ptr) => void;
  curvature: (workspace: Workspace, O: number, z: Ptr, target: Ptr, w: Ptr, rz: Ptr, out: Ptr) => void;
  want: (z: number[], target: number[], w: number[], O: number) => number;
  perRow?: boolean;
}
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const sum = (xs: number[]): number => xs.reduce((a, b) => a + b, 0);
const probabilities = (workspace: Workspace, O: number, z: Ptr): Ptr => {
  const p = workspace.random(R * O, 30);
  workspace.engine.kernels.softmaxProbabilities(R, O, z, p);
  return p;
};
const losses: Loss[] = [
  {
    name: "squared",
    value: ({ engine: { kernels: k } }, O, z, y, w) => k.squaredValue(R, O, z, y, w),
    gradient: ({ engine: { kernels: k } }, O, z, y, w, dz) => k.squaredGradient(R, O, z, y, w, SCALE, dz),
    curvature: ({ engine: { kernels: k } }, O, _z, _y, w, rz, out) =>
      k.squaredCurvature(R, O, w, SCALE, rz, out),
    want: (z, y, w) => sum(z.map((v, i) => 0.5 * w[i] * (v - y[i]) ** 2)),
  },
  {
    name: "bernoulli",
    value: ({ engine: { kernels: k } }, O, z, y, w) => k.bernoulliValue(R, O, z, y, w),
    gradient: ({ engine: { kernels: k } }, O, z, y, w, dz) => k.bernoulliGradient(R, O, z, y, w, SCALE, dz),
    curvature: ({ engine: { kernels: k } }, O, z, _y, w, rz, out) =>
      k.bernoulliCurvature(R, O, z, w, SCALE, rz, out),
    want: (z, y, w) => sum(z.map((v, i) => w[i] * (softplus(v) - y[i] * v))),
  },
  {
    name: "softmax",
    perRow: true,
    value: ({ engine: { kernels: k } }, O, z, ids, w) => k.softmaxValue(R, O, z, ids, w),
    gradient: (workspace, O, z, ids, w, dz) =>
      workspace.engine.kernels.softmaxGradient(R, O, probabilities(workspace, O, z), ids, w, SCALE, dz),
    curvature: (workspace, O, z, _ids, w, rz, out) =>
      workspace.engine.kernels.softmaxCurvature(R, O, probabilities(workspace, O, z), w, SCALE, rz, out),
    want: (z, ids, w, O) =>
      sum(
        w.map((v, r) => {
          const row = z.slice(r * O, (r + 1) * O);
          const top = Math.max(...row);
          return v * (top + Math.log(sum(row.map((x) => Math.exp(x - top)))) - row[ids[r]]);
        }),
      ),
  },
];

/** z, targets and weights of one case; ids for softmax. */
function data(
  workspace: Workspace,
  loss: Loss,
  O: number,
): { z: Ptr; target: Ptr; w: Ptr; zs: number[]; ts: number[]; ws: number[] } {
  const n = loss.perRow ? R : R * O;
  const z = workspace.random(R * O, 1);
  const zs = workspace.read(z, R * O).map((x) => 3 * x);
  workspace.engine.memory.reals(z, R * O).set(zs);
  const ws = workspace.read(workspace.random(n, 3), n).map(Math.abs);
  const w = workspace.reals(ws);
  const ts = loss.perRow
    ? ws.map((_, r) => r % O)
    : workspace.read(workspace.random(n, 2), n).map((x) => (x > 0 ? 1 : 0.25));
  return {
    z,
    zs: workspace.read(z, R * O),
    w,
    ws: workspace.read(w, n),
    ts,
    target: loss.perRow ? workspace.ints(ts) : workspace.reals(ts),
  };
}

describe.each(losses)("$name", (loss) => {
  test.each(WIDTHS)("width %i: the value is the formula's", (O) =>
    inWorkspace(f64, (workspace) => {
      const { z, target, w, zs, ts, ws } = data(workspace, loss, O);
      close(loss.value(workspace, O, z, target, w), loss.want(zs, ts, ws, O), FORMULA);
    }),
  );

  test.each(WIDTHS)("width %i: the gradient adds scale times the differences of the value", (O) =>
    inWorkspace(f64, (workspace) => {
      const { z, target, w, zs } = data(workspace, loss, O);
      const dz = workspace.random(R * O, 8);
      const before = workspace.read(dz, R * O);
      loss.gradient(workspace, O, z, target, w, dz);
      const want = zs.map((v, i) => {
        const at = (by: number): number => {
          workspace.engine.memory.reals(z, R * O)[i] = v + by;
          return loss.value(workspace, O, z, target, w);
        };
        const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
        at(0);
        return before[i] + SCALE * slope;
      });
      close(workspace.read(dz, R * O), want, FIRST);
    }),
  );

  test.each(WIDTHS)(
    "width %i: the curvature adds the differences of the gradient along rz, and is positive",
    (O) =>
      inWorkspace(f64, (workspace) => {
        const { z, target, w, zs } = data(workspace, loss, O);
        const rz = workspace.random(R * O, 9);
        const direction = workspace.read(rz, R * O);
        const out = workspace.random(R * O, 10);
        const before = workspace.read(out, R * O);
        const zero = new Float64Array(R * O);
        loss.curvature(workspace, O, z, target, w, rz, out);
        const gradient = (by: number): number[] => {
          workspace.engine.memory.reals(z, R * O).set(zs.map((v, i) => v + by * direction[i]));
          const dz = workspace.reals(zero);
          loss.gradient(workspace, O, z, target, w, dz);
          return workspace.read(dz, R * O);
        };
        const up = gradient(STEP);
        const down = gradient(-STEP);
        const got = workspace.read(out, R * O);
        close(
          got,
          before.map((v, i) => v + (up[i] - down[i]) / (2 * STEP)),
          FIRST,
        );
        if (O === 1 && loss.perRow) return; // one class: no curvature
        expect(sum(got.map((v, i) => (v - before[i]) * direction[i]))).toBeGreaterThan(0);
        expect(() =>
          close(
            got,
            before.map((v, i) => v + (1.001 * (up[i] - down[i])) / (2 * STEP)),
            FIRST,
          ),
        ).toThrow(); // a planted error of 0.1 %
      }),
  );

  test.each(WIDTHS)("width %i: f32 agrees with f64", (O) => {
    const [single, double] = [f32, f64].map((engine) =>
      inWorkspace(engine, (workspace) => {
        const { z, target, w } = data(workspace, loss, O);
        return loss.value(workspace, O, z, target, w);
      }),
    );
    close(single, double, { rel: 1e-6 });
  });
});

describe.each(both)("$name", ({ engine }) => {
  const k = engine.kernels;
  test("bernoulli stays finite for huge logits", () =>
    inWorkspace(engine, (workspace) => {
      const z = workspace.reals([1e4, -1e4, 1e4, -1e4]);
      const y = workspace.reals([1, 0, 0, 1]);
      const w = workspace.reals([1, 1, 1, 1]);
      const dz = workspace.reals([0, 0, 0, 0]);
      expect(k.bernoulliValue(1, 4, z, y, w)).toBe(2e4);
      k.bernoulliGradient(1, 4, z, y, w, 1, dz);
      expect(workspace.read(dz, 4)).toEqual([0, 0, 1, -1]);
    }));

  test("softmax of huge logits is a distribution, in any row width", () =>
    inWorkspace(engine, (workspace) => {
      for (const K of [2, 5, 9]) {
        const z = workspace.reals(Array.from({ length: K }, (_, i) => 1e4 * (i % 2)));
        const p = workspace.reals(new Float64Array(K));
        k.softmaxProbabilities(1, K, z, p);
        const ones = Math.floor(K / 2);
        close(
          workspace.read(p, K),
          Array.from({ length: K }, (_, i) => (i % 2) / ones),
          { rel: 1e-6 },
        );
        expect(k.softmaxValue(1, K, z, workspace.ints([1]), workspace.reals([1]))).toBeCloseTo(
          Math.log(ones),
          6,
        );
      }
    }));

  test("a probability depends on its row alone", () =>
    inWorkspace(engine, (workspace) => {
      const z = workspace.random(6 * 7, 1);
      const p = workspace.reals(new Float64Array(42));
      const one = workspace.reals(new Float64Array(7));
      k.softmaxProbabilities(6, 7, z, p);
      for (let r = 0; r < 6; ++r) {
        k.softmaxProbabilities(1, 7, engine.memory.at(z, 7 * r), one);
        expect(workspace.read(one, 7)).toEqual(workspace.read(engine.memory.at(p, 7 * r), 7));
      }
    }));
});

describe.each(Object.entries(activationCodes))("activation %s", (name, kind) => {
  const f: Record<string, (x: number) => number> = {
    identity: (x) => x,
    tanh: Math.tanh,
    logistic: (x) => 1 / (1 + Math.exp(-x)),
    relu: (x) => Math.max(x, 0),
  };
  test("is its formula, and its product adds f' ⊙ u", () => {
    for (const n of [1, 5, 8, 23]) {
      inWorkspace(f64, (workspace) => {
        const x = workspace.random(n, 1);
        const xs = workspace.read(x, n);
        const y = workspace.random(n, 2);
        const u = workspace.random(n, 3);
        const out = workspace.random(n, 4);
        const before = workspace.read(out, n);
        f64.kernels.activate(kind, n, x, y);
        close(workspace.read(y, n), xs.map(f[name]), FORMULA);
        f64.kernels.activationProduct(kind, n, y, u, out);
        close(
          workspace.read(out, n),
          xs.map(
            (v, i) =>
              before[i] + ((f[name](v + STEP) - f[name](v - STEP)) / (2 * STEP)) * workspace.read(u, n)[i],
          ),
          FIRST,
        );
      });
    }
  });
  test("passes NaN on", () =>
    inWorkspace(f64, (workspace) => {
      const x = workspace.reals([1, NaN, -1]);
      f64.kernels.activate(kind, 3, x, x);
      expect(workspace.read(x, 3)[1]).toBeNaN();
    }));
});
