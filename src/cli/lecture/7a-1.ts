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
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { DataItem } from "../../data/item.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import type { Outcome, Run } from "./experiment.ts";
import { follow, smooth } from "./follow.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

/** A point on a curve that runs round twice as fast in one direction as in the other. */
const curve = (from: number, T: number): number[][] =>
  Array.from({ length: T }, (_, t) => [Math.sin((from + t) / 4), Math.sin((from + t) / 2)]);

/** Clauses about the weather, as they come. */
function story(random: Random, clauses: number): string {
  const pick = (list: readonly string[]): string => list[random.integer(0, list.length - 1)];
  return Array.from(
    { length: clauses },
    () => `${pick(["one day ", ""])}the ${pick(["rain", "sun", "snow"])} ${pick(["came", "went"])} and `,
  ).join("");
}

/** Four chords as the keys that sound, each held for two steps, in one of two orders. */
const chords = [
  [0, 4, 7],
  [5, 9, 0],
  [7, 11, 2],
  [9, 0, 4],
];
const song = (random: Random, phrases: number): number[][] =>
  Array.from({ length: phrases }, () => (random.integer(0, 1) ? [0, 1, 2, 0] : [0, 3, 1, 2]))
    .flat()
    .flatMap((c) => [chords[c], chords[c]]);

/** The same terms in an order that says nothing of the next one. */
function shuffled<T>(terms: readonly T[], random: Random): T[] {
  const out = [...terms];
  for (let i = out.length - 1; i > 0; --i) {
    const j = random.integer(0, i);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

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
  /** What is learned from, and what comes as new. */
  readonly train: DataItem[];
  readonly test: DataItem[];
  /** Both again, their terms in random order. */
  readonly mixed: { readonly train: DataItem[]; readonly test: DataItem[] };
  readonly width: number;
  readonly spec: NetworkSpec;
}

/** A kind of sequence from its terms, by `items`. */
function kind<T>(
  name: string,
  [train, test]: readonly (readonly T[])[],
  {
    random,
    items,
    width,
    spec,
  }: { random: Random; items: (terms: readonly T[]) => DataItem[]; width: number; spec: NetworkSpec },
): Case {
  const mixed = { train: items(shuffled(train, random)), test: items(shuffled(test, random)) };
  return { name, train: items(train), test: items(test), mixed, width, spec };
}

function cases(random: Random, seed: number): Case[] {
  const texts = [story(random, 60), story(random, 30)];
  const vocabulary = Vocabulary.of(texts.join(""));
  const symbols = vocabulary.size;
  return [
    kind("real vectors", [curve(0, 121), curve(121, 121)], {
      random,
      items: (terms) => nextStep([terms]),
      width: 2,
      spec: { input: 2, layers: [rnn(16), dense(2)], loss: "squared", seed },
    }),
    kind(
      "symbols",
      texts.map((text) => Array.from(vocabulary.encode(text))),
      {
        random,
        items: (terms) => nextStep([terms]),
        width: symbols,
        spec: { input: { symbols }, layers: [lstm(32), dense(symbols)], loss: "softmax", seed },
      },
    ),
    kind("piano roll", [song(random, 20), song(random, 10)], {
      random,
      items: (terms) => nextStep([terms], { roll: 12 }),
      width: 12,
      spec: { input: 12, layers: [lstm(16), dense(12)], loss: "bernoulli", seed },
    }),
  ];
}

/** Loss on new terms over that of the best constant prediction: in their order, and shuffled. */
export interface NextTerm {
  readonly name: string;
  readonly ordered: number;
  readonly shuffled: number;
}

/** Each kind must be learned, and must have been learned from the order. */
export const criteria = [
  atMost("new terms: loss / best constant, worst of three kinds", 0.5, (found: readonly NextTerm[]) =>
    Math.max(...found.map(({ ordered }) => ordered)),
  ),
  atLeast("the same terms shuffled: loss / best constant, best of three", 0.9, (found: readonly NextTerm[]) =>
    Math.min(...found.map(({ shuffled: mixed }) => mixed)),
  ),
];

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
  const found: NextTerm[] = [];
  const random = new Random(await engine("float64"), context.seed, streams.experiment);
  const all = cases(random, context.seed);
  for (const [i, { name, train, test, mixed, width, spec }] of all.entries()) {
    const learn = async (part: number, items: DataItem[], fresh: DataItem[], steps: number) => {
      const net = await network(spec);
      const base = constantLoss(fresh, spec.loss as Kind, width);
      const options = { optimizer: adam({ rate: 0.01, clip: 1 }), steps };
      const from = (2 * i + part) / 6;
      const losses = await follow(context, net, items, options, { from, to: from + 1 / 6, note: name });
      const { loss } = await net.evaluate(fresh);
      net.dispose();
      return { base, loss, losses };
    };
    const { base, loss, losses } = await learn(0, train, test, 300);
    const control = await learn(1, mixed.train, mixed.test, 60);
    numbers[`${name}: loss of the best constant prediction`] = base;
    numbers[`${name}: loss of the net on new terms`] = loss;
    numbers[`${name}: the same, terms shuffled`] = control.loss;
    found.push({ name, ordered: loss / base, shuffled: control.loss / control.base });
    const { x, y } = smooth(losses, 10);
    marks.push({ kind: "line", x, y: y.map((v) => v / base), label: name });
  }
  return { numbers, ...decide(criteria, found), figure: drawn(marks) };
};
