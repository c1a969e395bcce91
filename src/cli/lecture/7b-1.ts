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

const T = 12;
const BATCH = 5;
const layers: [string, Layer][] = [
  ["rnn", rnn(7)],
  ["lstm", lstm(7)],
  ["gru", gru(7)],
  ["bidirectional lstm", bidirectional(lstm(4))],
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
    numbers[`${name}: weights of the recurrent net`] = net.size;
    numbers[`${name}: weights of the layered net, tied`] = layered.size;
    numbers[`${name}: outputs differ by`] = difference(net.predict(inputs), layered.predict(inputs));
    numbers[`${name}: gradients differ by`] = difference(
      net.gradient(items).gradient.map((g) => g.data),
      layered.gradient(items).gradient.map((g) => g.data),
    );
    layered.dispose();
    net.dispose();
    progress((i + 1) / layers.length, name);
  }
  const steps = 4;
  const column = (t: number): { lines: string[]; place: [number, number]; color?: string }[] => [
    { lines: [`output ${t + 1}`], place: [t + 1, 0] },
    { lines: [`hidden ${t + 1}`], place: [t + 1, 1], color: "#fdf1e3" },
    { lines: [`input ${t + 1}`], place: [t + 1, 2] },
  ];
  return {
    numbers,
    verdict: Object.entries(numbers).every(([name, value]) => !name.includes("differ") || value < 1e-12),
    figure: svg(
      diagram({
        title: "A recurrent net is a layered net",
        note:
          "Every arrow with the same letter carries the same weights; the first layer's state is " +
          "learned.",
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
    ),
  };
};
