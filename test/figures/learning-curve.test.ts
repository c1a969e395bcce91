/** Figures of a training: its history, and which labels are taken for which. */
import { expect, test } from "vitest";
import {
  DataError,
  OptionError,
  ShapeError,
  confusionMatrix,
  dense,
  learningCurve,
  lstm,
  network,
  svg,
} from "../../src/index.ts";

const history = Array.from({ length: 6 }, (_, i) => ({
  epoch: i + 1,
  step: 10 * (i + 1),
  loss: 6 - i,
  validation: { loss: 7 - i, accuracy: i / 6, rmse: 3 / (i + 1), sequences: 4, bits: 1, confusion: [[1]] },
}));

test("a history has a panel for the losses, one for shares, and one for every other figure", () => {
  const text = svg(learningCurve({ history, best: history[3] }, { title: "A fit" }));
  for (const words of ["A fit", ">loss<", ">accuracy<", ">rmse<", ">training<", ">validation<", ">epoch<"])
    expect(text.includes(words), words).toBe(true);
  for (const words of ["bits", "sequences", "confusion", "NaN"]) expect(text).not.toContain(words);
  expect(text).toContain("<desc>");
  expect(text).toContain("Best at epoch 4: loss 4, accuracy 0.5, rmse 0.75.");
  expect(text.match(/<circle /g)).toHaveLength(3); // the best, once in each panel
  expect(svg(learningCurve({ history, best: history[3] }, { title: "A fit" }))).toBe(text);
});

test("figures can be chosen; without looks the training loss alone is drawn, by steps", () => {
  const chosen = svg(learningCurve({ history }, { metrics: ["bits"], log: true }));
  expect(chosen).toContain(">bits<");
  expect(chosen).not.toContain("rmse");
  expect(chosen).not.toContain("Best");
  const plain = svg(learningCurve({ history: history.map(({ step, loss }) => ({ step, loss })) }));
  expect(plain).toContain(">step<");
  expect(plain).not.toContain("validation");
  expect(svg(learningCurve({ history: history.slice(0, 1), best: history[0] }))).toContain("<circle ");
});

test("the report of a fit is drawn as it is", async () => {
  const items = Array.from({ length: 8 }, (_, i) => ({ input: [i, 1, 2], target: [i % 2, 1, 0] }));
  const net = await network({ input: 1, layers: [lstm(2), dense(2)], loss: "softmax" });
  const report = await net.fit(items, { epochs: 3, validation: 0.25, metrics: ["f1"], keepBest: true });
  expect(svg(learningCurve(report))).toContain("accuracy, f1");
  net.dispose();
});

test("a matrix shows its counts, the first label at the top", () => {
  const labels = ["still", "a <long> name of a label", "c"];
  const text = svg(
    confusionMatrix({
      labels,
      confusion: [
        [3, 0, 1],
        [0, 12, 0],
        [0, 0, 0],
      ],
    }),
  );
  for (const words of [">3<", ">12<", ">1<", "still", "a &lt;long&gt; name…", ">predicted<", ">true<"])
    expect(text.includes(words), words).toBe(true);
  expect(text.includes("NaN")).toBe(false);
});

test.each<[string, () => unknown, new () => Error, string]>([
  ["no history", () => learningCurve({ history: [] }), DataError, "history is array of 0"],
  [
    "a figure that is not there",
    () => learningCurve({ history }, { metrics: ["f1"] }),
    OptionError,
    'metrics names "f1", want some of loss, accuracy, rmse',
  ],
  ["no labels", () => confusionMatrix({ labels: [], confusion: [] }), OptionError, "labels is empty"],
  [
    "a matrix of another size",
    () => confusionMatrix({ labels: ["a", "b"], confusion: [[1, 2]] }),
    ShapeError,
    "confusion is not [2][2]",
  ],
])("%s is refused", (_, wrong, kind, message) => {
  expect(wrong).toThrow(kind);
  expect(wrong).toThrow(message);
});
