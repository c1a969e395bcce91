/** Verdicts on the toy example, on why it is hard, and on the ways out: each is false without its claim. */
import { test } from "vitest";
import { criteria as lengths } from "../../src/cli/lecture/7c-1.ts";
import { criteria as adder } from "../../src/cli/lecture/7c-2.ts";
import { criteria as longer } from "../../src/cli/lecture/7c-3.ts";
import { criteria as nodes } from "../../src/cli/lecture/7c-4.ts";
import { criteria as atOnce } from "../../src/cli/lecture/7c-5.ts";
import { criteria as linear } from "../../src/cli/lecture/7d-1.ts";
import { criteria as scales } from "../../src/cli/lecture/7d-2.ts";
import { criteria as boundary } from "../../src/cli/lecture/7d-3.ts";
import { criteria as memory } from "../../src/cli/lecture/7d-4.ts";
import { criteria as hessianFree } from "../../src/cli/lecture/7d-5.ts";
import { criteria as echo } from "../../src/cli/lecture/7d-6.ts";
import { criteria as fromEchoes } from "../../src/cli/lecture/7d-7.ts";
import { criteria as four } from "../../src/cli/lecture/7d-8.ts";
import { criteria as cell } from "../../src/cli/lecture/7e-1.ts";
import { criteria as solving } from "../../src/cli/lecture/7e-2.ts";
import { catches, instead } from "./planted.ts";

test("7c-1: a layered net that learned nothing, one that carries over, a recurrent one that errs", () => {
  const seen = { seen: 0, upper: 0.5, recurrent: 0 };
  catches(lengths, seen, instead(seen, { seen: 0.5 }, { upper: 0 }, { recurrent: 0.01 }));
});

test("7c-2: an automaton that errs, or has states that it does not need", () => {
  const seen = { wrong: 0, states: 4, smallest: 4 };
  catches(adder, seen, instead(seen, { wrong: 1 }, { states: 5 }, { smallest: 2 }));
});

test("7c-3: a net that adds what it has seen, and one of which nothing is proven", () => {
  const seen = { errors: 0, long: 0, equivalent: true, proven: true };
  catches(longer, seen, instead(seen, { errors: 3 }, { long: 1 }, { equivalent: false }, { proven: false }));
});

test("7c-4: a cloud without patterns, patterns that are other states, another machine", () => {
  const seen = { patterns: 4, states: 4, equivalent: true, spread: 0.1, right: 1 };
  catches(
    nodes,
    seen,
    instead(seen, { patterns: 3 }, { states: 5 }, { equivalent: false }, { spread: 1 }, { right: 0.97 }),
  );
});

test("7c-5: states that add up, units that multiply, a product that is no machine of two additions", () => {
  const seen = {
    units: [3, 6] as readonly [number, number],
    states: [4, 16] as readonly [number, number],
    smallest: 16,
    equivalent: true,
    wrong: 0,
  };
  catches(
    atOnce,
    seen,
    instead(
      seen,
      { states: [4, 8] },
      { states: [0, 16] },
      { smallest: 8 },
      { units: [3, 12] },
      { equivalent: false },
      { wrong: 4 },
    ),
  );
});

test("7d-1: a backward pass with a bend, and a forward pass without one", () => {
  const seen = { undoubled: 0, float32: 1e-7, float64: 1e-15, forward: 1 };
  catches(linear, seen, instead(seen, { undoubled: 1 }, { float32: 0.1 }, { float64: 1e-6 }, { forward: 0 }));
});

test("7d-2: gradients that stay, fade like a power of the lag, or do not follow the Jacobians", () => {
  const one = (g: number, rate: number) => ({ g, rate, product: rate, straight: 0.999 });
  const seen = [one(0.5, -0.7), one(1, -0.05), one(2, 0.14)];
  catches(scales, seen, [
    [one(0.5, 0), seen[1], seen[2]],
    [seen[0], seen[1], one(2, 0)],
    [{ ...seen[0], straight: 0.8 }, seen[1], seen[2]],
    [{ ...seen[0], product: 0 }, seen[1], seen[2]],
  ]);
});

test("7d-3: starts that end together, a map that parts all starts, a wall elsewhere", () => {
  const steepest = { norm: 3320, w: 4.94, b: -2.575 };
  const seen = { across: 1.7, beside: 0, steepest, median: 0.0308 };
  catches(
    boundary,
    seen,
    instead(
      seen,
      { across: 1e-10 },
      { beside: 0.5 },
      { steepest: { ...steepest, norm: 10 } },
      { steepest: { ...steepest, w: 5 } },
      { steepest: { ...steepest, b: -2 } },
      { median: 3 },
    ),
  );
});

test("7d-4: a task that plain units solve too, and cells that solve it without keeping anything", () => {
  const seen = { wrong: { lstm: 0.001, plain: 0.75 }, back: { lstm: 0.4, plain: 1e-6 }, shut: 0.75 };
  catches(
    memory,
    seen,
    instead(
      seen,
      { wrong: { lstm: 0.75, plain: 0.75 } },
      { wrong: { lstm: 0, plain: 0 } },
      { shut: 0.001 },
      { back: { lstm: 1e-6, plain: 1e-6 } },
      { back: { lstm: 0.4, plain: 0.4 } },
    ),
  );
});

test("7d-5: steps along the gradient, directions of ordinary curvature, a task that stays unsolved", () => {
  const seen = { wrong: 0, gated: 0, slope: 0.1, curvature: 0.001 };
  catches(hessianFree, seen, instead(seen, { slope: 1 }, { curvature: 0.1 }, { wrong: 3 }, { gated: 32 }));
});

test("7d-6: a reservoir that forgets, one without care that does as well, a free run that leaves", () => {
  const seen = { careful: [0, 0], ordinary: [0, 39], error: 0.001, careless: 1.7 };
  catches(
    echo,
    seen,
    instead(seen, { careful: [0, 5] }, { ordinary: [0, 0] }, { error: 0.8 }, { careless: 0.001 }),
  );
});

test("7d-7: a way that does not learn, or that learns without one of its parts", () => {
  const seen = { full: 0.02, slow: 0.8, small: 0.8, all: 0.1, changed: 0.3, chance: 0.82 };
  const faults = [{ full: 0.6 }, { slow: 0.02 }, { small: 0.02 }, { all: 0.6 }, { changed: 0 }];
  catches(fromEchoes, seen, instead(seen, ...faults));
});

test("7d-8: a way that leaves one of the eight tasks", () => {
  const seen = { lstm: 8, hf: 8, esn: 8, momentum: 8 };
  catches(four, seen, instead(seen, { lstm: 7 }, { hf: 1 }, { esn: 0 }, { momentum: 7 }));
});

test("7e-1: a value that fades, leaks or does not come back, and gates that do nothing", () => {
  const seen = { read: 0.49, want: 0.49, silent: 1e-9, back: 1, unwritten: 0, unkept: 0, unread: 0 };
  catches(
    cell,
    seen,
    instead(
      seen,
      { read: 0.4 },
      { silent: 0.1 },
      { back: 0.5 },
      { unwritten: 0.49 },
      { unkept: 0.49 },
      { unread: 0.49 },
    ),
  );
});

test("7e-2: a task never solved, no long lag among them, a task that a constant solves", () => {
  const one = { name: "addition", lag: 1000, sequences: 1e5, allowed: 4e5, chance: 0.9 };
  catches(
    solving,
    [one, { ...one, lag: 100 }],
    [[one, { ...one, sequences: Infinity }], [{ ...one, lag: 100 }], [one, { ...one, chance: 0.01 }]],
  );
});
