/**
 * 7a-1: one way of training, three kinds of sequence: real vectors, symbols, chords. The teacher is the
 * sequence itself.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { dense, lstm, rnn } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { nextStep } from "../../tasks/next-step.ts";
import { Vocabulary } from "../../tasks/text.ts";
import type { DataItem } from "../../data/item.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import type { Outcome, Run } from "./experiment.ts";
import { follow, recent, smooth } from "./follow.ts";

/** A point on a curve that runs round twice as fast in one direction as in the other. */
const curve = Array.from({ length: 121 }, (_, t) => [Math.sin(t / 4), Math.sin(t / 2)]);
const words =
  "one day the rain came down and the day after the rain the sun came up and the rain went and one day the sun went down and the rain came ".repeat(
    3,
  );
/** Four chords as the keys that sound, each held for two steps, in two orders. */
const chords = [
  [0, 4, 7],
  [5, 9, 0],
  [7, 11, 2],
  [9, 0, 4],
];
const song = (order: readonly number[]): number[][] =>
  Array.from({ length: 48 }, (_, t) => chords[order[(t >> 1) % order.length]]);

/** Loss of the best constant prediction: variance halves, or entropies, summed over the units, a step. */
function constantLoss(
  items: readonly DataItem[],
  kind: "squared" | "bernoulli" | "softmax",
  width: number,
): number {
  const rows = items.flatMap((item) =>
    kind === "softmax"
      ? Array.from(item.target as ArrayLike<number>, (c) =>
          Array.from({ length: width }, (_, k) => Number(k === c)),
        )
      : typeof item.target[0] === "number"
        ? Array.from({ length: item.target.length / width }, (_, t) =>
            Array.from(item.target as ArrayLike<number>).slice(t * width, (t + 1) * width),
          )
        : Array.from(item.target as ArrayLike<ArrayLike<number>>, (row) => Array.from(row)),
  );
  const entropy = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);
  let loss = 0;
  for (let j = 0; j < width; ++j) {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
    const square = rows.reduce((sum, row) => sum + row[j] ** 2, 0) / rows.length;
    loss +=
      kind === "squared"
        ? (square - mean * mean) / 2
        : kind === "softmax"
          ? entropy(mean)
          : entropy(mean) + entropy(1 - mean);
  }
  return loss;
}

export const run: Run = async (context): Promise<Outcome> => {
  const { seed } = context;
  const vocabulary = Vocabulary.of(words);
  const cases: { name: string; items: DataItem[]; width: number; spec: NetworkSpec }[] = [
    {
      name: "real vectors",
      items: nextStep([curve]),
      width: 2,
      spec: { input: 2, layers: [rnn(16), dense(2)], loss: "squared", seed },
    },
    {
      name: "symbols",
      items: nextStep([vocabulary.encode(words)]),
      width: vocabulary.size,
      spec: {
        input: { symbols: vocabulary.size },
        layers: [lstm(32), dense(vocabulary.size)],
        loss: "softmax",
        seed,
      },
    },
    {
      name: "piano roll",
      items: nextStep([song([0, 1, 2, 0]), song([0, 3, 1, 2])], { roll: 12 }),
      width: 12,
      spec: { input: 12, layers: [lstm(16), dense(12)], loss: "bernoulli", seed },
    },
  ];
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
  for (const [i, { name, items, width, spec }] of cases.entries()) {
    const net = await network(spec);
    const base = constantLoss(items, spec.loss as "squared", width);
    const losses = await follow(
      context,
      net,
      items,
      { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 300 },
      { from: i / 3, to: (i + 1) / 3, note: name },
    );
    net.dispose();
    numbers[`${name}: loss of the best constant prediction`] = base;
    numbers[`${name}: loss of the net`] = recent(losses, 10);
    const { x, y } = smooth(losses, 10);
    marks.push({ kind: "line", x, y: y.map((v) => v / base), label: name });
  }
  const ratios = cases.map(
    ({ name }) =>
      numbers[`${name}: loss of the net`] / numbers[`${name}: loss of the best constant prediction`],
  );
  return {
    numbers,
    verdict: ratios.every((ratio) => ratio < 0.5),
    figure: svg(
      plot({
        title: "Predicting the next term of three kinds of sequence",
        note:
          "Loss relative to the best constant prediction (dashed). The target is the input, one step " +
          "later.",
        x: { label: "training steps" },
        y: { label: "loss / constant prediction", log: true },
        marks: [...marks, { kind: "rule", y: 1 }],
      }),
    ),
  };
};
