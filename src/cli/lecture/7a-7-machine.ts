/**
 * 7a, "with enough neurons and time, RNNs can compute anything that can be computed by your computer": a
 * recurrent net with weights set by hand runs programs of a machine with two stacks, step by step. The net is
 * one of the library's, of rectified units: σ(x) = max(x, 0) - max(x - 1, 0), so two for each saturated one.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { network, type Network } from "../../models/network/network.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";
import {
  type Act,
  type Configuration,
  type Rule,
  type StackNet,
  stackNet,
  stepMachine,
  type Top,
} from "./two-stacks.ts";
import { atLeast, decide, exactly } from "./verdict.ts";

const WORDS = 20; // a program
const LENGTH = 12; // bits at most
const STEPS = 80; // of the machine

const rule = (line: string): Rule => {
  const [state, a, b, to, x, y] = line.split(/ *, */);
  return { state, tops: [a as Top, b as Top], to, acts: [x as Act, y as Act] };
};

/** State, tops of both stacks, next state, what happens to both stacks. */
const programs: Readonly<Record<string, readonly Rule[]>> = {
  reverse: [
    "move, 0, *, move, pop, push 0",
    "move, 1, *, move, pop, push 1",
    "move, empty, *, halt, keep, keep",
  ].map(rule),
  "add one, again and again": [
    "carry, 1, *, carry, pop, push 0",
    "carry, 0, *, set, pop, keep",
    "carry, empty, *, set, keep, keep",
    "set, *, *, back, push 1, keep",
    "back, *, 0, back, push 0, pop",
    "back, *, empty, carry, keep, keep",
  ].map(rule),
  "balanced brackets": [
    "scan, 0, *, scan, pop, push 0",
    "scan, 1, 0, scan, pop, pop",
    "scan, 1, empty, no, keep, keep",
    "scan, empty, empty, yes, keep, keep",
    "scan, empty, 0, no, keep, keep",
  ].map(rule),
};

/** What the verdict is about. */
export interface Machine {
  /** Steps compared, and those at which the net's state or one of its stacks was another. */
  readonly compared: number;
  readonly different: number;
  /** Programs, and those whose machine left its first state. */
  readonly programs: number;
  readonly ran: number;
  /** Bits that were on a stack at most. */
  readonly deepest: number;
}

export const criteria = [
  exactly("steps at which the net is not where the machine is", 0, (m: Machine) => m.different),
  atLeast("steps compared", 1000, (m: Machine) => m.compared),
  exactly("programs that did something, of all", 1, (m: Machine) => m.ran / m.programs),
  atLeast("bits on a stack, most", 8, (m: Machine) => m.deepest),
];

/** The saturated-linear net as a layer of rectified units, p - q for each unit. */
async function rectified({ W, b }: StackNet): Promise<Network> {
  const n = b.length;
  const H = 2 * n;
  const net = await network({
    input: 1,
    layers: [rnn(H, { activation: "relu", given: Array.from({ length: H }, (_, j) => j) })],
    loss: "squared",
    precision: "float64",
  });
  const weights = new Float64Array(H * H);
  W.forEach((row, i) =>
    row.forEach((w, j) => {
      for (const to of [i, n + i]) {
        weights[j * H + to] = w;
        weights[(n + j) * H + to] = -w;
      }
    }),
  );
  for (const { name, set, data } of net.parameters) {
    if (name === "rnn1.Wh") set(weights);
    else if (name === "rnn1.b") set([...b, ...b.map((v) => v - 1)]);
    else set(new Float64Array(data.length));
  }
  return net;
}

const same = (a: Configuration, b: Configuration): boolean =>
  a.state === b.state && a.stacks.every((stack, k) => stack.join("") === b.stacks[k].join(""));

/** Activities [steps][n] of the saturated units from some configurations on. */
function runNet(net: Network, stack: StackNet, starts: readonly Configuration[]): Float64Array[][] {
  const n = stack.b.length;
  const initial = starts.map((at) => Float64Array.from([...stack.encode(at), ...new Float64Array(n)]));
  const silence = new Float64Array(3 * STEPS);
  return net
    .predict(
      starts.map(() => silence),
      { initial },
    )
    .map((h) =>
      Array.from({ length: 3 * STEPS }, (_, t) =>
        Float64Array.from({ length: n }, (__, i) => h[t * 2 * n + i] - h[t * 2 * n + n + i]),
      ),
    );
}

function drawn(stack: StackNet, activity: readonly Float64Array[]): string {
  const n = stack.names.length;
  const T = 90;
  return svg(
    plot({
      title: "A net that runs a program",
      note:
        "It counts in binary. From the bottom: states, stacks, what is read, rules, what is held; " +
        "three steps of the net are one of the machine.",
      x: { label: "step of the net" },
      y: { label: "unit" },
      width: 820,
      height: 520,
      marks: [
        {
          kind: "raster",
          rows: n,
          columns: T,
          values: Array.from({ length: n * T }, (_, k) => activity[k % T][Math.floor(k / T)]),
          x: [0, T],
          y: [0, n],
          label: "activity",
        },
      ],
    }),
  );
}

export const run: Run = async ({ seed, signal, log, progress }): Promise<Outcome> => {
  const random = new Random(await engine("float64"), seed, streams.experiment);
  const numbers: Record<string, number> = {};
  const measured = { compared: 0, different: 0, programs: 0, ran: 0, deepest: 0 };
  let figure = "";
  for (const [name, program] of Object.entries(programs)) {
    signal.throwIfAborted();
    log(`${name}:`);
    for (const { state, tops, to, acts } of program)
      log(`  ${state}, ${tops.join(", ")} → ${to}, ${acts.join(", ")}`);
    const stack = stackNet(program);
    const net = await rectified(stack);
    const starts = Array.from({ length: WORDS }, (): Configuration => ({
      state: program[0].state,
      stacks: [Array.from({ length: random.integer(0, LENGTH) }, () => random.integer(0, 1)), []],
    }));
    const activity = runNet(net, stack, starts);
    net.dispose();
    let [different, moved] = [0, false];
    starts.forEach((start, i) => {
      let at = start;
      for (let t = 0; t < STEPS; ++t) {
        const next = stepMachine(program, at);
        moved ||= !same(at, next);
        at = next;
        if (!same(stack.decode(activity[i][3 * t + 2]), at)) ++different;
        measured.deepest = Math.max(measured.deepest, at.stacks[0].length, at.stacks[1].length);
      }
    });
    measured.compared += WORDS * STEPS;
    measured.different += different;
    measured.ran += Number(moved);
    ++measured.programs;
    numbers[`${name}: units`] = stack.names.length;
    numbers[`${name}: steps at which net and machine differ, of ${WORDS * STEPS}`] = different;
    if (name.startsWith("add")) figure = drawn(stack, activity[0]);
    progress(measured.programs / Object.keys(programs).length, name);
  }
  return { numbers, ...decide(criteria, measured), figure };
};
