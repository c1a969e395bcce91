import { expect, test } from "vitest";
import { engine } from "../../src/wasm/engine.ts";
import { network, rnn } from "../../src/index.ts";

test("the panels of a net without inputs stay within their own memory", async () => {
  // Wx [0,3] has no elements, so Wh [3,3] begins at the same place: each needs panels of its own size
  const { memory } = await engine("float32");
  const net = await network({ input: 0, layers: [rnn(3, { given: [0, 1, 2] })], loss: "squared" });
  const neighbors = Array.from({ length: 200 }, () => memory.allocate(64));
  for (const ptr of neighbors) memory.reals(ptr, 16).fill(7);
  const item = { input: [], target: [0, 0, 0, 0, 0, 0], initial: [0.3, -0.1, 0.2] };
  const { loss } = net.gradient([item]);
  expect(Number.isFinite(loss)).toBe(true);
  for (const ptr of neighbors) expect([...memory.reals(ptr, 16)]).toEqual(new Array(16).fill(7));
  for (const ptr of neighbors) memory.free(ptr);
  net.dispose();
});
