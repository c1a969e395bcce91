/**
 * 7b-3: gradients of every cell by backpropagation through time against differences of the loss; and
 * truncated, what is left out.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { bidirectional, dense, type Layer } from "../../models/network/layers.ts";
import { gru, lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { type Network, network } from "../../models/network/network.ts";
import type { DataItem } from "../../data/item.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";

const T = 15;
const STEP = 1e-5; // of the differences: error about STEP² against rounding 1e-16/STEP
const cells: [string, Layer][] = [
  ["rnn", rnn(5)],
  ["rnn, logistic", rnn(5, { activation: "logistic" })],
  ["leaky rnn", rnn(5, { leak: 0.3 })],
  ["lstm", lstm(4)],
  ["lstm, peepholes", lstm(4, { peepholes: true })],
  ["lstm of 1997", lstm(4, { forgetGate: false })],
  ["gru", gru(4)],
  ["gru, reset before", gru(4, { reset: "before" })],
  ["bidirectional lstm", bidirectional(lstm(3))],
];

/** Central differences of the loss, weight by weight. */
async function differences(net: Network, items: readonly DataItem[]): Promise<number[]> {
  const out: number[] = [];
  for (const [
    p,
    {
      shape: [rows, columns],
    },
  ] of net.parameters.entries()) {
    for (let i = 0; i < rows * columns; ++i) {
      const parameter = net.parameters[p];
      const at = async (value: number): Promise<number> => {
        parameter.set(parameter.data.map((x, j) => (j === i ? value : x)));
        return (await net.evaluate(items)).loss;
      };
      const middle = parameter.data[i];
      const up = await at(middle + STEP);
      const down = await at(middle - STEP);
      parameter.set(parameter.data);
      out.push((up - down) / (2 * STEP));
    }
  }
  return out;
}

export const run: Run = async ({ seed, progress, signal }): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
  for (const [c, [name, layer]] of cells.entries()) {
    signal.throwIfAborted();
    const net = await network({
      input: 2,
      layers: [layer, dense(2)],
      loss: "squared",
      precision: "float64",
      seed,
    });
    const random = new Random(net.engine, seed, streams.experiment);
    const items = Array.from({ length: 3 }, () => ({
      input: Float64Array.from({ length: 2 * T }, () => random.normal()),
      target: Float64Array.from({ length: 2 * T }, () => random.normal()),
    }));
    const through = net.gradient(items).gradient.flatMap((g) => Array.from(g.data));
    const plain = await differences(net, items);
    const size = Math.max(...plain.map(Math.abs));
    const off = Math.max(...plain.map((d, i) => Math.abs(d - through[i])));
    numbers[`${name}: ${net.size} derivatives, largest error relative to the largest of them`] = off / size;
    marks.push({ kind: "points", x: plain.map(Math.abs), y: through.map(Math.abs), label: name, size: 2.5 });
    net.dispose();
    progress((c + 1) / cells.length, name);
  }
  return {
    numbers,
    verdict: Object.values(numbers).every((off) => off < 1e-8),
    figure: svg(
      plot({
        title: "Backpropagation through time against differences",
        note: "Every derivative of nine nets over 15 steps. On the diagonal, both agree.",
        x: { label: "|difference of the loss|", log: true, range: [1e-6, 1] },
        y: { label: "|derivative through time|", log: true, range: [1e-6, 1] },
        width: 620,
        height: 560,
        marks: [{ kind: "line", x: [1e-6, 1], y: [1e-6, 1], color: "#9aa5b1", dash: true }, ...marks],
      }),
    ),
  };
};
