import { describe, expect, test } from "vitest";
import { truncated, truncationGap } from "../../src/optim/conjugate-gradient.ts";
import { hessianFree, type HessianFreeOptions } from "../../src/optim/hessian-free.ts";
import type { CurvatureObjective } from "../../src/optim/optimizer.ts";
import { nextLambda, walkBack } from "../../src/optim/step-rules.ts";
import { engine } from "../../src/wasm/engine.ts";
import type { Ptr } from "../../src/wasm/kernels.ts";
import { plainHessianFree, type PlainOptions, type Problem } from "../reference/hessian-free.ts";

// relative: two orders of summation, amplified by the loss of orthogonality over up to 50 CG iterations
const rounding = 1e-5;

/** A least-squares problem as an objective in kernel memory. */
async function objective(
  problem: Problem,
  start: number[],
  precision: "float32" | "float64" = "float64",
): Promise<CurvatureObjective & { at(): number[] }> {
  const e = await engine(precision);
  const n = start.length;
  const theta = e.memory.allocate(n * e.memory.realBytes);
  e.memory.reals(theta, n).set(start);
  const read = (p: Ptr): number[] => Array.from(e.memory.reals(p, n));
  const write = (p: Ptr, v: number[]): void => {
    e.memory.reals(p, n).set(v);
  };
  const value = (): number => 0.5 * problem.residuals(read(theta)).reduce((s, r) => s + r * r, 0);
  let J: number[][] = [];
  let S: number[][] = [];
  const normal = (A: number[][], v: number[]): number[] =>
    v.map((_, i) => A.reduce((s, row) => s + row[i] * row.reduce((t, x, j) => t + x * v[j], 0), 0));
  return {
    engine: e,
    size: n,
    theta,
    changed() {},
    value,
    curvatureValue: value,
    at: () => read(theta),
    gradient(g) {
      const r = problem.residuals(read(theta));
      const A = problem.jacobian(read(theta));
      write(
        g,
        start.map((_, i) => A.reduce((s, row, k) => s + row[i] * r[k], 0)),
      );
      return value();
    },
    linearize() {
      J = problem.jacobian(read(theta));
      S = problem.structural?.(read(theta)) ?? [];
      return value();
    },
    gaussNewton(v, out, structural = 0) {
      const a = normal(J, read(v));
      const b = normal(S, read(v));
      write(
        out,
        a.map((x, i) => x + structural * b[i]),
      );
    },
    squaredGradients(out) {
      const r = problem.residuals(read(theta));
      write(
        out,
        start.map((_, i) => J.reduce((s, row, k) => s + (row[i] * r[k]) ** 2, 0) / J.length),
      );
    },
  };
}

const n = 60;
const row = (length: number, entries: Record<number, number>): number[] =>
  Array.from({ length }, (_, j) => entries[j] ?? 0);
const bowlRows = Array.from({ length: n }, (_, i) => row(n, { [i]: 0.2 + 2 / (1 + i), [i + 1]: 0.1 }));
/** ½‖A·θ - 1‖² with singular values spread from 2 down to 1/10. */
const bowl: Problem = {
  residuals: (t) => bowlRows.map((row) => row.reduce((s, a, j) => s + a * t[j], 0) - 1),
  jacobian: () => bowlRows,
  structural: () => bowlRows.map((row, i) => row.map((_, j) => (i === j ? 1 + i / 10 : 0))),
};
/** Rosenbrock: residuals 10(x_{i+1} - x_i²), 1 - x_i. */
const rosenbrock: Problem = {
  residuals: (t) => t.slice(1).flatMap((y, i) => [10 * (y - t[i] ** 2), 1 - t[i]]),
  jacobian: (t) =>
    t
      .slice(1)
      .flatMap((_, i) => [row(t.length, { [i]: -20 * t[i], [i + 1]: 10 }), row(t.length, { [i]: -1 })]),
};
const rosenbrockStart = Array.from({ length: 40 }, (_, i) => (i % 2 ? 1 : -1.2) + ((7 * i) % 11) / 20);

