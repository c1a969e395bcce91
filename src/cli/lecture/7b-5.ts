/** 7b-5: two bits and the answer whether they differ, ten steps later; the bits come in three ways. */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import type { DataItem } from "../../data/item.ts";
import type { Outcome, Run } from "./experiment.ts";
import { follow, smooth } from "./follow.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

const T = 10;
const H = 8;
const all = Array.from({ length: H }, (_, j) => j);
const pairs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;
/** Counts at the last step only. */
const weight = Float32Array.from({ length: T }, (_, t) => Number(t === T - 1));
const silence = new Float32Array(T);

/** The three ways: initial states of all units, of two of them, and the same two inputs at every step. */
const modes: {
  name: string;
  given?: number[];
  input: number;
  item(a: number, b: number): Pick<DataItem, "input" | "initial">;
}[] = [
  {
    name: "initial states of all units",
    given: all,
    input: 1,
    item: (a, b) => ({ input: silence, initial: all.map((j) => (j % 2 ? b : a) - 0.5) }),
  },
  {
    name: "initial states of two units",
    given: [0, 1],
    input: 1,
    item: (a, b) => ({ input: silence, initial: [a - 0.5, b - 0.5] }),
  },
  {
    name: "the same two inputs at every step",
    input: 2,
    item: (a, b) => ({ input: Float32Array.from({ length: 2 * T }, (_, i) => (i % 2 ? b : a)) }),
  },
];

/** The result of one way. */
export interface Mode {
  readonly name: string;
  /** Of the four pairs. */
  readonly wrong: number;
  /** Nats at the end; and of a net whose pairs all look the same. */
  readonly loss: number;
  readonly blind: number;
}

export const criteria = [
  exactly("wrong of 4 pairs, worst of three ways", 0, (found: readonly Mode[]) =>
    Math.max(...found.map(({ wrong }) => wrong)),
  ),
  atMost("loss, worst of three ways (nats)", 0.1, (found: readonly Mode[]) =>
    Math.max(...found.map(({ loss }) => loss)),
  ),
  atLeast("the same nets, the bits hidden from them: loss, least (nats)", 0.69, (found: readonly Mode[]) =>
    Math.min(...found.map(({ blind }) => blind)),
  ),
];

export const run: Run = async (context): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
  const found: Mode[] = [];
  for (const [i, { name, given, input, item }] of modes.entries()) {
    const net = await network({
      input,
      layers: [rnn(H, { given }), dense(1)],
      loss: "bernoulli",
      seed: context.seed,
    });
    const items = pairs.map(([a, b]) => ({
      ...item(a, b),
      target: weight.map((w) => w * Number(a !== b)),
      weight,
    }));
    const losses = await follow(
      context,
      net,
      items,
      { optimizer: adam({ rate: 0.02, clip: 1 }), steps: 400 },
      { from: i / 3, to: (i + 1) / 3, note: name },
    );
    const { wrongSequences, loss } = await net.evaluate(items);
    numbers[`${name}: wrong of 4`] = wrongSequences!;
    numbers[`${name}: loss, nats`] = loss;
    const hidden = pairs.map(([a, b], k) => ({
      ...items[k],
      ...item(0.5, 0.5),
      target: weight.map((w) => w * Number(a !== b)),
    }));
    const blind = (await net.evaluate(hidden)).loss;
    found.push({ name, wrong: wrongSequences!, loss, blind });
    const { x, y } = smooth(losses, 4);
    marks.push({ kind: "line", x, y, label: name });
    net.dispose();
  }
  return {
    numbers,
    ...decide(criteria, found),
    figure: svg(
      plot({
        title: "Three ways to put the input in",
        note: "Two bits come in, ten steps later the net says whether they differ.",
        x: { label: "training steps" },
        y: { label: "loss (nats)", log: true },
        marks: [...marks, { kind: "rule", y: Math.LN2, label: "guessing" }],
      }),
    ),
  };
};
