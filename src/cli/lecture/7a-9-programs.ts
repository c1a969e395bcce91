/**
 * 7a-9, "lots of small programs that each capture a nugget of knowledge, run in parallel, interacting": one
 * net learns six of them, of which three use others' results. Then it is taken apart. The direction in which
 * a program's state moves the hidden units is found by linear regression,
 *
 *   h = m + Σ_p d_p·v_p      v_p: state of program p, centered
 *
 * and the program is cut out of the net: all that reads h gets h - d_p·(w_p·(h - m)), where w_p·d_q = 1 for
 * q = p and else 0, so that p's state seems to stay at its mean. A program that is cut fails, and so do those
 * that use it; the others go on as if nothing had happened.
 */
import { leastSquares } from "../../inference/least-squares.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { Algebra } from "../../inference/matrix.ts";
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { plot } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { normal, orthogonal } from "../../models/network/initializers.ts";
import { dense } from "../../models/network/layers.ts";
import { network, type Network } from "../../models/network/network.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { adam } from "../../optim/adam.ts";
import { piecewise } from "../../optim/schedule.ts";
import type { Item } from "../../train/task.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";
import { COUNT, INPUTS, programs, runs, uses } from "./small-programs.ts";
import { mean } from "./mean.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const H = 60;
const STEPS = 16000;
/** Noise on the weights while it learns: programs keep apart, so that one can be cut without another. */
const NOISE = 0.02;
/** Steps of the sequences that it learns from, and the share of the training; then those of the test. */
const LESSONS = [
  [8, 0.4],
  [24, 0.6],
] as const;
const LONG = 100;

/** What the verdict is about. */
export interface TakenApart {
  /** Wrong steps of each program (fraction). */
  readonly wrong: readonly number[];
  /** cut[p][q]: wrong steps of program q where p is cut out. */
  readonly cut: readonly (readonly number[])[];
}

/** Wrong steps by cuts: of programs that use what is cut, or of those that do not. */
const byCuts = ({ cut }: TakenApart, using: boolean): number[] =>
  cut.flatMap((row, p) => row.filter((_, q) => uses[q].includes(p) === using));

export const criteria = [
  atMost("wrong steps of the worst program", 0.01, ({ wrong }: TakenApart) => Math.max(...wrong)),
  atLeast("a program is cut out: wrong steps of it and its users, fewest", 0.05, (m: TakenApart) =>
    Math.min(...byCuts(m, true)),
  ),
  atLeast("a program is cut out: wrong steps of it and its users, mean", 0.2, (m: TakenApart) =>
    mean(byCuts(m, true)),
  ),
  atMost("a program is cut out: wrong steps of the others, mean", 0.05, (m: TakenApart) =>
    mean(byCuts(m, false)),
  ),
];

const spec = { input: INPUTS, loss: "bernoulli" } as const;
const layers = [rnn(H, { init: { recurrent: orthogonal(1), input: normal(0.3) } }), dense(COUNT)];

const dataOf = (net: Network, name: string): Float64Array =>
  Float64Array.from(net.parameters.find((parameter) => parameter.name === name)!.data);

/** Wrong steps of each program (fraction). */
function wrongSteps(net: Network, items: readonly Item[]): number[] {
  const answers = net.predict(items.map(({ input }) => input));
  const wrong = programs.map(() => 0);
  let steps = 0;
  items.forEach(({ target }, i) => {
    steps += target.length / COUNT;
    for (let k = 0; k < target.length; ++k)
      wrong[k % COUNT] += Number(answers[i][k] > 0.5 !== target[k] > 0.5);
  });
  return wrong.map((count) => count / steps);
}

/** The mean m of the hidden units [H], and for each program d and w [H]. */
interface Directions {
  readonly mean: Float64Array;
  readonly of: readonly Float64Array[];
  readonly reads: readonly Float64Array[];
}

/** The hidden units of the net as the outputs of one of their own. */
async function directions(net: Network, items: readonly Item[]): Promise<Directions> {
  const bare = await network({ input: INPUTS, layers: layers.slice(0, 1), loss: "squared" });
  for (const parameter of bare.parameters) parameter.set(dataOf(net, parameter.name));
  const states = bare.predict(items.map(({ input }) => input)).flatMap((h) => Array.from(h));
  bare.dispose();
  const rows = states.length / H;
  const targets = items.flatMap(({ target }) => Array.from(target));
  const centers = programs.map((_, p) => {
    let sum = 0;
    for (let r = 0; r < rows; ++r) sum += targets[r * COUNT + p];
    return sum / rows;
  });
  const regressors = Float64Array.from({ length: rows * (COUNT + 1) }, (_, k) => {
    const p = (k % (COUNT + 1)) - 1;
    return p < 0 ? 1 : targets[Math.floor(k / (COUNT + 1)) * COUNT + p] - centers[p];
  });
  const algebra = new Algebra(await inferenceEngine());
  const { solution } = leastSquares(
    "7a-9",
    new Matrix(algebra, rows, COUNT + 1, regressors),
    new Matrix(algebra, rows, H, Float64Array.from(states)),
  );
  const row = (matrix: Matrix, p: number): Float64Array => matrix.data.slice(p * H, (p + 1) * H);
  const of = programs.map((_, p) => row(solution, p + 1));
  const D = new Matrix(
    algebra,
    H,
    COUNT,
    Float64Array.from({ length: H * COUNT }, (_, k) => of[k % COUNT][Math.floor(k / COUNT)]),
  );
  const inverse = leastSquares("7a-9", D, Matrix.identity(algebra, H)).solution;
  return { mean: row(solution, 0), of, reads: programs.map((_, p) => row(inverse, p)) };
}

