/** Joining steps: the laws of an op whose time is shorter than its input's, and what stands where. */
import { expect, test } from "vitest";
import { type Graph } from "../../src/graph/graph.ts";
import { join } from "../../src/ops/join.ts";
import { linear } from "../../src/ops/linear.ts";
import { bench } from "../laws/bench.ts";
import { inputLaws, opLaws } from "../laws/op.laws.ts";

const front = (g: Graph): number => g.apply(linear({ bias: false }), g.input("x", 2), g.parameter("W", 2, 3));

for (const steps of [1, 2, 3, 7]) opLaws(`join ${steps}`, (g) => g.apply(join(steps), front(g)));
opLaws("join twice, then a product", (g) => {
  const x = g.apply(join(2), g.apply(join(2), front(g)));
  return g.apply(linear(), x, g.parameter("V", 12, 3), g.parameter("b", 1, 3));
});
inputLaws("join", (g) =>
  g.apply(linear({ bias: false }), g.apply(join(2), g.input("x", 2)), g.parameter("W", 4, 3)),
);

test("steps stand side by side, lengths are rounded up, and zeros fill the last", async () => {
  const b = await bench((g) => g.apply(join(2), g.input("x", 1)), { lengths: [5, 3, 2] });
  const x = b.read(b.inputs.get(0)!, 10);
  const { packing } = b.tape.shape(b.output); // rows: t0 abc, t1 abc, t2 ab, t3 a, t4 a
  expect([...packing.lengths]).toEqual([3, 2, 1]);
  expect(b.forward()).toEqual([x[0], x[3], x[1], x[4], x[2], x[5], x[6], x[8], x[7], 0, x[9], 0]);
  b.dispose();
});
