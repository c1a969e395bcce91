/**
 * 7b-4: the same net with a learned initial state and with zeros, at a task where all that counts is where it
 * starts; and a net whose output unit has a state too, that feeds back to all units: their initial states are
 * found by gradient alone, beside the default of .5.
 */
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { feedback } from "../../models/network/optional/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { constant, normal, orthogonal } from "../../models/network/initializers.ts";
import { fix } from "../../models/network/constraints.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow, recent } from "./follow.ts";
import { mean } from "./mean.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const T = 40;
const STEPS = 1000;
/** A melody that the net must play without any input. */
const target = Float32Array.from({ length: T }, (_, t) => 0.8 * Math.sin(t / 3) * Math.cos(t / 11));
const times = Array.from({ length: T }, (_, i) => i + 1);

/** What the verdict is about. */
export interface Beginnings {
  /** Losses of all weights learned: with learned initial states over those with zeros. */
  readonly ratio: number;
  /** How far the initial state moved. */
  readonly moved: number;
  /** Loss with initial states of hidden and output units learned, over that with the default of .5. */
  readonly overHalf: number;
  /** Largest error of a found initial state: of the hidden units, and of the output unit. */
  readonly hidden: number;
  readonly output: number;
}

export const criteria = [
  atMost("loss, initial state learned / zero", 0.67, (m: Beginnings) => m.ratio),
  atLeast("how far the initial state moved", 0.1, (m: Beginnings) => m.moved),
  atMost("loss, hidden and output states learned / left at .5", 0.01, (m: Beginnings) => m.overHalf),
  atMost("initial states of hidden units found, largest error", 0.05, (m: Beginnings) => m.hidden),
  atMost("initial state of the output unit found, error", 0.05, (m: Beginnings) => m.output),
];

const stateOf = (net: Network): number[] =>
  Array.from(net.parameters.find(({ name }) => name.endsWith(".state"))?.data ?? []);

/** All weights learned from three seeds, with the initial state and without it. */
async function melody(context: LectureContext) {
  const items = [{ input: new Float32Array(T), target }];
  const curves: Record<string, ArrayLike<number>> = {};
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
      const before = stateOf(net);
      const options = { optimizer: adam({ rate: 0.01, clip: 1 }), steps: STEPS };
      const part = { from: (2 * s + i) / 8, to: (2 * s + i + 1) / 8, note: `initial state ${initialState}` };
      losses[initialState].push(recent(await follow(context, net, items, options, part), 20));
      if (s === 0) [curves[initialState]] = net.predict([items[0].input]);
      const way = stateOf(net).reduce((sum, v, j) => sum + (v - before[j]) ** 2, 0);
      moved = Math.max(moved, Math.sqrt(way));
      net.dispose();
    }
  return { curves, learned: mean(losses.learned), zero: mean(losses.zero), moved };
}

const H = 6;
const units = Array.from({ length: H }, (_, j) => j);
const set = (net: Network, name: string, values: readonly number[]): void =>
  net.parameters.find((parameter) => parameter.name === name)!.set(values);
/** The last unit is the output; its state goes to all units of the next step, as theirs do. */
const OUT = H - 1;

/**
 * A net that plays something from initial states that nobody is told; a copy of its weights finds them from
 * what is heard of the output unit, starting at .5.
 */
async function outputStates(context: LectureContext) {
  const { seed } = context;
  const init = { recurrent: orthogonal(4), state: constant(0.5) };
  const spec = {
    input: 1,
    layers: [feedback(rnn(H, { activation: "logistic", init }), { outputs: 1 })],
    loss: "squared" as const,
    precision: "float64" as const,
    seed,
    constraints: ["feedback1.Wx", "feedback1.Wh", "feedback1.b"].map((name) => fix(name)),
  };
  const silence = new Float64Array(T);
  const teacher = await network(spec);
  // the slope of a logistic unit is 1/4 at .5, where these biases hold it: states turn and do not die
  const W = teacher.parameters.find(({ name }) => name === "feedback1.Wh")!.data;
  const b = Array.from({ length: H }, (_, j) => -0.5 * units.reduce((sum, i) => sum + W[i * H + j], 0));
  set(teacher, "feedback1.b", b);
  const random = new Random(teacher.engine, seed, streams.oscillators);
  const truth = Array.from({ length: H }, () => 0.05 + 0.9 * random.uniform());
  set(teacher, "feedback1.state", truth);
  const [played] = teacher.predict([silence]);
  teacher.dispose();
  const items = [{ input: silence, target: played }];
  const net = await network(spec);
  set(net, "feedback1.b", b);
  const heard = (): number[] => Array.from(net.predict([silence])[0]);
  const left = { loss: (await net.evaluate(items)).loss, curve: heard() };
  const options = { optimizer: adam({ rate: (step: number) => 0.03 / (1 + step / 400) }), steps: 2000 };
  await follow(context, net, items, options, { from: 0.75, to: 1, note: "hidden and output states" });
  const learned = { loss: (await net.evaluate(items)).loss, curve: heard() };
  const off = stateOf(net).map((v, j) => Math.abs(v - truth[j]));
  net.dispose();
  return { target: played, left, learned, hidden: Math.max(...off.slice(0, OUT)), output: off[OUT] };
}

function drawn(
  one: Awaited<ReturnType<typeof melody>>,
  two: Awaited<ReturnType<typeof outputStates>>,
): string {
  const panel = (title: string, note: string, lines: readonly (readonly [string, ArrayLike<number>])[]) =>
    plot({
      title,
      note,
      x: { label: "step" },
      y: { label: "output" },
      width: 520,
      marks: lines.map(([label, y], i) =>
        i === 0
          ? { kind: "line" as const, x: times, y, label, color: "#9aa5b1", width: 5 }
          : { kind: "line" as const, x: times, y, label, dash: i === 2 },
      ),
    });
  return svg(
    panels([
      panel(
        "A melody from the initial state",
        "The net has no input: what it plays follows from where it starts.",
        [
          ["target", target],
          ["learned initial state", one.curves.learned],
          ["initial state 0", one.curves.zero],
        ],
      ),
      panel(
        "Hidden and output units that start somewhere",
        "The output unit feeds back. Only the initial states are learned, from what is heard of it.",
        [
          ["target", two.target],
          ["initial states learned", two.learned.curve],
          ["all at the default, .5", two.left.curve],
        ],
      ),
    ]),
  );
}

export const run: Run = async (context): Promise<Outcome> => {
  const one = await melody(context);
  const two = await outputStates(context);
  return {
    numbers: {
      "learned initial state: loss, mean of 3 seeds": one.learned,
      "initial state 0: loss, mean of 3 seeds": one.zero,
      "how far the initial state moved": one.moved,
      "hidden and output units, all at .5: loss": two.left.loss,
      "hidden and output units, initial states learned: loss": two.learned.loss,
      "initial states of the hidden units found, largest error": two.hidden,
      "initial state of the output unit found, error": two.output,
    },
    ...decide(criteria, {
      ratio: one.learned / one.zero,
      moved: one.moved,
      overHalf: two.learned.loss / two.left.loss,
      hidden: two.hidden,
      output: two.output,
    }),
    figure: drawn(one, two),
  };
};
