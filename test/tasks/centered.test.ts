import { expect, test } from "vitest";
import { centered, outputBias, taskMeans } from "../../src/index.ts";
import { longLag } from "../../src/tasks/long-lag/long-lag.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const wasm = await engine("float64");
const random = (): Random => new Random(wasm, 1);

test("centered inputs have mean 0 and still say what the plain ones say", () => {
  for (const task of [
    longLag.addition({ lag: 20 }),
    longLag.order2({ lag: 20 }),
    longLag.memory5({ lag: 10 }),
  ]) {
    const means = taskMeans(task, random(), 2000);
    const same = centered(task, means);
    const items = same.all ?? same.batch(2000, random());
    const plain = task.all ?? task.batch(2000, random());
    const sums = new Float64Array(task.input);
    let steps = 0;
    for (const { input } of items)
      for (let i = 0; i < input.length; ++i) {
        sums[i % task.input] += input[i];
        if (i % task.input === 0) ++steps;
      }
    sums.forEach((sum) => expect(Math.abs(sum / steps)).toBeLessThan(1e-6));
    expect(same.symbols).toBe(false);
    expect(items[3].target).toEqual(plain[3].target);
    if (task.symbols)
      plain[3].input.forEach((symbol, t) => {
        const row = Array.from(
          { length: task.input },
          (_, i) => items[3].input[t * task.input + i] + means.input[i],
        );
        row.forEach((x, i) => expect(Math.abs(x - Number(i === symbol))).toBeLessThan(1e-6));
      });
  }
});

test("output biases give the mean output through the loss", () => {
  expect(outputBias(wasm, { loss: "squared" }, { output: Float64Array.of(0.25) })).toEqual(
    Float64Array.of(0.25),
  );
  expect(outputBias(wasm, { loss: "bernoulli" }, { output: Float64Array.of(0.75) })[0]).toBeCloseTo(
    Math.log(3),
    12,
  );
  const bias = outputBias(wasm, { loss: "softmax" }, taskMeans(longLag.memory5({ lag: 10 }), random()));
  const e = bias.map(Math.exp);
  // 5 of 20 steps speak, half of them each bit
  [0.125, 0.125, 0.75].forEach((p, k) => expect(e[k] / e.reduce((a, b) => a + b)).toBeCloseTo(p, 12));
});
