/** Cell steps against their formulas, and their partial derivatives against central differences in f64. */
import { describe, expect, test } from "vitest";
import { NULL, activationCodes, type Ptr } from "../../../src/wasm/kernels.ts";
import { close } from "../../close.ts";
import { type Workspace, f32, f64, inWorkspace } from "../workspace.ts";
import { type Case, cases, lstm, lstm1997, σ } from "./cases.ts";

const { tanh } = Math;
const STEP = 1e-6; // of the central differences
const DIFFERENCES = { abs: 1e-8 }; // their error: STEP² and rounding 2^-53/STEP
const FORMULA = { rel: 1e-14 };
const SINGLE = { rel: 1e-5 }; // a dozen f32 operations

interface Result {
  outs: number[][];
  partials: number[][];
  inputs: number[][];
}
/** Runs a step; outs and inputs by unit, partials by unit in edge order. */
function run(
  of: Case,
  workspace: Workspace,
  B: number,
  H: number,
  peep: number[] = [],
  derivatives = true,
  pre = workspace.random(B * H * of.gates, 1),
): Result {
  const E = of.edges.length;
  const n = B * H;
  const olds = Array.from({ length: of.olds }, (_, i) => workspace.random(n, 5 + i));
  const outs = Array.from({ length: of.outs }, (_, i) => workspace.random(n, 9 + i));
  const partials = workspace.random(n * E, 20);
  const zs = workspace.read(pre, n * of.gates);
  of.step(
    workspace.engine,
    B,
    H,
    pre,
    olds,
    outs,
    derivatives ? partials : NULL,
    peep.length ? workspace.reals(peep) : NULL,
  );
  expect(workspace.read(pre, n * of.gates)).toEqual(zs);
  const written = workspace.read(partials, n * E);
  const states = outs.map((p) => workspace.read(p, n));
  const before = olds.map((p) => workspace.read(p, n));
  const units = Array.from({ length: n }, (_, u) => ({ b: Math.floor(u / H), j: u % H, u }));
  return {
    outs: units.map(({ u }) => states.map((s) => s[u])),
    partials: units.map(({ b, j }) => of.edges.map((_, e) => written[(b * E + e) * H + j])),
    inputs: units.map(({ b, j, u }) => [
      ...Array.from({ length: of.gates }, (_, g) => zs[(b * of.gates + g) * H + j]),
      ...before.map((s) => s[u]),
    ]),
  };
}
/** The partial of an output by central differences; ∂h/∂c by moving c at a fixed output gate. */
function difference(of: Case, [out, input]: [number, number], v: number[]): number {
  if (input < v.length) {
    const moved = (by: number): number =>
      of.unit(
        v.map((x, i) => (i === input ? x + by : x)),
        [],
      )[out];
    return (moved(STEP) - moved(-STEP)) / (2 * STEP);
  }
  const c = of.unit(v, [])[1];
  const o = σ(v[of.gates - 1]); // h = o·squash(c)
  const scale = of.unit(v, [])[0] / o;
  const half = of.gates === 3;
  const range = half ? scale / tanh(c / 2) : 1;
  const squash = (x: number): number => (half ? range * tanh(x / 2) : tanh(x));
  return (o * (squash(c + STEP) - squash(c - STEP))) / (2 * STEP);
}

describe.each(cases)("$name", (of) => {
  test.each([
    [1, 1],
    [2, 3],
    [3, 130],
    [1, 261],
  ])("B = %i, H = %i: states follow the formula, partials are derivatives", (B, H) =>
    inWorkspace(f64, (workspace) => {
      const { outs, partials, inputs } = run(of, workspace, B, H);
      close(
        outs,
        inputs.map((v) => of.unit(v, [])),
        FORMULA,
      );
      close(
        partials,
        inputs.map((v) => of.edges.map((edge) => difference(of, edge, v))),
        DIFFERENCES,
      );
    }),
  );

  test("partials left out change nothing else", () =>
    inWorkspace(f64, (workspace) => {
      expect(run(of, workspace, 3, 7, [], false).outs).toEqual(run(of, workspace, 3, 7).outs);
    }));

  test("a row has the same bits alone and in a batch, a unit in any place", () =>
    inWorkspace(f64, (workspace) => {
      const B = 4;
      const H = 11;
      const pre = workspace.random(B * H * of.gates, 1);
      const whole = run(of, workspace, B, H, [], true, pre).outs;
      const olds = Array.from({ length: of.olds }, (_, i) => workspace.random(B * H, 5 + i));
      const outs = Array.from({ length: of.outs }, () => workspace.random(H, 3));
      for (let b = 0; b < B; ++b) {
        const at = (p: Ptr, by: number): Ptr => f64.memory.at(p, by);
        of.step(
          f64,
          1,
          H,
          at(pre, b * H * of.gates),
          olds.map((p) => at(p, b * H)),
          outs,
          NULL,
          NULL,
        );
        expect(Array.from({ length: H }, (_, j) => outs.map((p) => workspace.read(p, H)[j]))).toEqual(
          whole.slice(b * H, (b + 1) * H),
        );
      }
    }));

  test("f32 agrees with f64", () => {
    const [single, double] = [f32, f64].map((engine) =>
      inWorkspace(engine, (workspace) => {
        const { outs, partials } = run(of, workspace, 3, 9);
        return [outs, partials] as const;
      }),
    ) as [readonly [number[][], number[][]], readonly [number[][], number[][]]];
    close(single[0].flat(), double[0].flat(), SINGLE);
    close(single[1].flat(), double[1].flat(), SINGLE);
  });
});

test.each([
  { of: lstm, peeps: 3 },
  { of: lstm1997(2, 1), peeps: 2 },
])("$of.name: peepholes reach the gates from the old and the new cell state", ({ of, peeps }) => {
  for (const H of [1, 6, 131]) {
    inWorkspace(f64, (workspace) => {
      const peep = workspace.read(workspace.random(peeps * H, 77), peeps * H);
      const { outs, inputs } = run(of, workspace, 2, H, peep);
      const want = inputs.map((v, u) =>
        of.unit(
          v,
          Array.from({ length: peeps }, (_, p) => peep[p * H + (u % H)]),
        ),
      );
      close(outs, want, FORMULA);
      expect(() =>
        close(
          outs,
          inputs.map((v) => of.unit(v, [])),
          FORMULA,
        ),
      ).toThrow(); // without peepholes it is another cell
    });
  }
});

test("states that decay reach zero before they are subnormal", () =>
  inWorkspace(f32, (workspace) => {
    const k = f32.kernels;
    const h = workspace.reals([1, -1, 0.5]);
    const zero = workspace.reals([0, 0, 0]);
    let steps = 0;
    for (; steps < 400 && workspace.read(h, 3).some((x) => x !== 0); ++steps) {
      k.leakyStep(activationCodes.tanh, 1, 3, 0.5, zero, h, h, NULL);
      for (const x of workspace.read(h, 3)) expect(x === 0 || Math.abs(x) >= 2 ** -96).toBe(true);
    }
    expect(steps).toBe(97);
  }));
