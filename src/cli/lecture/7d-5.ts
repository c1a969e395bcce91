/** Way 2: where Hessian-free steps go, and 5-bit memorization in seconds; the same optimizer on an LSTM. */
import { dense, lstm, rnn } from "../../models/network/layers.ts";
import { constant, sparse } from "../../models/network/initializers.ts";
import { network } from "../../models/network/network.ts";
import { hessianFree, type HessianFreeReport } from "../../optim/hessian-free.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import type { LectureContext, Run } from "./experiment.ts";

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

export const run: Run = async (context) => {
  const { seed, signal, log, progress } = context;
  const task = longLag.memory5({ lag: 20 });
  const items = task.all!;
  const net = await network({
    input: { symbols: task.input },
    loss: "softmax",
    seed,
    precision: "float64",
    layers: [
      rnn(100, { init: { input: sparse({ scale: 0.25 }), recurrent: sparse({ spectralRadius: 1.1 }) } }),
      dense(task.output, { init: { input: sparse() } }),
    ],
  });
  const still = await network({ ...net.spec }); // the same net, put where the other one was
  const theta = (): Float64Array => Float64Array.from(net.parameters.flatMap((p) => Array.from(p.data)));
  const curvature = (v: Float64Array): number => dot(v, still.gaussNewtonProduct(items, v)) / dot(v, v);
  log(
    "5-bit memorization, 30 steps, 100 tanh units. At each step: slope and curvature along the step " +
      "taken, per unit length, over those along the gradient.",
  );
  const slopes: number[] = [];
  const curvatures: number[] = [];
  const losses: number[] = [];
  const numbers: Record<string, number> = {};
  let before = theta();
  let wrong = items.length;
  let steps = 0;
  let cg = 0;
  const start = performance.now();
  let learning = 0;
  for await (const event of net.train(task, {
    optimizer: hessianFree({ weightDecay: 2e-5 }),
    batch: items.length,
    steps: 100,
    signal,
  })) {
    const report = event as unknown as HessianFreeReport & { ms: number };
    const after = theta();
    learning += report.ms / 1000;
    cg += report.cgIterations;
    ++steps;
    losses.push(report.loss);
    if (report.stepLength > 0) {
      const moved = after.map((x, i) => x - before[i]);
      const length = Math.sqrt(dot(moved, moved));
      // gradient and curvature belong to the point before the step
      let at = 0;
      for (const p of still.parameters) {
        p.set(before.subarray(at, at + p.data.length));
        at += p.data.length;
      }
      const g = Float64Array.from(still.gradient(items).gradient.flatMap((p) => Array.from(p.data)));
      const norm = Math.sqrt(dot(g, g));
      slopes.push(Math.abs(dot(g, moved)) / length / norm);
      curvatures.push(curvature(moved) / curvature(g));
    }
    before = after;
    const y = net.predict(items.map((item) => item.input));
    wrong = items.filter((item, i) => task.wrong(item, y[i]) > 0).length;
    progress(
      1 - wrong / items.length,
      `step ${steps}, loss ${report.loss.toFixed(4)}, ${wrong} of 32 wrong, ` +
        `λ ${report.lambda.toPrecision(2)}, ${report.cgIterations} CG iterations`,
    );
    if (wrong === 0) break;
  }
  net.dispose();
  still.dispose();
  signal.throwIfAborted();
  const median = (v: number[]): number => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)];
  Object.assign(numbers, {
    steps: steps,
    "CG iterations": cg,
    "wrong of 32": wrong,
    "seconds of learning": learning,
    "seconds in all": (performance.now() - start) / 1000,
    "slope along the step / along the gradient (median)": median(slopes),
    "curvature along the step / along the gradient (median)": median(curvatures),
  });
  log("The same optimizer on an LSTM of 30 cells, lag 10.");
  const gated = await onLstm(context);
  numbers["LSTM of 30 cells, lag 10: steps"] = gated.losses.length;
  numbers["LSTM of 30 cells, lag 10: wrong of 32"] = gated.wrong;
  const x = (v: number[]): number[] => v.map((_, i) => i + 1);
  return {
    numbers,
    verdict: wrong === 0 && gated.wrong === 0 && median(curvatures) < median(slopes) && median(slopes) < 0.5,
    figure: svg(
      panels(
        [
          plot({
            title: "Loss",
            x: { label: "step" },
            y: { label: "nats", log: true },
            marks: [
              { kind: "line", x: x(losses), y: losses, label: "100 tanh units, lag 20" },
              { kind: "line", x: x(gated.losses), y: gated.losses, label: "LSTM, 30 cells, lag 10" },
            ],
          }),
          plot({
            title: "Tiny gradient, tinier curvature",
            note: "Along the step taken, relative to the gradient's direction",
            x: { label: "step" },
            y: { log: true },
            marks: [
              { kind: "line", x: x(slopes), y: slopes, label: "slope" },
              { kind: "line", x: x(curvatures), y: curvatures, label: "curvature" },
            ],
          }),
        ],
        { columns: 2 },
      ),
    ),
  };
};
