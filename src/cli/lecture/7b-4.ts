/**
 * 7b-4: the same net with a learned initial state and with zeros, at a task where all that counts is where it
 * starts.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { normal } from "../../models/network/initializers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import type { Outcome, Run } from "./experiment.ts";
import { follow, recent } from "./follow.ts";

const T = 40;
const STEPS = 1000;
/** A melody that the net must play without any input. */
const target = Float32Array.from({ length: T }, (_, t) => 0.8 * Math.sin(t / 3) * Math.cos(t / 11));

export const run: Run = async (context): Promise<Outcome> => {
  const items = [{ input: new Float32Array(T), target }];
  const curves: Record<string, Float32Array> = {};
  const losses: Record<string, number[]> = { learned: [], zero: [] };
  let moved = 0;
  for (let s = 0; s < 3; ++s)
    for (const [i, initialState] of (["learned", "zero"] as const).entries()) {
      const net = await network({
        input: 1,
        layers: [rnn(8, { initialState, init: { state: normal(0.1) } }), dense(1)],
        loss: "squared",
        seed: context.seed + s,
      });
      const state = (): number[] =>
        Array.from(net.parameters.find((p) => p.name === "rnn1.state")?.data ?? []);
      const before = state();
      losses[initialState].push(
        recent(
          await follow(
            context,
            net,
            items,
            { optimizer: adam({ rate: 0.01, clip: 1 }), steps: STEPS },
            { from: (2 * s + i) / 6, to: (2 * s + i + 1) / 6, note: `initial state ${initialState}` },
          ),
          20,
        ),
      );
      if (s === 0) curves[initialState] = net.predict([items[0].input])[0] as Float32Array;
      moved = Math.max(moved, Math.sqrt(state().reduce((sum, v, j) => sum + (v - before[j]) ** 2, 0)));
      net.dispose();
    }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const t = Array.from({ length: T }, (_, i) => i + 1);
  const numbers = {
    "learned initial state: loss, mean of 3 seeds": mean(losses.learned),
    "initial state 0: loss, mean of 3 seeds": mean(losses.zero),
    ratio: mean(losses.zero) / mean(losses.learned),
    "how far the initial state moved": moved,
  };
  return {
    numbers,
    verdict: numbers.ratio > 1.5 && moved > 0.1,
    figure: svg(
      plot({
        title: "A melody from the initial state",
        note: "The net has no input: what it plays follows from where it starts.",
        x: { label: "step" },
        y: { label: "output" },
        marks: [
          { kind: "line", x: t, y: target, label: "target", color: "#9aa5b1", width: 5 },
          { kind: "line", x: t, y: curves.learned, label: "learned initial state" },
          { kind: "line", x: t, y: curves.zero, label: "initial state 0", dash: true },
        ],
      }),
    ),
  };
};
