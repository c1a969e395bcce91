/**
 * The trace of a reading: the states and outputs are the net's own, and the gradient is the slope of what it
 * says it is.
 */
import { expect, test } from "vitest";
import { readingTrace } from "../../src/handwriting/reading-trace.ts";
import { bidirectional, dense, dropout, lstm, network, subsample } from "../../src/index.ts";
import { close } from "../close.ts";

const net = await network({
  input: 2,
  loss: "ctc",
  precision: "float64",
  layers: [
    subsample({ steps: 2 }),
    bidirectional(lstm(4)),
    dropout(0.5),
    subsample({ steps: 3 }),
    lstm(3),
    dense(4),
  ],
});
for (const { data } of net.parameters)
  data.forEach((v, i) => {
    data[i] = 2 * v;
  });
const input = Float64Array.from({ length: 26 }, (_, i) => ((i * 7) % 11) / 5 - 1);

test("it holds the output that predict gives, every cell, and how many steps each stands for", () => {
  const trace = readingTrace(net, input);
  expect(trace).toMatchObject({ steps: 13, width: 2, stride: 6 });
  close(trace.output, net.predict([input])[0], { abs: 1e-15 });
  expect(trace.cells.map(({ units, stride, states }) => [units, stride, states.length])).toEqual([
    [4, 2, 28],
    [4, 2, 28],
    [3, 6, 9],
  ]);
  trace.dispose();
});

test("its gradient is the slope of the label's log probability over the label's steps", () => {
  const trace = readingTrace(net, input);
  const emission = { label: 2, from: 1, to: 3 };
  const value = (x: Float64Array): number => {
    const y = net.predict([x])[0];
    return Math.log(y[4 + 2]) + Math.log(y[8 + 2]);
  };
  const slope = input.map(
    (_, i) =>
      (value(input.map((v, j) => (j === i ? v + 1e-5 : v))) -
        value(input.map((v, j) => (j === i ? v - 1e-5 : v)))) /
      2e-5,
  );
  close(trace.gradient(emission), slope, { abs: 1e-8 }); // h² times the third derivative, and rounding/h
  expect(Math.max(...slope.map(Math.abs))).toBeGreaterThan(1e-3);
  trace.dispose();
});

test("input of half a step is refused", () => {
  expect(() => readingTrace(net, [1, 2, 3])).toThrow("readingTrace: 3 values, want a multiple of 2");
});
