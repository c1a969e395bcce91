/** Ties, fixed entries and linear constraints under every optimizer. */
import { describe, expect, test } from "vitest";
import {
  adam,
  constrain,
  fix,
  hessianFree,
  nesterov,
  rmsprop,
  sgd,
  tie,
  type Optimizer,
} from "../../../src/index.ts";
import { close } from "../../close.ts";
import { addition, build, toy, values } from "./builders.ts";

describe("constraints (7b-2)", () => {
  const optimizers: [string, () => Optimizer][] = [
    ["sgd", () => sgd()],
    ["nesterov", () => nesterov({ rate: 0.05 })],
    ["adam", () => adam({ rate: 0.02 })],
    ["rmsprop", () => rmsprop({ rate: 0.02 })],
    ["hessianFree", () => hessianFree({ cgIterations: 10 })],
  ];
  test.each(optimizers)("%s keeps ties, fixed entries and A·w = b", async (_, optimizer) => {
    const net = await build({
      layers: toy(),
      precision: "float64",
      constraints: [
        tie({ name: "rnn1.Wx", indices: [0, 1] }, { name: "rnn1.Wx", indices: [3, 4] }),
        fix({ name: "rnn1.b", indices: [2] }),
        constrain({
          entries: [
            { name: "rnn1.Wh", indices: [0, 4, 8] },
            { name: "dense2.b", indices: [0] },
          ],
          A: [
            [1, 1, 1, 0],
            [0, 1, -2, 3],
          ],
          b: [0.7, -0.2],
        }),
      ],
    });
    const find = (name: string): ArrayLike<number> => net.parameters.find((p) => p.name === name)!.data;
    const fixed = find("rnn1.b")[2];
    const before = values(net);
    await net.fit(addition, { optimizer: optimizer(), steps: 6, batch: 16 });
    const Wx = find("rnn1.Wx");
    const Wh = find("rnn1.Wh");
    const b = find("dense2.b")[0];
    expect([Wx[0], Wx[1]]).toEqual([Wx[3], Wx[4]]);
    expect(find("rnn1.b")[2]).toBe(fixed);
    close([Wh[0] + Wh[4] + Wh[8], Wh[4] - 2 * Wh[8] + 3 * b], [0.7, -0.2], { abs: 1e-14 });
    expect(values(net)).not.toEqual(before);
  });

  test("a dependent row of A is refused, with its number", async () => {
    const entries = [{ name: "rnn1.b", indices: [0, 1] }];
    await expect(
      build({
        layers: toy(),
        constraints: [
          constrain({
            entries,
            A: [
              [1, 1],
              [2, 2],
            ],
            b: [1, 2],
          }),
        ],
      }),
    ).rejects.toThrow("row 1 of A depends");
  });
});
