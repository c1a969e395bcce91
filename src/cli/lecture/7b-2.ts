/**
 * 7b-2: constraints between weights under every optimizer: how far they are off after training, and how far
 * without.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { dense } from "../../models/network/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { constrain, fix, tie, type NetworkConstraint } from "../../models/network/constraints.ts";
import { type Network, network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { hessianFree } from "../../optim/hessian-free.ts";
import { momentum } from "../../optim/momentum.ts";
import { nesterov } from "../../optim/nesterov.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { rmsprop } from "../../optim/rmsprop.ts";
import { sgd } from "../../optim/sgd.ts";
import { addition } from "../../tasks/addition.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow, recent } from "./follow.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const optimizers: [string, Optimizer, number][] = [
  ["sgd", sgd({ rate: 3, clip: 1 }), 400],
  ["momentum", momentum({ rate: 1, momentum: 0.9, clip: 1 }), 400],
  ["nesterov", nesterov({ rate: 1, momentum: 0.9, clip: 1 }), 400],
  ["rmsprop", rmsprop({ rate: 0.02 }), 400],
  ["adam", adam({ rate: 0.05 }), 400],
  ["hessianFree", hessianFree(), 25],
];
/** What the verdict is about. */
export interface Bound {
  /** How far the constraints are off after training by each optimizer. */
  readonly off: readonly number[];
  /** Loss after training by each, over the loss before. */
  readonly loss: readonly number[];
  /** How far the tied pair has moved under each. */
  readonly moved: readonly number[];
  /** How far the pair is apart after training without constraints. */
  readonly free: number;
  /** A step of plain descent against minus the rate times (∂E/∂w₁ + ∂E/∂w₂) for both: relative error. */
  readonly step: number;
}

export const criteria = [
  atMost("constraints off by, worst of six optimizers", 1e-12, (m: Bound) => Math.max(...m.off)),
  atMost("loss after training / before, worst of six", 0.8, (m: Bound) => Math.max(...m.loss)),
  atLeast("how far the tied weights moved, least of six", 0.1, (m: Bound) => Math.min(...m.moved)),
  atLeast("|w₁ - w₂| after training without constraints", 0.05, (m: Bound) => m.free),
  atMost("step of both tied weights against ∂E/∂w₁ + ∂E/∂w₂, error", 1e-9, (m: Bound) => m.step),
];

/**
 * w₁ = w₂ among the input weights, one recurrent weight fixed, and the output weights on the plane Σ w = 1.
 */
const constraints: NetworkConstraint[] = [
  tie({ name: "rnn1.Wx", indices: [0] }, { name: "rnn1.Wx", indices: [1] }),
  fix({ name: "rnn1.Wh", indices: [4] }),
  constrain({ entries: ["dense2.W"], A: [[1, 1, 1]], b: [1] }),
];
const data = (net: Network, name: string): ArrayLike<number> =>
  net.parameters.find((p) => p.name === name)!.data;

/** How far each constraint is off. */
function violations(net: Network, fixed: number): { tie: number; fix: number; sum: number } {
  const Wx = data(net, "rnn1.Wx");
  const W = data(net, "dense2.W");
  return {
    tie: Math.abs(Wx[0] - Wx[1]),
    fix: Math.abs(data(net, "rnn1.Wh")[4] - fixed),
    sum: Math.abs(W[0] + W[1] + W[2] - 1),
  };
}

const task = addition({ digits: 6 });

const makeNet = (seed: number, own: readonly NetworkConstraint[]): Promise<Network> =>
  network({
    input: 2,
    layers: [rnn(3, { activation: "logistic" }), dense(1)],
    loss: "bernoulli",
    seed,
    precision: "float64",
    constraints: [...own],
  });

