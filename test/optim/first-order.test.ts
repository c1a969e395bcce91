import { describe, expect, test } from "vitest";
import {
  adam,
  adamW,
  momentum,
  nesterov,
  piecewise,
  ramp,
  risingMomentum,
  rmsprop,
  sgd,
  type Objective,
  type Optimizer,
} from "../../src/index.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Arena } from "../../src/wasm/memory.ts";
import { close } from "../close.ts";

type F = (x: ArrayLike<number>) => { value: number; gradient: number[] };

/** A closed-form function as an objective in float64. */
async function objective(
  f: F,
  start: number[],
): Promise<Objective & { at(): number[]; put(x: ArrayLike<number>): void; arena: Arena }> {
  const e = await engine("float64");
  const arena = new Arena(e.memory);
  const theta = arena.reals(start.length);
  const n = start.length;
  const put = (x: ArrayLike<number>): void => e.memory.reals(theta, n).set(x);
  const at = (): number[] => Array.from(e.memory.reals(theta, n));
  put(start);
  return {
    engine: e,
    size: n,
    theta,
    arena,
    at,
    put,
    changed: () => {},
    value: () => f(at()).value,
    gradient(g) {
      const { value, gradient } = f(at());
      e.memory.reals(g, n).set(gradient);
      return value;
    },
  };
}

const curvatures = [1, 3, 10, 0.3, 5];
const bowl: F = (x) => ({
  value: curvatures.reduce((s, c, i) => s + 0.5 * c * x[i] ** 2, 0),
  gradient: curvatures.map((c, i) => c * x[i]),
});
const rosenbrock: F = (at) => {
  const x = at[0];
  const y = at[1];
  return {
    value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
  };
};

const optimizers: Record<string, { make(rate?: number): Optimizer; steps: number; valley: number }> = {
  sgd: { make: (rate = 0.15) => sgd({ rate }), steps: 200, valley: 0.001 },
  momentum: { make: (rate = 0.05) => momentum({ rate, momentum: 0.8 }), steps: 200, valley: 0.001 },
  nesterov: { make: (rate = 0.05) => nesterov({ rate, momentum: 0.8 }), steps: 200, valley: 0.001 },
  adam: { make: (rate = 0.2) => adam({ rate }), steps: 600, valley: 0.02 },
  adamW: { make: (rate = 0.2) => adamW({ rate, decay: 0 }), steps: 600, valley: 0.02 },
  rmsprop: {
    make: (rate = 0.02) => rmsprop({ rate: ramp({ from: rate, to: 0, until: 600 }) }),
    steps: 600,
    valley: 0.005,
  },
};

describe.each(Object.entries(optimizers))("%s", (name, { make, steps, valley }) => {
  test("reaches the bottom of a bowl", async () => {
    const f = await objective(bowl, [1, -1, 0.5, 1, -0.7]);
    const run = make().start(f);
    for (let i = 0; i < steps; ++i) await run.step();
    expect(f.value()).toBeLessThan(1e-3 * bowl([1, -1, 0.5, 1, -0.7]).value);
    run.dispose();
  });

  test("goes down Rosenbrock's valley", async () => {
    const f = await objective(rosenbrock, [-1.2, 1]);
    const run = (name === "rmsprop" ? rmsprop({ rate: valley }) : make(valley)).start(f);
    for (let i = 0; i < 3000; ++i) await run.step();
    expect(f.value()).toBeLessThan(0.5);
    run.dispose();
  });

  test("replays the same bits from its saved state", async () => {
    const f = await objective(bowl, [1, -1, 0.5, 1, -0.7]);
    const run = make().start(f);
    const { memory } = f.engine;
    for (let i = 0; i < 5; ++i) await run.step();
    const theta = f.at();
    const scalars = { ...run.state.scalars };
    const vectors = Object.fromEntries(
      Object.entries(run.state.vectors).map(([key, ptr]) => [key, Array.from(memory.reals(ptr, f.size))]),
    );
    for (let i = 0; i < 5; ++i) await run.step();
    const want = f.at();
    const again = make().start(f);
    f.put(theta);
    again.restore(scalars);
    for (const [key, ptr] of Object.entries(again.state.vectors)) memory.reals(ptr, f.size).set(vectors[key]);
    for (let i = 0; i < 5; ++i) await again.step();
    expect(f.at()).toEqual(want);
    run.dispose();
    again.dispose();
  });

  test("stays where it was when the gradient throws", async () => {
    let calls = 0;
    const f = await objective(
      (x) => {
        if (++calls > 3) throw new Error("no");
        return bowl(x);
      },
      [1, -1, 0.5, 1, -0.7],
    );
    const run = make().start(f);
    for (let i = 0; i < 3; ++i) await run.step();
    const before = f.at();
    await expect((async () => run.step())()).rejects.toThrow("no");
    expect(f.at()).toEqual(before);
    run.dispose();
  });

  test("clips the norm, adds decay, refuses what it does not know", async () => {
    const f = await objective(bowl, [100, 0, 0, 0, 0]);
    const one = await sgd({ rate: 1, clip: 2 }).start(f).step();
    expect([one.gradientNorm, f.at()[0]]).toEqual([100, 98]);
    await sgd({ rate: 0.1, decay: 0.5 }).start(f).step();
    close(f.at()[0], 98 - 0.1 * (98 + 49), { rel: 1e-15 });
    const maker = { sgd, momentum, nesterov, adam, adamW, rmsprop }[name] as (o: object) => Optimizer;
    expect(() => maker({ rat: 1 })).toThrow(`${name}: unknown option "rat", want one of rate`);
    expect(() => maker({ rate: -1 })).toThrow(`${name}: rate is -1`);
    expect(() => maker({ clip: 0 })).toThrow("clip is 0");
  });
});

