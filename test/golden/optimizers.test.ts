/** Optimizers, groups and schedules beside those of PyTorch, on a function of six numbers. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  adam,
  adamW,
  cosine,
  momentum,
  nesterov,
  oneCycle,
  rmsprop,
  sgd,
  warmUp,
  type Objective,
  type Optimizer,
  type Schedule,
} from "../../src/index.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Arena } from "../../src/wasm/memory.ts";
import { close } from "../close.ts";

const golden = JSON.parse(readFileSync(new URL("optimizers.json", import.meta.url), "utf8")) as {
  start: number[];
  curvatures: number[];
  paths: Record<string, number[][]>;
  rates: Record<string, number[]>;
};

/** Both sides compute in float64, in another order of products. */
const ROUNDING = { rel: 1e-12, abs: 1e-14 };

/** Σ ½c·x² + 0.1·x⁴, + 0.5·x₀x₃ + 0.01·x₅: the first three numbers are the parameter a, the others b. */
async function objective(): Promise<Objective & { at(): number[] }> {
  const e = await engine("float64");
  const arena = new Arena(e.memory);
  const theta = arena.reals(6);
  e.memory.reals(theta, 6).set(golden.start);
  const at = (): number[] => Array.from(e.memory.reals(theta, 6));
  return {
    engine: e,
    size: 6,
    theta,
    ranges: [
      { names: ["a"], from: 0, size: 3 },
      { names: ["b"], from: 3, size: 3 },
    ],
    at,
    changed: () => {},
    value: () => 0,
    gradient(g) {
      const x = at();
      const d = x.map((v, i) => golden.curvatures[i] * v + 0.4 * v * v * v);
      d[0] += 0.5 * x[3];
      d[3] += 0.5 * x[0];
      d[5] += 0.01;
      e.memory.reals(g, 6).set(d);
      return 0;
    },
  };
}

const optimizers: Record<string, Optimizer> = {
  sgd: sgd({ rate: 0.05, decay: 0.1 }),
  momentum: momentum({ rate: 0.05, momentum: 0.8 }),
  adam: adam({ rate: 0.1, decay: 0.2 }),
  adamW: adamW({ rate: 0.1, decay: 0.2 }),
  "adamW betas": adamW({ rate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
  rmsprop: rmsprop({ rate: 0.02, averaging: 0.9 }),
  groups: adamW({
    rate: 0.1,
    decay: 0.3,
    groups: [
      { parameters: "a", rate: 0.03 },
      { parameters: "b", decay: 0 },
    ],
  }),
  frozen: adamW({ rate: 0.1, groups: [{ parameters: "b", frozen: true }] }),
  cosine: adamW({ rate: cosine({ from: 0.1, to: 0.01, until: 12 }) }),
};

test.each(Object.entries(optimizers))("%s goes where PyTorch's goes", async (name, optimizer) => {
  const f = await objective();
  const run = optimizer.start(f);
  // torch's cosine goes up again behind its end, ours stays
  const path = name === "cosine" ? golden.paths[name].slice(0, 12) : golden.paths[name];
  for (const point of path) {
    await run.step();
    close(f.at(), point, ROUNDING);
  }
  run.dispose();
});

test("nesterov goes where PyTorch's goes, which shows the point ahead", async () => {
  const f = await objective();
  const run = nesterov({ rate: 0.02, momentum: 0.9 }).start(f);
  for (const point of golden.paths.nesterov) {
    await run.step();
    const velocity = f.engine.memory.reals(run.state.vectors.velocity, 6);
    close(
      f.at().map((x, i) => x + 0.9 * velocity[i]),
      point,
      ROUNDING,
    );
  }
  run.dispose();
});

test.each<[string, Schedule]>([
  ["cosine", cosine({ from: 0.4, to: 0.02, until: 15 })],
  ["oneCycle", oneCycle({ max: 0.5, steps: 16 })],
  ["oneCycle late", oneCycle({ max: 0.5, steps: 16, rise: 0.5, divide: 10, divideEnd: 100 })],
  ["warmUp", warmUp(0.4, 4)],
])("the rates of %s are PyTorch's", (name, schedule) => {
  const rates = golden.rates[name].map((_, step) => (schedule as (step: number) => number)(step));
  close(rates, golden.rates[name], ROUNDING);
});

test("a path beside PyTorch's is seen to leave it where the decay is coupled", async () => {
  const f = await objective();
  const run = adam({ rate: 0.1, decay: 0.2 }).start(f);
  await run.step();
  await run.step();
  expect(() => close(f.at(), golden.paths.adamW[1], ROUNDING)).toThrow();
  run.dispose();
});
