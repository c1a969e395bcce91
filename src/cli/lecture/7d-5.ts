/** Way 2: where Hessian-free steps go, and 5-bit memorization in seconds; the same optimizer on an LSTM. */
import { dense } from "../../models/network/layers.ts";
import { lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { constant, sparse } from "../../models/network/initializers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { hessianFree } from "../../optim/hessian-free.ts";
import type { Item } from "../../train/task.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import type { LectureContext, Run } from "./experiment.ts";
import { atMost, decide, exactly } from "./verdict.ts";

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
};

/**
 * Losses of an LSTM with forget gates open at the start, on the same task of lag 10, and how many of the 32
 * sequences are wrong in the end.
 */
async function onLstm({
  seed,
  signal,
  progress,
}: LectureContext): Promise<{ losses: number[]; wrong: number }> {
  const lag = 10;
  const task = longLag.memory5({ lag });
  const items = task.all!;
  const losses: number[] = [];
  const net = await network({
    input: { symbols: task.input },
    loss: "softmax",
    seed,
    precision: "float64",
    layers: [
      lstm(30, {
        init: { input: sparse(), recurrent: sparse({ scale: 0.4 }), gates: { f: constant(Math.log(lag)) } },
      }),
      dense(task.output, { init: { input: sparse() } }),
    ],
  });
  let wrong = items.length;
  for await (const { loss } of net.train(task, {
    optimizer: hessianFree({ weightDecay: 2e-5 }),
    batch: items.length,
    steps: 100,
    signal,
  })) {
    losses.push(loss);
    const y = net.predict(items.map((item) => item.input));
    wrong = items.filter((item, i) => task.wrong(item, y[i]) > 0).length;
    progress(
      1 - wrong / items.length,
      `LSTM: step ${losses.length}, loss ${loss.toFixed(4)}, ${wrong} of 32 wrong`,
    );
    if (wrong === 0) break;
  }
  net.dispose();
  signal.throwIfAborted();
  return { losses, wrong };
}

/** What one run of Hessian-free learning shows, step by step. */
interface Course {
  readonly losses: number[];
  /** Slope and curvature along each step taken, over those along the gradient. */
  readonly slopes: number[];
  readonly curvatures: number[];
  readonly cg: number;
  /** Of the 32 sequences, in the end. */
  readonly wrong: number;
  /** Of the steps alone, s. */
  readonly seconds: number;
}

const flat = (parameters: readonly { data: ArrayLike<number> }[]): Float64Array =>
  Float64Array.from(parameters.flatMap(({ data }) => Array.from(data)));

/**
 * Slope and curvature along `moved` at the point θ, each per unit length and over that along the gradient.
 */
function directions(still: Network, items: readonly Item[], theta: Float64Array, moved: Float64Array) {
  let at = 0;
  for (const parameter of still.parameters) {
    const size = parameter.data.length;
    parameter.set(theta.subarray(at, at + size));
    at += size;
  }
  const curvature = (v: Float64Array): number => dot(v, still.gaussNewtonProduct(items, v)) / dot(v, v);
  const g = flat(still.gradient(items).gradient);
  const lengths = Math.sqrt(dot(moved, moved)) * Math.sqrt(dot(g, g));
  return { slope: Math.abs(dot(g, moved)) / lengths, curvature: curvature(moved) / curvature(g) };
}

const task = longLag.memory5({ lag: 20 });
const items = task.all!;

/** 100 tanh units with 15 weights into each. */
const tanhUnits = (seed: number): Promise<Network> =>
  network({
    input: { symbols: task.input },
    loss: "softmax",
    seed,
    precision: "float64",
    layers: [
      rnn(100, { init: { input: sparse({ scale: 0.25 }), recurrent: sparse({ spectralRadius: 1.1 }) } }),
      dense(task.output, { init: { input: sparse() } }),
    ],
  });

/** Sequences of the 32 in which a symbol is wrong. */
function wrongOf(net: Network): number {
  const y = net.predict(items.map((item) => item.input));
  return items.filter((item, i) => task.wrong(item, y[i]) > 0).length;
}

