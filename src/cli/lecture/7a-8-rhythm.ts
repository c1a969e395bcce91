/**
 * 7a-8, "they can oscillate: good for motor control?": a net learns a rhythm whose frequency an input
 * commands, as the two angles of a leg a quarter turn apart. It then drives a body, each joint a spring
 * toward the commanded angle,
 *
 *   θ'' = ω²·(y - θ) - 2ζω·θ'
 *
 * at frequencies that it never saw, for five times as long as it was trained; halfway a push throws the net
 * and the body out of step, and both come back.
 */
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { normal, orthogonal } from "../../models/network/initializers.ts";
import { dense } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { piecewise } from "../../optim/schedule.ts";
import type { Item } from "../../train/task.ts";
import type { Random } from "../../wasm/random.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const STEPS = 1500;
/** Steps that it learns, and that it then walks. */
const TRAINED = 120;
const WALK = 600;
const PUSH = 300;
/** Commanded frequencies, turns a step: those of the training lie between the ends. */
const SLOW = 0.02;
const FAST = 0.06;
const commands = [0.023, 0.031, 0.04, 0.049, 0.057];

/** A walk at one commanded frequency. */
export interface Walk {
  readonly command: number;
  /** Turns a step of the body's angles, long before the push and long after it. */
  readonly before: number;
  readonly after: number;
  /** Size of the net's rhythm before the push and fifty steps behind it. */
  readonly size: number;
  readonly back: number;
  /** Distance of the body, in the four steps of the push, from one that is not pushed. */
  readonly thrown: number;
}

const worst = (walks: readonly Walk[], of: (walk: Walk) => number): number => Math.max(...walks.map(of));

export const criteria = [
  atMost("frequency against the command, largest relative error", 0.02, (walks: readonly Walk[]) =>
    worst(walks, ({ before, command }) => Math.abs(before / command - 1)),
  ),
  atLeast(
    "the push: smallest distance of the body from one without it / size",
    0.3,
    (walks: readonly Walk[]) => Math.min(...walks.map(({ thrown, size }) => thrown / size)),
  ),
  atMost("fifty steps later: change of its size, largest (relative)", 0.05, (walks: readonly Walk[]) =>
    worst(walks, ({ back, size }) => Math.abs(back / size - 1)),
  ),
  atMost("after the push: frequency, largest relative error", 0.02, (walks: readonly Walk[]) =>
    worst(walks, ({ after, command }) => Math.abs(after / command - 1)),
  ),
];

/** Inputs of T steps: the command, and small pushes with a probability, or one large one. */
function inputs(command: number, T: number, push: (t: number) => number): Float32Array {
  const middle = (SLOW + FAST) / 2;
  return Float32Array.from({ length: 2 * T }, (_, k) =>
    k % 2 === 0 ? (command - middle) / middle : push((k - 1) / 2),
  );
}

/** n rhythms of commanded frequencies, with small pushes that change nothing about what is wanted. */
function rhythms(n: number, random: Random): Item[] {
  return Array.from({ length: n }, () => {
    const command = SLOW + (FAST - SLOW) * random.uniform();
    const input = inputs(command, TRAINED, () => (random.uniform() < 0.03 ? 2 * random.normal() : 0));
    const target = Float32Array.from({ length: 2 * TRAINED }, (_, k) => {
      const phase = 2 * Math.PI * command * (Math.floor(k / 2) + 1);
      return k % 2 === 0 ? Math.sin(phase) : -Math.cos(phase);
    });
    return { input, target };
  });
}

const STIFFNESS = 0.6;
const DAMPING = 0.7;

/** Angles [T,2] of the joints that the net's outputs pull; a push at a step turns them back. */
function drive(y: ArrayLike<number>, push = NaN): Float64Array {
  const angles = new Float64Array(y.length);
  const speed = [0, 0];
  for (let k = 2; k < y.length; ++k) {
    const joint = k % 2;
    const before = angles[k - 2];
    speed[joint] += STIFFNESS ** 2 * (y[k] - before) - 2 * DAMPING * STIFFNESS * speed[joint];
    if (Math.floor(k / 2) === push) speed[joint] -= 1;
    angles[k] = before + speed[joint];
  }
  return angles;
}