test("updates are the formulas of their papers", async () => {
  const f = await objective(bowl, [1, 1, 1, 1, 1]);
  const g = curvatures;
  await adam({ rate: 0.1 }).start(f).step();
  close(
    f.at(),
    g.map(() => 1 - 0.1),
    { rel: 1e-7 },
  ); // m̂/√v̂ = ±1 at the first step
  f.put([1, 1, 1, 1, 1]);
  const run = nesterov({ rate: 0.1, momentum: 0.9 }).start(f);
  await run.step();
  await run.step();
  const two = g.map((c) => {
    const v1 = -0.1 * c;
    const x1 = 1 + v1;
    const v2 = 0.9 * v1 - 0.1 * c * (x1 + 0.9 * v1);
    return x1 + v2;
  });
  close(f.at(), two, { rel: 1e-14 });
  f.put([1, 1, 1, 1, 1]);
  const square = rmsprop({ rate: 0.1, averaging: 0.9 }).start(f);
  await square.step();
  close(
    f.at(),
    g.map(() => 1 - 0.1 / Math.sqrt(0.1)),
    { rel: 1e-7 },
  );
});

test("Nesterov's gradient is taken where the velocity leads", async () => {
  const seen: number[] = [];
  const f = await objective(
    (x) => {
      seen.push(x[0]);
      return { value: 0, gradient: [1] };
    },
    [0],
  );
  const run = nesterov({ rate: 1, momentum: 0.5 }).start(f);
  for (let i = 0; i < 3; ++i) await run.step();
  expect(seen).toEqual([0, -1.5, -3.25]);
});

test("schedules are functions of the step", () => {
  const steps = piecewise([
    [0, 0.9],
    [1000, 0.99],
  ]) as (s: number) => number;
  const line = ramp({ from: 1, to: 0, hold: 10, until: 20 }) as (s: number) => number;
  expect([steps(0), steps(999), steps(1000)]).toEqual([0.9, 0.9, 0.99]);
  expect([line(5), line(15), line(30)]).toEqual([1, 0.5, 0]);
  const rising = risingMomentum(0.99) as (s: number) => number;
  expect([rising(0), rising(250), rising(1e6)]).toEqual([0.5, 0.75, 0.99]);
  expect(() => piecewise([[5, 1]])).toThrow("the first from step 0");
});

test("with an epsilon of 0, what has no gradient stays and what has one moves by finite steps", async () => {
  for (const optimizer of [adam({ epsilon: 0, rate: 0.1 }), rmsprop({ epsilon: 0, rate: 0.1 })]) {
    const f = await objective((x) => ({ value: 0.5 * x[0] * x[0], gradient: [x[0], 0] }), [1, 2]);
    const run = optimizer.start(f);
    for (let i = 0; i < 5; ++i) await run.step();
    const [moved, still] = f.at();
    expect(still).toBe(2);
    expect(Number.isFinite(moved) && moved < 1).toBe(true);
    run.dispose();
  }
});
