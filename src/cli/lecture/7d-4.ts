/**
 * Way 1: memory cells learn in which order two symbols stood, 100 steps before; plain units with as many
 * weights, from as many sequences, do not. And why: how much of the gradient comes back over the lag.
 */
import { gradientNorms } from "../../analysis/gradient-norms.ts";
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { constant } from "../../models/network/initializers.ts";
import { dense, type Layer } from "../../models/network/layers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { solvedBelow } from "../../tasks/long-lag/scoring.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";
import { percentText } from "../progress.ts";

const LAG = 100;
const BATCH = 50;
const STEPS = 800; // at most
const LOOK = 25; // steps between two looks
const BACK = 80; // steps over which the gradient is compared with that one step back

const task = longLag.order2({ lag: LAG });
const cells = {
  lstm: lstm(32, { init: { gates: { f: constant(Math.log(LAG)), i: constant(-1) } } }),
  plain: rnn(66),
} as const satisfies Record<string, Layer>;

/** What the verdict is about, of memory cells and of plain units. */
export interface Memory {
  /** Share of fresh sequences that are wrong. */
  readonly wrong: { readonly lstm: number; readonly plain: number };
  /** Gradient that comes back over 80 steps, over that one step back, before training. */
  readonly back: { readonly lstm: number; readonly plain: number };
  /** Share of wrong sequences of the trained memory cells when their keep gates are shut. */
  readonly shut: number;
}

export const criteria = [
  atMost("LSTM: wrong of fresh sequences", solvedBelow, (m: Memory) => m.wrong.lstm),
  atLeast("plain units, as many weights and sequences: wrong", 0.5, (m: Memory) => m.wrong.plain),
  atLeast("the trained LSTM with its keep gates shut: wrong", 0.5, (m: Memory) => m.shut),
  atLeast("LSTM: gradient 80 steps back / 1 step back", 0.01, (m: Memory) => m.back.lstm),
  atMost("plain units: gradient 80 steps back / 1 step back", 0.01, (m: Memory) => m.back.plain),
];

/** How one kind of unit learns. */
interface Course {
  readonly sequences: number[];
  readonly errors: number[];
  readonly norms: Float64Array;
  readonly wrong: number;
  readonly weights: number;
}

function wrongOf(net: Network, count: number, random: Random): number {
  const items = task.batch(count, random);
  const y = net.predict(items.map(({ input }) => input));
  return items.filter((item, i) => task.wrong(item, y[i]) > 0).length / count;
}

/** Trains until solved, or for so many steps; then `after` looks at the net. */
async function learn(
  layer: Layer,
  { seed, signal, progress }: LectureContext,
  { steps, from, note, after }: { steps: number; from: number; note: string; after?: (net: Network) => void },
): Promise<Course> {
  const net = await network({
    input: { symbols: task.input },
    layers: [layer, dense(task.output)],
    loss: task.loss,
    seed,
  });
  const random = new Random(net.engine, seed, streams.memories);
  const { norms } = gradientNorms(net, task.batch(100, random))[0];
  const course = { sequences: [] as number[], errors: [] as number[] };
  const options = { optimizer: adam({ rate: 0.004, clip: 1 }), steps, batch: BATCH, signal };
  for await (const { step } of net.train(task, options)) {
    if (step % LOOK !== 0) continue;
    const error = wrongOf(net, 300, random);
    course.sequences.push(step * BATCH);
    course.errors.push(error);
    progress(from + (0.5 * step) / steps, `${note}: ${percentText(error)} wrong`);
    if (steps === STEPS && error < solvedBelow && wrongOf(net, 2000, random) < solvedBelow) break;
  }
  signal.throwIfAborted();
  const result = { ...course, norms, wrong: wrongOf(net, 5000, random), weights: net.size };
  after?.(net);
  net.dispose();
  return result;
}

/** Keep gates held shut: what was in the cells is gone at the next step. */
function shutKeepGates(net: Network): void {
  const b = net.parameters.find(({ name }) => name === "lstm1.b")!;
  b.set(b.data.map((v, i) => (Math.floor(i / 32) === 1 ? v - 50 : v)));
}

function drawn(lstmCourse: Course, plainCourse: Course): string {
  const courses = [
    ["LSTM", lstmCourse],
    ["plain units", plainCourse],
  ] as const;
  const learned = plot({
    title: `Order of two symbols, T = ${LAG}`,
    note: "Memory cells and plain units: as many weights, the same sequences and optimizer.",
    x: { label: "training sequences" },
    y: { label: "wrong (fraction)", range: [0, 1] },
    marks: [
      { kind: "rule", y: solvedBelow, label: "solved" },
      ...courses.map(([label, { sequences: x, errors: y }]) => ({ kind: "line" as const, x, y, label })),
    ],
  });
  const back = plot({
    title: "What comes back",
    note: "‖∂E/∂h‖ before training, over that at the last step.",
    x: { label: "steps before the last" },
    y: { label: "gradient, relative", log: true },
    marks: courses.map(([label, { norms }]) => ({
      kind: "line" as const,
      x: Array.from(norms, (_, k) => k).slice(0, LAG),
      y: Array.from(norms, (v) => v / norms[0]).slice(0, LAG),
      label,
    })),
  });
  return svg(panels([learned, back]));
}

export const run: Run = async (context) => {
  const { seed, log } = context;
  log(`Temporal order of two symbols, T = ${LAG}: right is the class of the last step.`);
  let shut = NaN;
  const one = await learn(cells.lstm, context, {
    steps: STEPS,
    from: 0,
    note: "LSTM",
    after(net) {
      shutKeepGates(net);
      shut = wrongOf(net, 2000, new Random(net.engine, seed, streams.experimentTest));
    },
  });
  const steps = one.sequences[one.sequences.length - 1] / BATCH;
  const two = await learn(cells.plain, context, { steps, from: 0.5, note: "plain units" });
  const back = { lstm: one.norms[BACK] / one.norms[1], plain: two.norms[BACK] / two.norms[1] };
  return {
    numbers: {
      "LSTM: wrong of 5,000": one.wrong,
      "LSTM: training sequences": steps * BATCH,
      "LSTM: weights": one.weights,
      "LSTM with its keep gates shut: wrong of 2,000": shut,
      "plain units: wrong of 5,000": two.wrong,
      "plain units: weights": two.weights,
      [`LSTM: gradient ${BACK} steps back / 1 step back`]: back.lstm,
      [`plain units: gradient ${BACK} steps back / 1 step back`]: back.plain,
      chance: task.chance,
    },
    ...decide(criteria, { wrong: { lstm: one.wrong, plain: two.wrong }, back, shut }),
    figure: drawn(one, two),
  };
};
