/**
 * 7b-6: three ways to say what is wanted: final states of all units, the last steps (attractors), some units
 * at every step.
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { orthogonal } from "../../models/network/initializers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import type { DataItem } from "../../data/item.ts";
import type { Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const T = 20;
const H = 6;
const LAST = 5;
const LONG = 200;
const PUSH = 60;
const units = Array.from({ length: H }, (_, j) => j);
/**
 * The units themselves are the outputs: no layer on top. A pulse, up or down, at the first step says which
 * target is meant.
 */
const bare = (seed: number): Promise<Network> =>
  network({ input: 1, layers: [rnn(H, { init: { recurrent: orthogonal(1) } })], loss: "squared", seed });
const pulse = (sign: number, length = T): Float32Array =>
  Float32Array.from({ length }, (_, t) => (t === 0 ? sign : 0));
/** A pattern of all units for each sign. */
const pattern = (sign: number, j: number): number => 0.7 * sign * (j % 2 ? -1 : 1) * (j < 3 ? 1 : 0.5);
const items = (
  wanted: (sign: number, t: number, j: number) => number,
  counts: (t: number, j: number) => boolean,
): DataItem[] =>
  [1, -1].map((sign) => ({
    input: pulse(sign),
    target: Float32Array.from({ length: T * H }, (_, i) => wanted(sign, Math.floor(i / H), i % H)),
    weight: Float32Array.from({ length: T * H }, (_, i) => Number(counts(Math.floor(i / H), i % H))),
  }));
const wave = (sign: number, t: number): number => 0.6 * Math.sin((sign * t) / 2);

const modes: { name: string; items: DataItem[] }[] = [
  {
    name: "final states of all units",
    items: items(
      (sign, _, j) => pattern(sign, j),
      (t) => t === T - 1,
    ),
  },
  {
    name: "all units in the last 5 steps",
    items: items(
      (sign, _, j) => pattern(sign, j),
      (t) => t >= T - LAST,
    ),
  },
  {
    name: "one unit at every step",
    items: items(
      (sign, t) => wave(sign, t),
      (_, j) => j === 0,
    ),
  },
];

/** What the verdict is about. */
export interface Wanted {
  /** Errors where it counts, of the three ways. */
  readonly errors: readonly number[];
  /** How far the states of step 200 are from those of step 20. */
  readonly drift: number;
  /** The same after a push at step 60, and how far the push had moved them. */
  readonly returned: number;
  readonly pushed: number;
}

export const criteria = [
  atMost("error where it counts, worst of three ways", 0.05, (m: Wanted) => Math.max(...m.errors)),
  atMost("states drift from step 20 to 200", 0.2, (m: Wanted) => m.drift),
  atLeast("a push at step 60 moves them", 0.1, (m: Wanted) => m.pushed),
  atMost("after the push, states of step 200 from those without it", 0.02, (m: Wanted) => m.returned),
];

/** The largest difference of two runs at a step. */
const apart = (a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[], t: number): number =>
  Math.max(...a.map((h, r) => Math.max(...units.map((j) => Math.abs(h[t * H + j] - b[r][t * H + j])))));

/** Left alone for 200 steps after the pulse, and with a push against it at step 60. */
function settle(net: Network, marks: Mark[]): Omit<Wanted, "errors"> {
  const left = net.predict([pulse(1, LONG), pulse(-1, LONG)]);
  const poke = (sign: number): Float32Array =>
    pulse(sign, LONG).map((x, t) => (t === PUSH ? -0.5 * sign : x));
  const poked = net.predict([poke(1), poke(-1)]);
  const t = Array.from({ length: LONG }, (_, k) => k + 1);
  poked.forEach((h, r) => {
    for (const j of units)
      marks.push({
        kind: "line",
        x: t,
        y: t.map((k) => h[(k - 1) * H + j]),
        color: r ? "#d1500f" : "#0b66b0",
        width: 1.3,
        ...(j === 0 ? { label: r ? "after a pulse of -1" : "after a pulse of +1" } : {}),
      });
  });
  const drift = left.map((h) =>
    Math.max(...units.map((j) => Math.abs(h[(LONG - 1) * H + j] - h[(T - 1) * H + j]))),
  );
  return {
    drift: Math.max(...drift),
    pushed: apart(left, poked, PUSH),
    returned: apart(left, poked, LONG - 1),
  };
}

export const run: Run = async (context): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
  const errors: number[] = [];
  let settled = { drift: NaN, pushed: NaN, returned: NaN };
  for (const [i, { name, items: data }] of modes.entries()) {
    const net = await bare(context.seed);
    await follow(
      context,
      net,
      data,
      { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 2000 },
      { from: i / 3, to: (i + 1) / 3, note: name },
    );
    numbers[`${name}: error where it counts`] = (await net.evaluate(data)).rmse!;
    errors.push(numbers[`${name}: error where it counts`]);
    if (i === 1) settled = settle(net, marks);
    net.dispose();
  }
  numbers["states at step 200 differ from those at step 20 by"] = settled.drift;
  numbers["a push at step 60 moves them by"] = settled.pushed;
  numbers["after the push, at step 200, they differ from those without it by"] = settled.returned;
  return {
    numbers,
    ...decide(criteria, { errors, ...settled }),
    figure: svg(
      plot({
        title: "Targets for the last steps make attractors",
        note:
          "Six units, trained on 20 steps with targets for the last five (left of the line). They stay, " +
          "and come back from a push at step 60.",
        x: { label: "step", range: [0, 120] },
        y: { label: "activity" },
        marks: [...marks, { kind: "rule", x: T, label: "end of training" }],
      }),
    ),
  };
};
