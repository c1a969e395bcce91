/** What float32 does not hold is refused or works; it never becomes infinity, or nothing, without a word. */
import { expect, test } from "vitest";
import { dense } from "../../../src/models/network/layers.ts";
import { lstm, rnn } from "../../../src/models/network/recurrent-layers.ts";
import { constant } from "../../../src/models/network/initializers.ts";
import { network, type Network } from "../../../src/models/network/network.ts";
import type { Precision } from "../../../src/wasm/memory.ts";

const make = (precision: Precision): Promise<Network> =>
  network({ input: 1, layers: [lstm(2), dense(1)], loss: "squared", precision });
const item = { input: [0.1, 0.2], target: [0.1, 0.2] };
const LARGE = 1e39; // beyond 3.4e38
const uses: Record<string, (net: Network) => unknown> = {
  input: (net) => net.evaluate([{ ...item, input: [0.1, LARGE] }]),
  target: (net) => net.evaluate([{ ...item, target: [0.1, LARGE] }]),
  weight: (net) => net.gradient([{ ...item, weight: [1, LARGE] }]),
  "a weight that vanishes": (net) => net.gradient([{ ...item, weight: [1e-46, 1e-46] }]),
  predict: (net) => net.predict([[0.1, LARGE]]),
  stream: (net) => net.stream().step(LARGE),
  history: (net) => net.forecast(2, { history: [0.1, LARGE] }),
  set: (net) => net.parameters[0].set(new Array<number>(8).fill(LARGE)),
  direction: (net) => net.gaussNewtonProduct([item], new Array<number>(net.size).fill(LARGE)),
};

test("numbers beyond float32 are refused wherever they come in, and float64 takes them", async () => {
  const [single, double] = [await make("float32"), await make("float64")];
  for (const [name, use] of Object.entries(uses)) {
    const error = await Promise.resolve()
      .then(() => use(single))
      .catch((e: unknown) => e);
    expect((error as Error)?.name, name).toBe("DataError");
    expect((error as Error).message, name).toMatch(/float32/);
    await use(double);
  }
  single.dispose();
  double.dispose();
});

test("an initial value beyond float32 is refused with the remedy", async () => {
  const layers = [rnn(2, { init: { recurrent: constant(LARGE) } }), dense(1)];
  const spec = { input: 1, layers, loss: "squared" } as const;
  await expect(network(spec)).rejects.toThrow(/rnn1\.Wh: an initial value is 1e\+39.*float64/);
  (await network({ ...spec, precision: "float64" })).dispose();
});

test("a temperature however small draws the most probable symbol", async () => {
  const net = await network({ input: { symbols: 3 }, layers: [rnn(4), dense(3)], loss: "softmax", seed: 4 });
  const cold = net.sample(12, { temperature: 0 }).sequence;
  for (const temperature of [1e-30, 2e-39, 1e-45, 1e-300, Number.MIN_VALUE])
    expect(net.sample(12, { temperature }).sequence).toEqual(cold);
  net.dispose();
});

test("probabilities below e^-87 have their logarithm in float32", async () => {
  const net = await network({ input: 1, layers: [dense(2)], loss: "softmax" });
  for (const { name, set } of net.parameters) set(name.endsWith("W") ? [0, 0] : [0, 500]);
  expect(net.logLikelihood([{ input: [1], target: [0] }])).toBeCloseTo(-500, 3);
  net.dispose();
});
