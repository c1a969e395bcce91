/** What targets a loss takes, whoever asks for it; and outputs that are squashed before the loss does. */
import { expect, test } from "vitest";
import type { DataItem } from "../../../src/data/item.ts";
import { dense, dropout, type Layer } from "../../../src/models/network/layers.ts";
import { lstm, rnn } from "../../../src/models/network/recurrent-layers.ts";
import { network, type Network } from "../../../src/models/network/network.ts";
import type { LossSpec } from "../../../src/models/network/spec.ts";
import { adam } from "../../../src/optim/adam.ts";
import { hessianFree } from "../../../src/optim/hessian-free.ts";
import { DataError, OptionError } from "../../../src/wasm/errors.ts";

const item = (y: number): DataItem => ({ input: [0.1, 0.2, 0.3], target: [0, y, 1] });
const uses: Record<string, (net: Network, data: DataItem[]) => unknown> = {
  fit: (net, data) => net.fit(data, { steps: 2, optimizer: adam() }),
  "fit on right data, validated on others": (net, data) =>
    net.fit([item(0.5)], { steps: 2, optimizer: adam(), validation: data }),
  "fit, Hessian-free": (net, data) => net.fit(data, { steps: 1, optimizer: hessianFree() }),
  train: async (net, data) => {
    for await (const step of net.train(data, { steps: 2, optimizer: adam() }))
      expect(step.loss).toBeGreaterThan(-1);
  },
  evaluate: (net, data) => net.evaluate(data),
  gradient: (net, data) => net.gradient(data),
  gaussNewtonProduct: (net, data) => net.gaussNewtonProduct(data, new Float64Array(net.size)),
};

test("bernoulli takes targets from 0 to 1 and refuses others in every use of it", async () => {
  const net = await network({ input: 1, layers: [lstm(2), dense(1)], loss: "bernoulli" });
  for (const [name, use] of Object.entries(uses)) {
    for (const y of [0, 0.5, 1]) await use(net, [item(y)]);
    for (const y of [-1, -1e-9, 1.0001, 2, 255, NaN, Infinity]) {
      const error = await Promise.resolve()
        .then(() => use(net, [item(y)]))
        .catch((e: unknown) => e);
      expect(error, `${name}, ${y}`).toBeInstanceOf(DataError);
      expect((error as Error).message).toContain(`is ${y}, want a probability from 0 to 1`);
    }
  }
  net.dispose();
});

test("squared takes any finite target", async () => {
  const net = await network({ input: 1, layers: [lstm(2), dense(1)], loss: "squared" });
  for (const y of [-1, 255, 1e6]) for (const use of Object.values(uses)) await use(net, [item(y)]);
  net.dispose();
});

test("outputs that are logistic already are refused before a loss that makes probabilities", async () => {
  const squashed: Layer[][] = [
    [lstm(2), dense(2, { activation: "logistic" })],
    [lstm(2), dense(2, { activation: "logistic" }), dropout(0.1)],
    [rnn(2, { activation: "logistic" })],
  ];
  for (const loss of ["bernoulli", "softmax", "ctc", { kind: "ctc" }] as LossSpec[])
    for (const layers of squashed) {
      const error = await network({ input: 1, layers, loss }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(OptionError);
      expect((error as Error).message).toMatch(/has activation "logistic", and the loss .* takes the/);
    }
  for (const layers of squashed) (await network({ input: 1, layers, loss: "squared" })).dispose();
  const inside = [dense(2, { activation: "logistic" }), dense(1)];
  (await network({ input: 1, layers: inside, loss: "bernoulli" })).dispose();
});