const plain: PlainOptions = {
  lambda: 0.1,
  mu: 1 / 30,
  weightDecay: 0,
  cgIterations: 300,
  cgTolerance: 0.0005,
  warmStart: 0.95,
  diagonal: false,
  undamped: false,
  sufficientDecrease: 0,
  lineSearchTries: 50,
};

describe("against the plain reference", () => {
  const cases: [string, Problem, number[], Partial<PlainOptions>, HessianFreeOptions][] = [
    ["a bowl with structural damping", bowl, Array(n).fill(0), { lambda: 1e-3 }, { lambda: 1e-3 }],
    ["Rosenbrock", rosenbrock, rosenbrockStart, { cgIterations: 9 }, { cgIterations: 9 }],
    [
      "Rosenbrock, weight decay, undamped model, Armijo",
      rosenbrock,
      rosenbrockStart,
      { cgIterations: 9, weightDecay: 1e-3, undamped: true, sufficientDecrease: 0.01, lineSearchTries: 60 },
      {
        cgIterations: 9,
        weightDecay: 1e-3,
        model: "undamped",
        sufficientDecrease: 0.01,
        lineSearchTries: 60,
      },
    ],
    [
      "a bowl with the diagonal preconditioner",
      bowl,
      Array(n).fill(0.1),
      { diagonal: true, mu: 0, lambda: 1e-4 },
      { preconditioner: "diagonal", mu: 0, lambda: 1e-4 },
    ],
    [
      "Rosenbrock from a damping far too small",
      rosenbrock,
      rosenbrockStart.map((x) => 3 * x),
      { cgIterations: 9, lambda: 1e-8, mu: 0 },
      { cgIterations: 9, lambda: 1e-8, mu: 0 },
    ],
  ];
  test.each(cases)(
    "%s: every figure of every step agrees",
    async (_, problem, start, plainOptions, options) => {
      const f = await objective(problem, start);
      const run = hessianFree(options).start(f);
      const reference = plainHessianFree(problem, start, { ...plain, ...plainOptions });
      const lambdas = new Set<number>();
      for (let step = 0; step < 12; ++step) {
        // each step from the shipped one's state, so that rounding is not amplified from step to step
        reference.theta = f.at();
        reference.lambda = run.state.scalars.lambda!;
        reference.direction = Array.from(f.engine.memory.reals(run.state.vectors.direction, f.size));
        const got = await run.step();
        const want = reference.step();
        if (want.loss < 1e-9) break; // beyond this, rounding decides
        for (const name of ["cgIterations", "chosen"] as const)
          expect(got[name], `${name} at step ${step}`).toBe(want[name]);
        for (const name of ["loss", "gradientNorm", "lambda", "stepLength", "after"] as const) {
          expect(Math.abs(got[name] - want[name]), `${name} at step ${step}`).toBeLessThanOrEqual(
            rounding * (Math.abs(want[name]) + 1e-3),
          );
        }
        const scale = Math.max(...reference.theta.map(Math.abs));
        f.at().forEach((x, i) =>
          expect(Math.abs(x - reference.theta[i])).toBeLessThanOrEqual(rounding * scale),
        );
        lambdas.add(got.lambda);
      }
      expect(lambdas.size).toBeGreaterThan(1);
      run.dispose();
    },
  );
});

test("Rosenbrock in 40 dimensions reaches its minimum in both precisions", async () => {
  for (const [precision, small] of [
    ["float64", 1e-10],
    ["float32", 1e-5],
  ] as const) {
    const f = await objective(rosenbrock, rosenbrockStart, precision);
    const run = hessianFree().start(f);
    let report = await run.step();
    for (let i = 0; i < 80 && report.loss > small; ++i) report = await run.step();
    expect(report.loss).toBeLessThan(small);
    run.dispose();
  }
});

test(
  "the truncation rule stops at i > k = max(10, i/10) when the gain over k " + "iterations is below kε of φ",
  () => {
    expect([1, 100, 101, 250].map(truncationGap)).toEqual([10, 10, 11, 25]);
    const flat = Array(11).fill(-1);
    expect(truncated(flat, 0.0005)).toBe(false); // i = 10 is not > k
    expect(truncated([...flat, -1], 0.0005)).toBe(true);
    expect(truncated(flat.map((x) => -x).concat(1), 0.0005)).toBe(false); // φ ≥ 0 never stops
    const slope = (gain: number): number[] => [...Array(11).fill(-(1 - gain)), -1];
    expect(truncated(slope(0.00501), 0.0005)).toBe(false);
    expect(truncated(slope(0.00499), 0.0005)).toBe(true);
  },
);