/** A net without program p: W ← W - w·(dᵀ·W) of all that reads the hidden units, b ← b + (w·m)·(dᵀ·W). */
async function without(net: Network, { mean, of, reads }: Directions, p: number): Promise<Network> {
  const made = await network({ ...spec, layers });
  const [d, w] = [of[p], reads[p]];
  const middle = w.reduce((sum, v, j) => sum + v * mean[j], 0);
  const kept: Record<string, Float64Array> = {};
  for (const [matrix, bias, columns] of [
    ["rnn1.Wh", "rnn1.b", H],
    ["dense2.W", "dense2.b", COUNT],
  ] as const) {
    const W = dataOf(net, matrix);
    const b = dataOf(net, bias);
    for (let c = 0; c < columns; ++c) {
      let through = 0;
      for (let j = 0; j < H; ++j) through += d[j] * W[j * columns + c];
      for (let j = 0; j < H; ++j) W[j * columns + c] -= w[j] * through;
      b[c] += middle * through;
    }
    Object.assign(kept, { [matrix]: W, [bias]: b });
  }
  for (const parameter of made.parameters) parameter.set(kept[parameter.name] ?? dataOf(net, parameter.name));
  return made;
}

/** A trained net, and the net without each of its programs. */
async function takeApart(net: Network, items: readonly Item[]): Promise<TakenApart & { found: Directions }> {
  const found = await directions(net, items);
  const cut: number[][] = [];
  for (let p = 0; p < COUNT; ++p) {
    const rest = await without(net, found, p);
    cut.push(wrongSteps(rest, items));
    rest.dispose();
  }
  return { wrong: wrongSteps(net, items), cut, found };
}

/** A matrix by program, [rows,COUNT], rows from `from` on. */
function programPlot(
  {
    title,
    note,
    label,
    axes: [x, y],
  }: { title: string; note: string; label: string; axes: [string, string] },
  { values, rows, from, range }: { values: number[]; rows: number; from: number; range?: [number, number] },
): Figure {
  const place = { rows, columns: COUNT, x: [0.5, COUNT + 0.5] as const, y: [from, from + rows] as const };
  const frame = { x: { label: x }, y: { label: y }, width: 560, height: 500 };
  return plot({ title, note, ...frame, marks: [{ kind: "raster", values, ...place, range, label }] });
}

function drawn(cut: readonly (readonly number[])[], found: Directions): string {
  const names = programs.map((name, p) => `${p + 1} ${name}`).join(", ");
  const home = (j: number): number => {
    const sizes = found.of.map((d) => Math.abs(d[j]));
    return sizes.indexOf(Math.max(...sizes));
  };
  const order = Array.from({ length: H }, (_, j) => j).sort((i, j) => home(i) - home(j) || i - j);
  const ofCuts = programPlot(
    {
      title: "Programs that are cut out of a net",
      note:
        `Wrong steps where one program is cut out of the hidden units: ${names}. ` +
        "4 uses 1 and 2, 5 uses 1 and 3, 6 all.",
      label: "wrong steps (fraction)",
      axes: ["program that is asked", "program that is cut out"],
    },
    { values: cut.flat(), rows: COUNT, from: 0.5, range: [0, 0.5] },
  );
  const where = programPlot(
    {
      title: "Which units hold which program",
      note:
        `How far a program's state moves each of ${H} units; units in the order of the program that ` +
        "moves them most.",
      label: "change of the unit",
      axes: ["program", "unit"],
    },
    { values: order.flatMap((j) => found.of.map((d) => Math.abs(d[j]))), rows: H, from: 0 },
  );
  return svg(panels([ofCuts, where]));
}

async function learned(context: LectureContext): Promise<Network> {
  const net = await network({ ...spec, layers, seed: context.seed });
  const rate = piecewise([
    [0, 0.004],
    [0.7 * STEPS, 0.001],
    [0.9 * STEPS, 0.0002],
  ]);
  let done = 0;
  for (const [T, share] of LESSONS) {
    const data = { batch: (n: number, random: Random) => runs(n, T, random) };
    const first = done === 0 ? { optimizer: adam({ rate, clip: 1 }) } : {};
    const part = { from: 0.9 * done, to: 0.9 * (done + share), note: `${T} steps:` };
    await follow(context, net, data, { ...first, batch: 16, weightNoise: NOISE, steps: share * STEPS }, part);
    done += share;
  }
  return net;
}

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, log, progress } = context;
  log(`${H} tanh units learn ${COUNT} programs of ${INPUTS} streams of bits: ${programs.join(", ")}.`);
  const net = await learned(context);
  const items = runs(200, LONG, new Random(net.engine, seed, streams.experimentTest));
  progress(0.9, "taking the net apart");
  const { found, ...measured } = await takeApart(net, items);
  net.dispose();
  const numbers: Record<string, number> = {};
  programs.forEach((name, q) => (numbers[`${name}: wrong steps (fraction)`] = measured.wrong[q]));
  programs.forEach((name, p) =>
    programs.forEach((other, q) => {
      if (p !== q && uses[q].includes(p))
        numbers[`${name} cut out: wrong steps of ${other}`] = measured.cut[p][q];
    }),
  );
  return { numbers, ...decide(criteria, measured), figure: drawn(measured.cut, found) };
};
