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
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow, recent } from "./follow.ts";

const optimizers: [string, Optimizer, number][] = [
  ["sgd", sgd({ rate: 3, clip: 1 }), 400],
  ["momentum", momentum({ rate: 1, momentum: 0.9, clip: 1 }), 400],
  ["nesterov", nesterov({ rate: 1, momentum: 0.9, clip: 1 }), 400],
  ["rmsprop", rmsprop({ rate: 0.02 }), 400],
  ["adam", adam({ rate: 0.05 }), 400],
  ["hessianFree", hessianFree(), 25],
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

/** How far the constraints are off after training by each optimizer, and whether each lowered its loss. */
async function allOptimizers(
  context: LectureContext,
): Promise<{ numbers: Record<string, number>; worst: number; fell: boolean }> {
  const numbers: Record<string, number> = {};
  let worst = 0;
  let fell = true;
  for (const [i, [name, optimizer, steps]] of optimizers.entries()) {
    const net = await makeNet(context.seed, constraints);
    const fixed = data(net, "rnn1.Wh")[4];
    const span = { from: i / 6, to: (i + 1) / 6, note: name };
    const losses = await follow(context, net, task, { optimizer, steps, batch: 64 }, span);
    const { tie: t, fix: f, sum } = violations(net, fixed);
    const off = Math.max(t, f, sum);
    numbers[`${name}: constraints off by`] = off;
    numbers[`${name}: loss after training`] = recent(losses, Math.min(10, steps));
    worst = Math.max(worst, off);
    fell &&= recent(losses, Math.min(10, steps / 2)) < losses[0];
    net.dispose();
  }
  return { numbers, worst, fell };
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
  const { numbers, worst, fell } = await allOptimizers(context);
  const bound = await path(context, constraints);
  const free = await path(context, []);
  numbers["free, adam: |w₁ - w₂| after 300 steps"] = Math.abs(free.x.at(-1)! - free.y.at(-1)!);
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
  return { numbers, verdict: worst < 1e-12 && fell, figure };
};