/** They learn 5-bit memorization of lag 20. */
async function onTanhUnits({ seed, signal, progress }: LectureContext): Promise<Course> {
  const net = await tanhUnits(seed);
  const still = await network({ ...net.spec }); // the same net, put where the other one was
  const course = { losses: [] as number[], slopes: [] as number[], curvatures: [] as number[] };
  let [cg, seconds, wrong] = [0, 0, items.length];
  let before = flat(net.parameters);
  const options = { optimizer: hessianFree({ weightDecay: 2e-5 }), batch: items.length, steps: 100, signal };
  for await (const report of net.train(task, options)) {
    const after = flat(net.parameters);
    seconds += report.ms / 1000;
    cg += report.cgIterations;
    course.losses.push(report.loss);
    if (report.stepLength > 0) {
      // gradient and curvature belong to the point before the step
      const along = directions(
        still,
        items,
        before,
        after.map((x, i) => x - before[i]),
      );
      course.slopes.push(along.slope);
      course.curvatures.push(along.curvature);
    }
    before = after;
    wrong = wrongOf(net);
    progress(
      1 - wrong / items.length,
      `step ${course.losses.length}, loss ${report.loss.toFixed(4)}, ${wrong} of 32 wrong, ` +
        `λ ${report.lambda.toPrecision(2)}, ${report.cgIterations} CG iterations`,
    );
    if (wrong === 0) break;
  }
  net.dispose();
  still.dispose();
  signal.throwIfAborted();
  return { ...course, cg, wrong, seconds };
}

/** What the verdict is about. */
export interface HessianFree {
  /** Of 32 sequences: wrong in the end, by 100 tanh units and by an LSTM. */
  readonly wrong: number;
  readonly gated: number;
  /** Along the steps taken, over those along the gradient: medians. */
  readonly slope: number;
  readonly curvature: number;
}

export const criteria = [
  atMost("slope along a step / along the gradient, median", 0.5, (m: HessianFree) => m.slope),
  atMost(
    "curvature along it / slope along it, both relative, median",
    0.5,
    (m: HessianFree) => m.curvature / m.slope,
  ),
  exactly("100 tanh units, lag 20: wrong of 32", 0, (m: HessianFree) => m.wrong),
  exactly("LSTM of 30 cells, lag 10: wrong of 32", 0, (m: HessianFree) => m.gated),
];

const median = (v: readonly number[]): number => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)];

function drawn({ losses, slopes, curvatures }: Course, gated: readonly number[]): string {
  const line = (y: readonly number[], label: string) => ({
    kind: "line" as const,
    x: y.map((_, i) => i + 1),
    y: [...y],
    label,
  });
  const loss = plot({
    title: "Loss",
    x: { label: "step" },
    y: { label: "nats", log: true },
    marks: [line(losses, "100 tanh units, lag 20"), line(gated, "LSTM, 30 cells, lag 10")],
  });
  const direction = plot({
    title: "Tiny gradient, tinier curvature",
    note: "Along the step taken, relative to the gradient's direction",
    x: { label: "step" },
    y: { log: true },
    marks: [line(slopes, "slope"), line(curvatures, "curvature")],
  });
  return svg(panels([loss, direction], { columns: 2 }));
}

export const run: Run = async (context) => {
  const { log } = context;
  log(
    "5-bit memorization, 30 steps, 100 tanh units. At each step: slope and curvature along the step " +
      "taken, per unit length, over those along the gradient.",
  );
  const start = performance.now();
  const course = await onTanhUnits(context);
  const { losses, slopes, curvatures, cg, wrong, seconds } = course;
  const all = (performance.now() - start) / 1000;
  log("The same optimizer on an LSTM of 30 cells, lag 10.");
  const gated = await onLstm(context);
  const numbers = {
    steps: losses.length,
    "CG iterations": cg,
    "wrong of 32": wrong,
    "seconds of learning": seconds,
    "seconds in all": all,
    "slope along the step / along the gradient (median)": median(slopes),
    "curvature along the step / along the gradient (median)": median(curvatures),
    "LSTM of 30 cells, lag 10: steps": gated.losses.length,
    "LSTM of 30 cells, lag 10: wrong of 32": gated.wrong,
  };
  return {
    numbers,
    ...decide(criteria, { wrong, gated: gated.wrong, slope: median(slopes), curvature: median(curvatures) }),
    figure: drawn(course, gated.losses),
  };
};
