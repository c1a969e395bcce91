/**
 * 7b-1: outputs and gradients of the recurrent net and of the layered net with tied weights, side by side.
 */
import { diagram } from "../../figures/diagram.ts";
import { svg } from "../../figures/svg.ts";
import { bidirectional, dense, type Layer } from "../../models/network/layers.ts";
import { gru, lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { network } from "../../models/network/network.ts";
import { unroll } from "../../models/network/unroll.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

const T = 12;
const BATCH = 5;
const layers: [string, Layer][] = [
  ["rnn", rnn(7)],
  ["lstm", lstm(7)],
  ["gru", gru(7)],
  ["bidirectional lstm", bidirectional(lstm(4))],
];

/** One net beside its layered twin. */
export interface Twins {
  readonly name: string;
  /** Weights that can be chosen freely, of either; and copies of them in the layered net. */
  readonly recurrent: number;
  readonly layered: number;
  readonly copies: number;
  /** Largest differences, relative to the largest value. */
  readonly outputs: number;
  readonly gradients: number;
}

export const criteria = [
  exactly(
    "free weights of the layered nets that the recurrent ones do not have",
    0,
    (found: readonly Twins[]) =>
      found.reduce((sum, { recurrent, layered }) => sum + Math.abs(layered - recurrent), 0),
  ),
  atLeast("copies of a weight in the layered nets, fewest on average", 2, (found: readonly Twins[]) =>
    Math.min(...found.map(({ recurrent, copies }) => copies / recurrent)),
  ),
  atMost("outputs differ by, worst of four cells", 1e-12, (found: readonly Twins[]) =>
    Math.max(...found.map(({ outputs }) => outputs)),
  ),
  atMost("gradients differ by, worst of four cells", 1e-12, (found: readonly Twins[]) =>
    Math.max(...found.map(({ gradients }) => gradients)),
  ),
];

/** Largest difference, relative to the largest value. */
function difference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let largest = 0;
  let size = 0;
  a.forEach((x, i) =>
    Array.from(x, (value, j) => {
      largest = Math.max(largest, Math.abs(value - b[i][j]));
      size = Math.max(size, Math.abs(value));
    }),
  );
  return largest / size;
}

export const run: Run = async ({ seed, progress }): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const found: Twins[] = [];
  for (const [i, [name, layer]] of layers.entries()) {
    const net = await network({
      input: 3,
      layers: [layer, dense(2)],
      loss: "squared",
      precision: "float64",
      seed,
    });
    const random = new Random(net.engine, seed, streams.experiment);
    const items = Array.from({ length: BATCH }, () => ({
      input: Float64Array.from({ length: 3 * T }, () => random.normal()),
      target: Float64Array.from({ length: 2 * T }, () => random.normal()),
    }));
    const layered = unroll(net, T);
    const inputs = items.map((item) => item.input);
    const through = layered.gradient(items).gradient.map((g) => g.data);
    const twins: Twins = {
      name,
      recurrent: net.size,
      layered: through.reduce((sum, g) => sum + g.length, 0),
      copies: layered.size,
      outputs: difference(net.predict(inputs), layered.predict(inputs)),
      gradients: difference(
        net.gradient(items).gradient.map((g) => g.data),
        through,
      ),
    };
    found.push(twins);
    numbers[`${name}: weights of the recurrent net`] = twins.recurrent;
    numbers[`${name}: weights of the layered net, tied`] = twins.copies;
    numbers[`${name}: outputs differ by`] = twins.outputs;
    numbers[`${name}: gradients differ by`] = twins.gradients;
    layered.dispose();
    net.dispose();
    progress((i + 1) / layers.length, name);
  }
  return { numbers, ...decide(criteria, found), figure: drawn() };
};

/** Four steps of a recurrent net as layers. */
function drawn(): string {
  const steps = 4;
  const column = (t: number): { lines: string[]; place: [number, number]; color?: string }[] => [
    { lines: [`output ${t + 1}`], place: [t + 1, 0] },
    { lines: [`hidden ${t + 1}`], place: [t + 1, 1], color: "#fdf1e3" },
    { lines: [`input ${t + 1}`], place: [t + 1, 2] },
  ];
  return svg(
    diagram({
      title: "A recurrent net is a layered net",
      note:
        "Every arrow with the same letter carries the same weights; the first layer's state is " + "learned.",
      spacing: [165, 125],
      nodes: [
        { lines: ["initial", "state"], place: [0, 1], color: "#fdf1e3" },
        ...Array.from({ length: steps }, (_, t) => column(t)).flat(),
      ],
      edges: Array.from({ length: steps }, (_, t) => [
        { from: 3 * t + 3, to: 3 * t + 2, label: "W x" },
        { from: 3 * t + 2, to: 3 * t + 1, label: "W y" },
        { from: t === 0 ? 0 : 3 * t - 1, to: 3 * t + 2, label: "W h" },
      ]).flat(),
    }),
  );
}