/** Trains by every optimizer. */
async function allOptimizers(
  context: LectureContext,
): Promise<{ numbers: Record<string, number> } & Pick<Bound, "off" | "loss" | "moved">> {
  const numbers: Record<string, number> = {};
  const off: number[] = [];
  const loss: number[] = [];
  const moved: number[] = [];
  for (const [i, [name, optimizer, steps]] of optimizers.entries()) {
    const net = await makeNet(context.seed, constraints);
    const fixed = data(net, "rnn1.Wh")[4];
    const before = data(net, "rnn1.Wx")[0];
    const span = { from: i / 6, to: (i + 1) / 6, note: name };
    const losses = await follow(context, net, task, { optimizer, steps, batch: 64 }, span);
    const { tie: t, fix: f, sum } = violations(net, fixed);
    off.push(Math.max(t, f, sum));
    loss.push(recent(losses, Math.min(10, steps / 2)) / losses[0]);
    moved.push(Math.abs(data(net, "rnn1.Wx")[0] - before));
    numbers[`${name}: constraints off by`] = off[i];
    numbers[`${name}: loss after training`] = recent(losses, Math.min(10, steps / 2));
    numbers[`${name}: tied weights moved by`] = moved[i];
    net.dispose();
  }
  return { numbers, off, loss, moved };
}

/** One step of plain descent, and the gradient without constraints that it should follow. */
async function oneStep({ seed, signal }: LectureContext): Promise<number> {
  const rate = 0.1;
  const free = await makeNet(seed, []);
  const bound = await makeNet(seed, constraints);
  for (const parameter of free.parameters) parameter.set(data(bound, parameter.name));
  const items = task.batch(64, new Random(free.engine, seed, streams.experiment));
  const g = free.gradient(items).gradient.find(({ name }) => name === "rnn1.Wx")!.data;
  const want = -rate * (g[0] + g[1]);
  const before = Array.from(data(bound, "rnn1.Wx"));
  await bound.fit(items, { optimizer: sgd({ rate }), steps: 1, batch: items.length, signal });
  const moved = [0, 1].map((k) => data(bound, "rnn1.Wx")[k] - before[k]);
  for (const net of [free, bound]) net.dispose();
  return Math.max(...moved.map((step) => Math.abs(step - want))) / Math.abs(want);
}

/** The way of two input weights through 300 steps of training. */
async function path(
  { seed, signal }: LectureContext,
  own: readonly NetworkConstraint[],
): Promise<{ x: number[]; y: number[] }> {
  const net = await makeNet(seed, own);
  const x: number[] = [];
  const y: number[] = [];
  const options = { optimizer: adam({ rate: 0.05 }), steps: 300, batch: 64, signal };
  for await (const _ of net.train(task, options)) {
    const Wx = data(net, "rnn1.Wx");
    x.push(Wx[0]);
    y.push(Wx[1]);
  }
  net.dispose();
  return { x, y };
}

export const run: Run = async (context): Promise<Outcome> => {
  const { numbers, ...under } = await allOptimizers(context);
  const step = await oneStep(context);
  const bound = await path(context, constraints);
  const free = await path(context, []);
  const apart = Math.abs(free.x.at(-1)! - free.y.at(-1)!);
  numbers["free, adam: |w₁ - w₂| after 300 steps"] = apart;
  numbers["one step of both tied weights against ∂E/∂w₁ + ∂E/∂w₂: relative error"] = step;
  const all = [bound, free].flatMap(({ x, y }) => [...x, ...y]);
  const ends = [Math.min(...all), Math.max(...all)];
  const figure = svg(
    plot({
      title: "Two weights that must stay equal",
      note: "The path of a pair of weights in training: with the constraint they walk along the diagonal.",
      x: { label: "w₁" },
      y: { label: "w₂" },
      width: 520,
      height: 480,
      marks: [
        { kind: "line", x: ends, y: ends, color: "#9aa5b1", dash: true },
        { kind: "line", ...bound, label: "constrained: stays on w₁ = w₂" },
        { kind: "line", ...free, label: "free" },
      ],
    }),
  );
  return { numbers, ...decide(criteria, { ...under, free: apart, step }), figure };
};
