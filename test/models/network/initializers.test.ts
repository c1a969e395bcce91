/** Initial values by block of columns, and initializers that are refused by name. */
import { expect, test } from "vitest";
import {
  dense,
  lstm,
  network,
  rnn,
  values,
  OptionError,
  ShapeError,
  type Initializer,
} from "../../../src/index.ts";

const spec = { input: 1, loss: "squared" } as const;

test("values gives each block of a gate's columns one value, and leaves the other gates alone", async () => {
  const layers = [lstm(4, { init: { gates: { i: values([-3, -6]) } } }), dense(1)];
  const net = await network({ ...spec, layers });
  const b = net.parameters.find(({ name }) => name === "lstm1.b")!.data;
  expect([...b]).toEqual([-3, -3, -6, -6, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  net.dispose();
});

test("values fills every row of a matrix, and comes back from a file", async () => {
  const layers = [rnn(4, { init: { recurrent: values([1, 2, 3, 4]) } }), dense(1)];
  const net = await network({ ...spec, layers });
  const W = net.parameters.find(({ name }) => name === "rnn1.Wh")!.data;
  expect([...W]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  const copy = await network.load(net.save());
  expect(copy.spec.layers).toEqual(net.spec.layers);
  net.dispose();
  copy.dispose();
});

test("values that do not divide the columns are refused when the net is built", async () => {
  const layers = [lstm(4, { init: { gates: { i: values([1, 2, 3]) } } }), dense(1)];
  await expect(network({ ...spec, layers })).rejects.toThrow(ShapeError);
});

test.each<[string, unknown, string]>([
  ["no kind", {}, "kind"],
  ["an unknown kind", { kind: "gaussian" }, "gaussian"],
  ["a missing scale", { kind: "normal" }, "scale"],
  ["an option of another kind", { kind: "constant", value: 1, scale: 2 }, "scale"],
  ["no values", { kind: "values", values: [] }, "values"],
  ["a value that is NaN", { kind: "values", values: [1, NaN] }, "values[1]"],
])("an initializer with %s is refused, and the message names it", (_, init, named) => {
  const make = (): unknown => rnn(2, { init: { recurrent: init as Initializer } });
  expect(make).toThrow(OptionError);
  expect(make).toThrow(named);
});
