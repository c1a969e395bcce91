import { expect, test } from "vitest";
import { delayTaps, dense } from "../../src/models/network/layers.ts";
import { rnn } from "../../src/models/network/recurrent-layers.ts";
import { normal } from "../../src/models/network/initializers.ts";
import { type Network, network } from "../../src/models/network/network.ts";
import { addition } from "../../src/tasks/addition.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
const set = (net: Network, name: string, values: ArrayLike<number>, from = 0): void => {
  const parameter = net.parameters.find((p) => p.name === name)!;
  parameter.data.set(Array.from(values), from);
  parameter.set(parameter.data);
};
const get = (net: Network, name: string): number[] =>
  Array.from(net.parameters.find((p) => p.name === name)!.data);

/**
 * The net of the slide, where every connection takes a step: units see the inputs and the units of the step
 * before, the output the units of the step before. Taps bring the step before; the weights on the present one
 * are 0.
 */
async function slideNet(seed: number): Promise<{ slow: Network; own: Network }> {
  const options = {
    activation: "logistic",
    init: { input: normal(1), recurrent: normal(1), bias: normal(1), state: normal(1) },
  } as const;
  const own = await network({
    input: 2,
    layers: [rnn(3, options), dense(1, { init: { input: normal(1) } })],
    loss: "bernoulli",
    precision: "float64",
    seed,
  });
  const slow = await network({
    input: 2,
    layers: [delayTaps(2), rnn(3, options), delayTaps(2), dense(1)],
    loss: "bernoulli",
    precision: "float64",
    seed,
  });
  set(slow, "rnn2.Wx", [...new Array<number>(6).fill(0), ...get(own, "rnn1.Wx")]);
  for (const name of ["Wh", "b"]) set(slow, `rnn2.${name}`, get(own, `rnn1.${name}`));
  set(slow, "dense4.W", [0, 0, 0, ...get(own, "dense2.W")]);
  set(slow, "dense4.b", get(own, "dense2.b"));
  // before the first column arrives, the slide's units have made one step on their own: that is where the
  // other net starts
  const [Wh, b, state] = [get(slow, "rnn2.Wh"), get(slow, "rnn2.b"), get(slow, "rnn2.state")];
  set(
    own,
    "rnn1.state",
    b.map((bias, j) => logistic(bias + state.reduce((sum, h, i) => sum + h * Wh[i * 3 + j], 0))),
  );
  return { slow, own };
}

test(
  "the slide's net on the slide's layout is the same function: each column two steps later, the " +
    "same loss, the same errors",
  async () => {
    for (const seed of [1, 2, 3]) {
      const { slow, own } = await slideNet(seed);
      const wasm = await engine("float64");
      const items = addition({ digits: 20 }).batch(10, new Random(wasm, seed));
      const late = addition({ digits: 20, delays: true }).batch(10, new Random(wasm, seed));
      const y = own.predict(items.map((item) => item.input));
      const z = slow.predict(late.map((item) => item.input));
      y.forEach((column, i) =>
        column.forEach((p, t) => expect(Math.abs(z[i][t + 2] - p)).toBeLessThan(1e-14)),
      );
      const here = await own.evaluate(items);
      const there = await slow.evaluate(late);
      expect(Math.abs(here.loss - there.loss)).toBeLessThan(1e-14);
      expect([there.wrongSequences, there.accuracy]).toEqual([here.wrongSequences, here.accuracy]);
      own.dispose();
      slow.dispose();
    }
  },
);

test("the comparison sees a column that is one step off", async () => {
  const { slow, own } = await slideNet(1);
  const [item] = addition({ digits: 20, minDigits: 20 }).batch(1, new Random(await engine("float64"), 1));
  const [late] = addition({ digits: 20, minDigits: 20, delays: true }).batch(
    1,
    new Random(await engine("float64"), 1),
  );
  const [y] = own.predict([item.input]);
  const [z] = slow.predict([late.input]);
  expect(Math.max(...Array.from(y, (p, t) => Math.abs(z[t + 1] - p)))).toBeGreaterThan(1e-3);
  own.dispose();
  slow.dispose();
});