test("the LM rule raises λ below ¼ and for NaN, lowers it above ¾, keeps it between", () => {
  expect([-Infinity, NaN, 0.24, 0.25, 0.75, 0.76].map((rho) => nextLambda(2, rho))).toEqual([
    3,
    3,
    3,
    2,
    2,
    2 * (2 / 3),
  ]);
});

test("walking back stops at the first worse iterate and steps over a loss that is not finite", async () => {
  const walk = (losses: number[]): Promise<number> => walkBack(losses.length, async (j) => losses[j]);
  expect(await walk([5, 1, 2, 3, 4])).toBe(1);
  expect(await walk([0, 4, 2, 3])).toBe(2); // a better one behind a worse one is not looked at
  expect(await walk([3, 2, 2])).toBe(1);
  expect(await walk([3, 2, NaN])).toBe(1);
  expect(await walk([7])).toBe(0);
});

test("a step that never lowers f leaves θ where it was and forgets the direction", async () => {
  const f = await objective(rosenbrock, rosenbrockStart);
  const run = hessianFree({ lineSearchTries: 3 }).start(f);
  const inner = f.value;
  await run.step();
  const before = f.at();
  f.value = () => Number(inner()) + 1e6;
  const report = await run.step();
  expect([report.stepLength, report.rho]).toEqual([0, -Infinity]);
  expect(report.after).toBe(report.loss);
  expect(f.at()).toEqual(before);
  expect(Math.max(...f.engine.memory.reals(run.state.vectors.direction, f.size))).toBe(0);
});

test("an abort between CG iterations keeps the run: the next step ends with the same bits", async () => {
  const ends: number[][] = [];
  for (const abortAt of [undefined, 7]) {
    const f = await objective(bowl, Array(n).fill(0.2));
    const run = hessianFree({ lambda: 1e-3 }).start(f);
    let pauses = 0;
    f.pause = () => {
      if (++pauses === abortAt) throw new Error("stopped");
    };
    const before = f.at();
    if (abortAt) {
      await expect(run.step()).rejects.toThrow("stopped");
      expect(f.at()).toEqual(before);
    }
    await run.step();
    await run.step();
    ends.push(f.at());
  }
  expect(ends[1]).toEqual(ends[0]);
});

test("a saved state replays the same bits", async () => {
  const f = await objective(rosenbrock, rosenbrockStart);
  const run = hessianFree().start(f);
  await run.step();
  const theta = f.at();
  const direction = Array.from(f.engine.memory.reals(run.state.vectors.direction, f.size));
  const scalars = { ...run.state.scalars };
  await run.step();
  const later = await objective(rosenbrock, theta);
  const again = hessianFree().start(later);
  later.engine.memory.reals(again.state.vectors.direction, later.size).set(direction);
  again.restore(scalars);
  await again.step();
  expect(later.at()).toEqual(f.at());
});

test("a loss that is not finite at the start of a step is an error", async () => {
  const f = await objective(
    rosenbrock,
    rosenbrockStart.map(() => 1e200),
  );
  const run = hessianFree().start(f);
  await expect(run.step()).rejects.toThrow(/hessianFree: the loss is Infinity/);
});

test("wrong options and objectives without products are named", async () => {
  expect(() => hessianFree({ lamda: 1 } as HessianFreeOptions)).toThrow(/unknown option "lamda"/);
  expect(() => hessianFree({ mu: -1 })).toThrow(/mu is -1/);
  const f = await objective(bowl, Array(n).fill(0));
  expect(() =>
    hessianFree().start({ ...f, gaussNewton: undefined } as unknown as CurvatureObjective),
  ).toThrow(/no gaussNewton/);
  expect(() =>
    hessianFree({ preconditioner: "diagonal" }).start({
      ...f,
      squaredGradients: undefined,
    } as CurvatureObjective),
  ).toThrow(/squaredGradients/);
});
