/**
 * 7b-3: gradients of every cell by backpropagation through time against differences of the loss; and
 * truncated, what is left out.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { normal, orthogonal } from "../../models/network/initializers.ts";
import { bidirectional, dense, type Layer } from "../../models/network/layers.ts";
import { gru, lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { type Network, network } from "../../models/network/network.ts";
import type { DataItem } from "../../data/item.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

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

/** What the verdict is about. */
export interface ThroughTime {
  /** Of each cell: largest error of a derivative, relative to the largest of them. */
  readonly off: readonly number[];
  /** Share of the gradient's length that is missing, by steps between two cuts; the last one is uncut. */
  readonly missing: readonly number[];
}

export const criteria = [
  atMost("derivatives against differences, worst of nine cells", 1e-8, (m: ThroughTime) =>
    Math.max(...m.off),
  ),
  atLeast("gradient that a cut at every step leaves out (share)", 0.1, (m: ThroughTime) => m.missing[0]),
  atMost(
    "the same, cut at every half",
    0.5,
    (m: ThroughTime) => m.missing[m.missing.length - 2] / m.missing[0],
  ),
  atMost("the same, uncut", 1e-12, (m: ThroughTime) => m.missing[m.missing.length - 1]),
];

const LONG = 64;
const CUTS = [1, 2, 4, 8, 16, 32, 64];
const UNITS = 8;
const all = Array.from({ length: UNITS }, (_, j) => j);

/**
 * Truncated: a sequence in pieces, each begun at the state where the one before ended, as if it had always
 * been there. What comes back over the cuts is missing: ‖g - g_cut‖/‖g‖.
 */
async function truncated(seed: number): Promise<number[]> {
  const net = await network({
    input: 2,
    layers: [rnn(UNITS, { given: all, init: { recurrent: orthogonal(1), input: normal(0.3) } })],
    loss: "squared",
    precision: "float64",
    seed,
  });
  const random = new Random(net.engine, seed, streams.experimentTest);
  const input = Float64Array.from({ length: 2 * LONG }, () => random.normal());
  const target = Float64Array.from({ length: UNITS * LONG }, () => 0.5 * random.normal());
  const initial = new Array<number>(UNITS).fill(0);
  const [states] = net.predict([input], { initial: [initial] });
  const gradient = (steps: number): number[] => {
    const pieces = Array.from({ length: LONG / steps }, (_, i) => ({
      input: input.subarray(2 * i * steps, 2 * (i + 1) * steps),
      target: target.subarray(UNITS * i * steps, UNITS * (i + 1) * steps),
      initial: i === 0 ? initial : Array.from(states.slice(UNITS * (i * steps - 1), UNITS * i * steps)),
    }));
    return net.gradient(pieces).gradient.flatMap((g) => Array.from(g.data));
  };
  const size = (v: readonly number[]): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  const whole = gradient(LONG);
  const missing = CUTS.map((steps) => size(gradient(steps).map((g, i) => g - whole[i])) / size(whole));
  net.dispose();
  return missing;
}

const diagonal = [
  "#0b66b0",
  "#d1500f",
  "#0a8a63",
  "#b0428a",
  "#b88a00",
  "#111",
  "#6b4fb3",
  "#7fae2e",
  "#e0567a",
];

export const run: Run = async ({ seed, progress, signal }): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
  const errors: number[] = [];
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
    errors.push(Math.max(...plain.map((d, i) => Math.abs(d - through[i]))) / size);
    numbers[`${name}: ${net.size} derivatives, largest error relative to the largest of them`] = errors[c];
    const [x, y] = [plain.map(Math.abs), through.map(Math.abs)];
    marks.push({ kind: "points", x, y, label: name, size: 2.5, color: diagonal[c] });
    net.dispose();
    progress((c + 1) / cells.length, name);
  }
  const missing = await truncated(seed);
  CUTS.forEach(
    (steps, i) =>
      (numbers[`cut every ${steps} of ${LONG} steps: share of the gradient missing`] = missing[i]),
  );
  return { numbers, ...decide(criteria, { off: errors, missing }), figure: drawn(marks, missing) };
};

function drawn(marks: readonly Mark[], missing: readonly number[]): string {
  const compared = plot({
    title: "Backpropagation through time against differences",
    note: "Every derivative of nine nets over 15 steps. On the diagonal, both agree.",
    x: { label: "|derivative by differences|", log: true, range: [1e-6, 1] },
    y: { label: "|derivative through time|", log: true, range: [1e-6, 1] },
    width: 620,
    height: 560,
    marks: [{ kind: "line", x: [1e-6, 1], y: [1e-6, 1], color: "#9aa5b1", dash: true }, ...marks],
  });
  const cut = plot({
    title: "What truncation leaves out",
    note: `${LONG} steps in pieces, states carried over: the part of the gradient that no longer comes back.`,
    x: { label: "steps between two cuts", log: true },
    y: { label: "share of the gradient missing" },
    width: 460,
    height: 560,
    marks: [
      { kind: "line", x: CUTS, y: missing },
      { kind: "points", x: CUTS, y: missing, color: "#0b66b0" },
    ],
  });
  return svg(panels([compared, cut]));
}
