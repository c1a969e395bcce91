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

const T = 20;
const H = 6;
const LAST = 5;
const LONG = 200;
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

export const run: Run = async (context): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const marks: Mark[] = [];
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
    if (i === 1) {
      // trained on 20 steps: do the states stay where they are for 200?
      const runs = net.predict([pulse(1, LONG), pulse(-1, LONG)]);
      const t = Array.from({ length: LONG }, (_, k) => k + 1);
      let drift = 0;
      runs.forEach((h, r) => {
        for (let j = 0; j < H; ++j) {
          drift = Math.max(drift, Math.abs(h[(LONG - 1) * H + j] - h[(T - 1) * H + j]));
          marks.push({
            kind: "line",
            x: t,
            y: t.map((k) => h[(k - 1) * H + j]),
            color: r ? "#d1500f" : "#0b66b0",
            width: 1.3,
            ...(j === 0 ? { label: r ? "after a pulse of -1" : "after a pulse of +1" } : {}),
          });
        }
      });
      numbers["states at step 200 differ from those at step 20 by"] = drift;
    }
    net.dispose();
  }
  const good = modes.every(({ name }) => numbers[`${name}: error where it counts`] < 0.05);
  return {
    numbers,
    verdict: good && numbers["states at step 200 differ from those at step 20 by"] < 0.2,
    figure: svg(
      plot({
        title: "Targets for the last steps make attractors",
        note:
          "Six units, trained on 20 steps with targets for the last five (left of the line). They stay " +
          "there.",
        x: { label: "step", range: [0, 60] },
        y: { label: "activity" },
        marks: [...marks, { kind: "rule", x: T, label: "end of training" }],
      }),
    ),
  };
};
