/** Packed panels: every block of every matrix has a room of its own. */
import { expect, test } from "vitest";
import { Graph } from "../../src/graph/graph.ts";
import { Weights } from "../../src/graph/weights.ts";
import { engine } from "../../src/wasm/engine.ts";

async function wide(columns: number): Promise<Weights> {
  const graph = new Graph();
  graph.parameter("W", 1, columns);
  const weights = new Weights(await engine("float64"), graph);
  weights.engine.memory
    .reals(weights.theta, columns)
    .set(Float64Array.from({ length: columns }, (_, i) => i));
  weights.changed();
  return weights;
}

test("a block far to the right of a wide matrix shares no room with the matrix transposed", async () => {
  const weights = await wide(65600);
  const [W] = weights.graph.parameters;
  const right = weights.panels.get(weights, W, { transposed: false, from: 65536, columns: 4 });
  const turned = weights.panels.get(weights, W, { transposed: true, from: 0, columns: 4 });
  expect(right).not.toBe(turned);
  expect([...weights.engine.memory.reals(right, 4)]).toEqual([65536, 65537, 65538, 65539]);
  weights.dispose();
});

test("blocks of two widths that begin at the same column have rooms of their own", async () => {
  const weights = await wide(64);
  const [W] = weights.graph.parameters;
  const narrow = weights.panels.get(weights, W, { transposed: false, from: 0, columns: 4 });
  const all = weights.panels.get(weights, W, { transposed: false, from: 0, columns: 64 });
  expect(all).not.toBe(narrow);
  expect(weights.panels.get(weights, W, { transposed: false, from: 0, columns: 4 })).toBe(narrow);
  weights.dispose();
});