/** Turns a step of two signals a quarter turn apart, between two steps. */
function frequency(y: ArrayLike<number>, from: number, to: number): number {
  const phase = (t: number): number => Math.atan2(y[2 * t], -y[2 * t + 1]);
  let turned = 0;
  for (let t = from + 1; t <= to; ++t) {
    const step = phase(t) - phase(t - 1);
    turned += step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
  }
  return turned / (2 * Math.PI * (to - from));
}

function size(y: ArrayLike<number>, from: number, to: number): number {
  let squares = 0;
  for (let k = 2 * from; k < 2 * to; ++k) squares += y[k] ** 2;
  return Math.sqrt(squares / (to - from));
}

function walk(net: Network, command: number): Walk & { readonly angles: Float64Array } {
  const [y, calm] = net.predict([
    inputs(command, WALK, (t) => (t === PUSH ? 50 : 0)),
    inputs(command, WALK, () => 0),
  ]);
  const angles = drive(y, PUSH);
  const undisturbed = drive(calm);
  const off = angles.map((v, k) => v - undisturbed[k]);
  return {
    command,
    before: frequency(angles, 100, PUSH - 1),
    after: frequency(angles, PUSH + 100, WALK - 1),
    size: size(y, 100, PUSH),
    thrown: size(off, PUSH, PUSH + 4),
    back: size(y, PUSH + 50, PUSH + 150),
    angles,
  };
}

function drawn(walks: readonly ReturnType<typeof walk>[]): string {
  const shown = walks.filter((_, i) => i % 2 === 0);
  const from = PUSH - 100;
  const x = Array.from({ length: 250 }, (_, i) => from + i);
  const body = plot({
    title: "A rhythm that drives a body",
    note: `The knee's angle at three commanded frequencies; a push at step ${PUSH}.`,
    x: { label: "step" },
    y: { label: "angle, one above the other" },
    width: 620,
    marks: [
      ...shown.map(({ angles, command }, i) => ({
        kind: "line" as const,
        x,
        y: x.map((t) => angles[2 * t] + 2.6 * i),
        label: `${command} turns a step`,
      })),
      { kind: "line", x: [PUSH, PUSH], y: [-1.3, 6.5], dash: true, color: "#9aa5b1", label: "push" },
    ],
  });
  const measured = plot({
    title: "The frequency is commanded",
    note: `${commands.length} frequencies that the training did not have, before and after the push.`,
    x: { label: "commanded (turns a step)" },
    y: { label: "measured (turns a step)" },
    width: 460,
    marks: [
      { kind: "line", x: [SLOW, FAST], y: [SLOW, FAST], dash: true, color: "#9aa5b1", label: "equal" },
      { kind: "points", x: commands, y: walks.map(({ before }) => before), label: "before the push" },
      { kind: "points", x: commands, y: walks.map(({ after }) => after), label: "after the push" },
    ],
  });
  return svg(panels([body, measured]));
}

async function learned(context: LectureContext): Promise<Network> {
  const init = { recurrent: orthogonal(1), input: normal(0.3), state: normal(0.3) };
  const layers = [rnn(40, { init }), dense(2)];
  const net = await network({ input: 2, layers, loss: "squared", seed: context.seed });
  const rate = piecewise([
    [0, 0.004],
    [0.6 * STEPS, 0.001],
    [0.85 * STEPS, 0.0002],
  ]);
  const options = { optimizer: adam({ rate, clip: 1 }), batch: 16, steps: STEPS };
  await follow(context, net, { batch: rhythms }, options);
  return net;
}

export const run: Run = async (context): Promise<Outcome> => {
  context.log(
    `40 tanh units learn rhythms of ${SLOW} to ${FAST} turns a step over ${TRAINED} steps, ` +
      `then walk for ${WALK}.`,
  );
  const net = await learned(context);
  const walks = commands.map((command) => walk(net, command));
  net.dispose();
  const numbers: Record<string, number> = {};
  for (const { command, before, after, size: whole, thrown, back } of walks) {
    numbers[`commanded ${command}: turns a step before the push`] = before;
    numbers[`commanded ${command}: turns a step after the push`] = after;
    numbers[`commanded ${command}: size before the push`] = whole;
    numbers[`commanded ${command}: distance of the body in the push`] = thrown;
    numbers[`commanded ${command}: size fifty steps later`] = back;
  }
  return { numbers, ...decide(criteria, walks), figure: drawn(walks) };
};
