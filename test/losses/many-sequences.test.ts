/** A loss on more sequences than a call takes arguments. */
import { expect, test } from "vitest";
import { dense, network } from "../../src/index.ts";

test("ctc evaluates a batch of 130,000 sequences", async () => {
  const net = await network({ input: 1, layers: [dense(2)], loss: "ctc", seed: 1 });
  const items = Array.from({ length: 130_000 }, () => ({ input: [0.5], target: [0] }));
  const { loss } = net.gradient(items);
  expect(Number.isFinite(loss)).toBe(true);
  net.dispose();
});
