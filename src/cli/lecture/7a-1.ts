/**
 * 7a-1: one way of training, three kinds of sequence: real vectors, symbols, chords. The teacher is the
 * sequence itself.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { lstm, rnn } from "../../models/network/recurrent-layers.ts";
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
const words = (
  "one day the rain came down and the day after the rain the sun came up and the rain went and one day " +
  "the sun went down and the rain came "
).repeat(3);
/** Four chords as the keys that sound, each held for two steps, in two orders. */
const chords = [
  [0, 4, 7],
  [5, 9, 0],
  [7, 11, 2],
  [9, 0, 4],
];
const song = (order: readonly number[]): number[][] =>
  Array.from({ length: 48 }, (_, t) => chords[order[(t >> 1) % order.length]]);

type Kind = "squared" | "bernoulli" | "softmax";

/** Targets as rows of `width` numbers; a class as one of `width`. */
function targetRows({ target }: DataItem, kind: Kind, width: number): number[][] {
  if (kind === "softmax")
    return Array.from(target as ArrayLike<number>, (c) =>
      Array.from({ length: width }, (_, k) => Number(k === c)),
    );
  if (typeof (target as ArrayLike<unknown>)[0] !== "number")
    return Array.from(target as ArrayLike<ArrayLike<number>>, (row) => Array.from(row));
  const flat = Array.from(target as ArrayLike<number>);
  return Array.from({ length: flat.length / width }, (_, t) => flat.slice(t * width, (t + 1) * width));
}

const entropy = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);

/** Loss of the best constant for one unit: half its variance, or an entropy. */
function unitLoss(values: readonly number[], kind: Kind): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  if (kind === "softmax") return entropy(mean);
  if (kind === "bernoulli") return entropy(mean) + entropy(1 - mean);
  const square = values.reduce((sum, v) => sum + v ** 2, 0) / values.length;
  return (square - mean * mean) / 2;
}

/** Loss of the best constant prediction, summed over the units, a step. */
function constantLoss(items: readonly DataItem[], kind: Kind, width: number): number {
  const rows = items.flatMap((item) => targetRows(item, kind, width));
  let loss = 0;
  for (let j = 0; j < width; ++j)
    loss += unitLoss(
      rows.map((row) => row[j]),
      kind,
    );
  return loss;
}

/** One kind of sequence and the net for it. */
interface Case {
  readonly name: string;
  readonly items: DataItem[];
  readonly width: number;
  readonly spec: NetworkSpec;
}

function cases(seed: number): Case[] {
  const vocabulary = Vocabulary.of(words);
  const symbols = vocabulary.size;
  return [
    {
      name: "real vectors",
      items: nextStep([curve]),
      width: 2,
      spec: { input: 2, layers: [rnn(16), dense(2)], loss: "squared", seed },
    },
    {
      name: "symbols",
      items: nextStep([vocabulary.encode(words)]),
      width: symbols,
      spec: { input: { symbols }, layers: [lstm(32), dense(symbols)], loss: "softmax", seed },
    },
    {
      name: "piano roll",
      items: nextStep([song([0, 1, 2, 0]), song([0, 3, 1, 2])], { roll: 12 }),
      width: 12,
      spec: { input: 12, layers: [lstm(16), dense(12)], loss: "bernoulli", seed },
    },
  ];
}

const drawn = (marks: readonly Mark[]): string =>
  svg(
    plot({
      title: "Predicting the next term of three kinds of sequence",
      note:
        "Loss relative to the best constant prediction (dashed). The target is the " +
        "input, one step later.",
      x: { label: "training steps" },
      y: { label: "loss / constant prediction", log: true },
      marks: [...marks, { kind: "rule", y: 1 }],
    }),
  );

export const run: Run = async (context): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
  const ratios: number[] = [];
  for (const [i, { name, items, width, spec }] of cases(context.seed).entries()) {
    const net = await network(spec);
    const base = constantLoss(items, spec.loss as Kind, width);
    const options = { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 300 };
    const losses = await follow(context, net, items, options, { from: i / 3, to: (i + 1) / 3, note: name });
    net.dispose();
    const loss = recent(losses, 10);
    numbers[`${name}: loss of the best constant prediction`] = base;
    numbers[`${name}: loss of the net`] = loss;
    ratios.push(loss / base);
    const { x, y } = smooth(losses, 10);
    marks.push({ kind: "line", x, y: y.map((v) => v / base), label: name });
  }
  return { numbers, verdict: ratios.every((ratio) => ratio < 0.5), figure: drawn(marks) };
};
