/**
 * 7c-1: a feed-forward net and the recurrent net learn sums whose upper columns are always empty, and are
 * tested on full ones.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { sumItem } from "../../tasks/addition.ts";
import type { DataItem } from "../../data/item.ts";
import type { Item } from "../../train/task.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { learnAddition } from "../../analysis/learn-addition.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";
import { mean } from "./mean.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

/** Columns of the input, and those of them that hold digits in training. */
const WIDTH = 8;
const TRAINED = 4;
const TESTS = 2000;

/** A sum of `digits` columns, and zeros above. */
function sum(digits: number, random: Random): Item {
  const bits = (): number[] =>
    Array.from({ length: WIDTH }, (_, t) => (t < digits ? random.integer(0, 1) : 0));
  return sumItem(bits(), bits());
}
/** All digits at once: one step of 2·WIDTH inputs and WIDTH + 1 outputs. */
const flat = ({ input, target }: Item): DataItem => ({ input: input.slice(0, 2 * WIDTH), target });

/** Share of wrong digits in each column. */
function wrongByColumn(items: readonly Item[], predict: (item: Item) => ArrayLike<number>): number[] {
  const wrong = new Array<number>(WIDTH + 1).fill(0);
  for (const item of items) {
    const y = predict(item);
    for (let t = 0; t <= WIDTH; ++t)
      if ((y[t] > 0.5 ? 1 : 0) !== item.target[t]) wrong[t] += 1 / items.length;
  }
  return wrong;
}

/** Share of wrong digits by column, and how many weights a net has. */
interface Found {
  readonly weights: number;
  /** On sums like those of training; and on sums that fill all columns. */
  readonly seen: number[];
  readonly unseen: number[];
}

/** Sums of TRAINED columns and of WIDTH, the same for both nets. */
interface Tests {
  readonly short: readonly Item[];
  readonly long: readonly Item[];
}

async function feedForward(context: LectureContext): Promise<Found & { tests: Tests }> {
  const { seed } = context;
  const net = await network({
    input: 2 * WIDTH,
    layers: [dense(128, { activation: "tanh" }), dense(WIDTH + 1)],
    loss: "bernoulli",
    seed,
  });
  const random = new Random(net.engine, seed, streams.experiment);
  const short = Array.from({ length: TESTS }, () => sum(TRAINED, random));
  const long = Array.from({ length: TESTS }, () => sum(WIDTH, random));
  const source = { batch: (n: number, r: Random) => Array.from({ length: n }, () => flat(sum(TRAINED, r))) };
  const options = { optimizer: adam({ rate: 0.003 }), steps: 1500, batch: 64 };
  await follow(context, net, source, options, { to: 0.7, note: "feed-forward," });
  const wrong = (items: readonly Item[]): number[] =>
    wrongByColumn(items, (item) => net.predict([flat(item).input])[0]);
  const found = { weights: net.size, seen: wrong(short), unseen: wrong(long), tests: { short, long } };
  net.dispose();
  return found;
}

async function recurrent({ seed, signal, progress }: LectureContext, { short, long }: Tests): Promise<Found> {
  const { net } = await learnAddition({
    seed,
    signal,
    digits: TRAINED,
    onStep: ({ step, loss }) =>
      progress(Math.min(0.99, 0.7 + step / 6000), `recurrent, loss ${loss.toFixed(4)}`),
  });
  signal.throwIfAborted();
  const wrong = (items: readonly Item[]): number[] =>
    wrongByColumn(items, (item) => net.predict([item.input])[0]);
  const found = { weights: net.size, seen: wrong(short), unseen: wrong(long) };
  net.dispose();
  return found;
}

function drawn(forward: Found, back: Found): string {
  const columns = Array.from({ length: WIDTH + 1 }, (_, t) => t + 1);
  return svg(
    plot({
      title: "What is learned at one end does not carry to the other",
      note:
        `Wrong digits by column on ${WIDTH}-digit sums. Both nets saw digits in the ` +
        `lowest ${TRAINED} columns only (left of the line).`,
      x: { label: "column, from the least significant" },
      y: { label: "share of wrong digits", range: [0, 0.7] },
      marks: [
        {
          kind: "bars",
          x: columns,
          y: forward.unseen,
          label: `feed-forward net, ${forward.weights} weights`,
          width: 0.7,
        },
        {
          kind: "line",
          x: columns,
          y: back.unseen,
          label: `recurrent net, ${back.weights} weights`,
          width: 3,
        },
        { kind: "rule", x: TRAINED + 0.5 },
        { kind: "rule", y: 0.5, label: "guessing" },
      ],
    }),
  );
}

/** What the verdict is about: shares of wrong digits. */
export interface Lengths {
  /** Of the feed-forward net: where it was trained, and in the columns above. */
  readonly seen: number;
  readonly upper: number;
  /** Of the recurrent net, on sums of all columns. */
  readonly recurrent: number;
}

export const criteria = [
  atMost("feed-forward: wrong digits where it was trained", 0.01, (m: Lengths) => m.seen),
  atLeast("feed-forward: wrong digits in the columns above", 0.3, (m: Lengths) => m.upper),
  exactly("recurrent: wrong digits in all columns", 0, (m: Lengths) => m.recurrent),
];

export const run: Run = async (context): Promise<Outcome> => {
  const forward = await feedForward(context);
  const back = await recurrent(context, forward.tests);
  const upper = mean(forward.unseen.slice(TRAINED + 1));
  const numbers = {
    "feed-forward: weights": forward.weights,
    "recurrent: weights": back.weights,
    [`feed-forward: wrong digits where it was trained (${TRAINED} columns)`]: mean(forward.seen),
    [`feed-forward: wrong digits in the columns above, of ${WIDTH}-digit sums`]: upper,
    [`recurrent, trained on ${TRAINED} digits: wrong digits of ${WIDTH}-digit sums`]: mean(back.unseen),
    "feed-forward: digits it has inputs for": WIDTH,
    "recurrent: digits it has inputs for": "any number",
  };
  return {
    numbers,
    ...decide(criteria, { seen: mean(forward.seen), upper, recurrent: mean(back.unseen) }),
    figure: drawn(forward, back),
  };
};
