/** Gradients with activities computed in pieces: the same bits as all at once. */
import { expect, test } from "vitest";
import {
  adam,
  bidirectional,
  delayTaps,
  dense,
  dropout,
  embedding,
  gru,
  lem,
  lru,
  lstm,
  layerNorm,
  minGru,
  minLstm,
  network,
  residual,
  rnn,
  slstm,
  type Layer,
  type TrainOptions,
} from "../../src/index.ts";

const seed = 2;
/** More than two blocks of 4096 rows; the second sequence ends in the second block. */
const lengths = [2600, 1500, 1500, 700, 2600];
const items = lengths.map((T, s) => ({
  input: Int32Array.from({ length: T }, (_, t) => (t * (s + 3) + (t >> 4)) % 5),
  target: Int32Array.from({ length: T }, (_, t) => (t * (s + 5)) % 3),
}));

/** All parameters and the loss after a step. */
async function trained(layers: readonly Layer[], options: TrainOptions): Promise<unknown[]> {
  using net = await network({ input: { symbols: 5 }, layers, loss: "softmax", seed });
  const losses: number[] = [];
  const all = { optimizer: adam({ rate: 0.01 }), steps: 1, batch: 5, ...options };
  for await (const { loss } of net.train(items, all)) losses.push(loss);
  return [losses, net.parameters.map(({ data }) => data)];
}

const stacks: Record<string, Layer[]> = {
  "a peephole lstm on an embedding": [embedding(5, 2), lstm(3, { peepholes: true }), dense(3)],
  "grus of both kinds with noise and dropout": [
    gru(3, { recurrentDropout: 0.2, zoneout: 0.1 }),
    dropout(0.3),
    gru(2, { reset: "before", zoneout: 0.2 }),
    dense(3),
  ],
  "leaky units in a residual connection": [
    rnn(3, { leak: 0.5 }),
    residual([layerNorm(), rnn(3, { initialState: "zero" })]),
    dense(3),
  ],
  "minimal units and an lru": [minGru(3), minLstm(2), lru(3), dense(3)],
  "lem and slstm": [lem(3), slstm(3), dense(3)],
};

test.each(Object.entries(stacks))("%s: in pieces the same bits as at once", async (_, layers) => {
  const want = await trained(layers, {});
  expect(await trained(layers, { memory: "sqrt" })).toEqual(want);
});

test("pieces of so many bytes, and shards of pieces, have the same bits", async () => {
  const layers = [gru(3), dense(3)];
  const want = await trained(layers, { shard: 4 });
  expect(await trained(layers, { memory: 3e6, shard: 4 })).toEqual(want);
});

test("what does not fit says its sizes, and layers that look across pieces are refused by name", async () => {
  const layers = [gru(3), dense(3)];
  await expect(trained(layers, { memory: 1000 })).rejects.toThrow(/memory: 1000 bytes for .* take \d+; want/);
  await expect(trained([bidirectional(gru(2)), dense(3)], { memory: "sqrt" })).rejects.toThrow(
    /recurrent\(gru\) looks across/,
  );
  await expect(
    trained([embedding(5, 2), delayTaps(2), gru(2), dense(3)], { memory: "sqrt" }),
  ).rejects.toThrow(/delayTaps looks across/);
  await expect(trained(layers, { memory: "sqrt", truncate: 9 })).rejects.toThrow(/leave one of them out/);
});
