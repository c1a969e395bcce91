/** Who comes from 0.1 is told the new name: the table of CHANGELOG, as far as a call can say it. */
import { expect, test } from "vitest";
import * as u from "../../src/index.ts";

const renamed: [string, () => unknown, string][] = [
  ["hmm({ dimension })", () => u.hmm({ states: 2, emission: "gaussian", dimension: 2 } as never), "output"],
  ["autoregressive({ dimension })", () => u.autoregressive({ order: 1, dimension: 2 } as never), "output"],
  ["tasks.addition({ least })", () => u.tasks.addition({ digits: 4, least: 2 } as never), "minDigits"],
  [
    "sample with a prompt",
    async () => {
      using net = await u.network({ input: { symbols: 3 }, layers: [u.dense(3)], loss: "softmax" });
      net.sample(4, { prompt: [1] } as never);
    },
    "history",
  ],
  [
    "languageModel.fit({ iterations })",
    async () => {
      using words = await u.languageModel({ vocabulary: ["a", "b"], context: 1, embedding: 2, hidden: 2 });
      await words.fit([[0, 1]], { iterations: 2 } as never);
    },
    "steps",
  ],
  ...["warm", "input"].map((option): [string, () => unknown, string] => [
    `esn's ${option}`,
    async () => {
      using echo = await u.esn({ input: 1, output: 1, units: 5 });
      await echo.fit([{ input: [1, 2, 3, 4], target: [2, 3, 4, 5] }]);
      echo.forecast(2, { history: [1, 2], [option]: [1] });
    },
    option === "warm" ? "history" : "inputs",
  ]),
];

test.each(renamed)("%s names the option of today", async (_, call, name) => {
  await expect((async () => call())()).rejects.toThrow(`; it is called "${name}" since 0.2`);
});

test("a source of lessons is told that batches are made by batch(n)", async () => {
  using net = await u.network({ input: 1, layers: [u.dense(1)], loss: "squared" });
  const lessons = { batchesPerEpoch: 1, lesson: () => [] };
  await expect(net.fit(lessons as never, { steps: 1 })).rejects.toThrow("nor a source with batch(n)");
});

test("a model that is read before its first fit was awaited says so", async () => {
  using echo = await u.esn({ input: 1, output: 1, units: 5 });
  const fit = echo.fit([{ input: [1, 2, 3], target: [2, 3, 4] }]);
  expect(() => echo.predict([[1, 2, 3]])).toThrow("call fit first and await it");
  await fit;
});
