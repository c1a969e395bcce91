/** Symbols as input, and items of next-step prediction. */
import { describe, expect, test } from "vitest";
import { dense, embedding, delayTaps, lstm, nextStep } from "../../../src/index.ts";
import { close } from "../../close.ts";
import { build } from "./builders.ts";

describe("symbols", () => {
  test("a layer on symbols is the layer on one-of-V rows", async () => {
    const sparse = await build({ input: { symbols: 5 }, layers: [lstm(3), dense(5)], loss: "softmax" });
    const full = await build({ input: 5, layers: [lstm(3), dense(5)], loss: "softmax" });
    full.parameters.forEach((p, i) => p.set(sparse.parameters[i].data));
    const symbols = [3, 1, 4, 0];
    const rows = symbols.map((s) => Array.from({ length: 5 }, (_, i) => (i === s ? 1 : 0)));
    close(full.predict([rows])[0], sparse.predict([symbols])[0], { rel: 1e-6 });
    const a = sparse.gradient([{ input: symbols, target: [1, 2, 3, 4] }]);
    const b = full.gradient([{ input: rows, target: [1, 2, 3, 4] }]);
    a.gradient.forEach((g, i) => close(g.data, b.gradient[i].data, { rel: 1e-5, abs: 1e-7 }));
  });

  test("input 1 before an embedding is one symbol a step", async () => {
    const net = await build({ input: 1, layers: [embedding(4, 3), delayTaps(2), dense(4)], loss: "softmax" });
    expect(net.predict([[0, 3, 2]])[0]).toHaveLength(12);
    expect(() => net.predict([[0, 4]])).toThrow("value 1 is 4, want a whole number from 0 to 3");
  });

  test("next-step prediction turns vectors, symbols and piano rolls into items", () => {
    expect(nextStep([[1, 2, 3]])).toEqual([{ input: Float64Array.of(1, 2), target: Float64Array.of(2, 3) }]);
    expect(
      nextStep([
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ]),
    ).toEqual([
      {
        input: [
          [1, 2],
          [3, 4],
        ],
        target: [
          [3, 4],
          [5, 6],
        ],
      },
    ]);
    expect(nextStep([[[0, 2], [], [1]]], { roll: 3 })[0]).toEqual({
      input: Float32Array.of(1, 0, 1, 0, 0, 0),
      target: Float32Array.of(0, 0, 0, 0, 1, 0),
    });
    expect(() => nextStep([[7]])).toThrow("sequence 0 has 1 step, want at least two");
    expect(() => nextStep([[[3]]], { roll: 3 })).toThrow("note is 3");
  });
});
