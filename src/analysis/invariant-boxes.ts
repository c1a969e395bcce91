/**
 * A proof that a recurrent net runs an automaton on inputs of every length, by interval arithmetic. Each
 * pattern of hidden activity has a box; every box must go into the box of its successor on every symbol, and
 * print one thing. Then, by induction over the steps, the activity never leaves the boxes, and net and
 * automaton print the same for ever.
 *
 *   h' = f(x·Wx + h·Wh + b) with rising f: low' = f(x·Wx + b + Σ_j min(low_j·W_j, high_j·W_j)), high' alike
 *   with max
 *
 * Boxes are computed in f64 and widened by SLACK on each side, far more than the rounding of the net's own
 * precision.
 */
import { OptionError } from "../wasm/errors.ts";
import { engine } from "../wasm/engine.ts";
import { elementwise } from "../wasm/elementwise.ts";
import { activationCodes } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { Moore } from "../inference/moore.ts";
import { compareMoore } from "../inference/moore.ts";
import type { FiniteTask } from "../train/task.ts";
import type { Network } from "../models/network/network.ts";

/** Bounds of each unit [H]. */
export interface Box {
  /** [H] */
  readonly low: number[];
  /** [H] */
  readonly high: number[];
}

/** The result of the proof. */
export interface Invariance {
  /** Whether net and the task's automaton print the same on inputs of every length. */
  readonly proven: boolean;
  /** The boxes that the activities never leave. */
  readonly boxes: readonly Box[];
  /** What failed, where the proof did not go through. A failed proof is no disproof. */
  readonly reason?: string;
}

/** Widening of every bound: 64 roundings of a float32 near 1. */
const SLACK = 64 * 2 ** -23;
/** Extra growth of a box that has to grow. */
const GROWTH = 1e-4;
/** Levels a unit, boxes, and rounds of growing them: a net that needs more does not settle. */
const MAX_LEVELS = 16;
const MAX_BOXES = 500;
const MAX_ROUNDS = 60;

/** The one-layer net h' = f(x·Wx + h·Wh + b), z = h·W + c. */
interface Equations {
  I: number;
  H: number;
  O: number;
  Wx: ArrayLike<number>;
  Wh: ArrayLike<number>;
  b: ArrayLike<number>;
  start: ArrayLike<number>;
  W: ArrayLike<number>;
  c: ArrayLike<number>;
  activation: "tanh" | "logistic";
}

function equations(net: Network): Equations {
  const [first, second] = net.spec.layers;
  const { input } = net.spec;
  if (
    net.spec.layers.length !== 2 ||
    first.type !== "rnn" ||
    first.leak !== 1 ||
    first.zoneout ||
    second.type !== "dense" ||
    second.activation !== "identity" ||
    (first.activation !== "tanh" && first.activation !== "logistic") ||
    typeof input !== "number" ||
    first.given?.length
  ) {
    throw new OptionError(
      `invariantBoxes: layers are ${net.spec.layers.map((l) => l.type).join(", ")}, want [rnn(H) ` +
        "with tanh or logistic units, dense(O)] on real inputs",
    );
  }
  const data = new Map(net.parameters.map((p) => [p.name, Array.from(p.data)]));
  const H = first.units;
  const O = second.units;
  return {
    I: input,
    H,
    O,
    Wx: data.get("rnn1.Wx")!,
    Wh: data.get("rnn1.Wh")!,
    b: data.get("rnn1.b")!,
    start: data.get("rnn1.state") ?? new Array<number>(H).fill(0),
    W: data.get("dense2.W")!,
    c: data.get("dense2.b") ?? new Array<number>(O).fill(0),
    activation: first.activation,
  };
}

/** Bounds of Σ_j h_j·W[j][k] + base over the box, for each column k of W [H,K]. */
function product(box: Box, W: ArrayLike<number>, K: number, base: (k: number) => number): Box {
  const low: number[] = [];
  const high: number[] = [];
  for (let k = 0; k < K; ++k) {
    let min = base(k);
    let max = min;
    for (let j = 0; j < box.low.length; ++j) {
      const a = box.low[j] * W[j * K + k];
      const b = box.high[j] * W[j * K + k];
      min += Math.min(a, b);
      max += Math.max(a, b);
    }
    low.push(min - SLACK * (1 + Math.abs(min)));
    high.push(max + SLACK * (1 + Math.abs(max)));
  }
  return { low, high };
}

const within = (inner: Box, outer: Box): boolean =>
  inner.low.every((v, j) => v >= outer.low[j] && inner.high[j] <= outer.high[j]);
const hull = (a: Box, b: Box): Box => ({
  low: a.low.map((v, j) => Math.min(v, b.low[j])),
  high: a.high.map((v, j) => Math.max(v, b.high[j])),
});
/** The cell of the cube, cut into `levels` a unit, that holds the middle of a box. */
const cell = (box: Box, levels: number, min: number): string =>
  box.low
    .map((v, j) => Math.min(levels - 1, Math.floor((((v + box.high[j]) / 2 - min) / (1 - min)) * levels)))
    .join(" ");

/** Boxes that no step leaves, box 0 the initial state, and the successors of each; or why there are none. */
function settle(
  start: Box,
  image: (box: Box, symbol: number) => Box,
  symbols: number,
  cellOf: (box: Box) => string,
): { boxes: Box[]; next: number[][]; reason?: string } {
  const boxes = [start];
  const next: number[][] = [];
  const place = new Map<string, number>();
  for (let round = 0, grown = true; grown; ++round) {
    grown = false;
    for (let p = 0; p < boxes.length; ++p) {
      next[p] ??= [];
      for (let a = 0; a < symbols; ++a) {
        const box = image(boxes[p], a);
        const key = cellOf(box);
        // once a successor is chosen it stays: the proof needs some successor, the same in every round
        const q = (next[p][a] ??= place.get(key) ?? (place.set(key, boxes.length), boxes.push(box) - 1));
        if (within(box, boxes[q])) continue;
        // and a little more, so that growth by ever smaller steps comes to an end
        const wider = hull(boxes[q], box);
        boxes[q] = { low: wider.low.map((v) => v - GROWTH), high: wider.high.map((v) => v + GROWTH) };
        grown = true;
      }
    }
    if (boxes.length > MAX_BOXES || round > MAX_ROUNDS)
      return { boxes, next, reason: `${boxes.length} boxes still grow after ${round} rounds` };
  }
  return { boxes, next };
}

/**
 * Grows boxes from the net's initial state until nothing leaves them, then compares the machine of the boxes
 * with the task's machine. Activities in the same cell of the cube share a box; cells are halved while the
 * proof does not go through. For nets of one rnn layer, tanh or logistic, and one dense layer.
 */
export async function invariantBoxes(net: Network, task: FiniteTask): Promise<Invariance> {
  const e = equations(net);
  const float64 = await engine("float64");
  const { kernels: k, memory } = float64;
  const logistic = (z: readonly number[]): Float64Array => elementwise(float64, "mapLogistic", z);
  const arena = new Arena(memory);
  const bounds = arena.reals(2 * e.H);
  const activate = (box: Box): Box => {
    memory.reals(bounds, 2 * e.H).set([...box.low, ...box.high]);
    k.activate(activationCodes[e.activation], 2 * e.H, bounds, bounds);
    const y = Array.from(memory.reals(bounds, 2 * e.H));
    return { low: y.slice(0, e.H).map((v) => v - SLACK), high: y.slice(e.H).map((v) => v + SLACK) };
  };
  const inputs = task.machine.symbols.map((_, a) => {
    const x = task.encode(a);
    return Array.from({ length: e.H }, (_, j) =>
      Array.from(x).reduce((sum, value, i) => sum + value * e.Wx[i * e.H + j], e.b[j]),
    );
  });
  // outputs rise with z, so that a box of z becomes a box of predictions
  const predict = (z: Box): Box =>
    task.loss === "bernoulli" ? { low: Array.from(logistic(z.low)), high: Array.from(logistic(z.high)) } : z;
  const image = (box: Box, a: number): Box => activate(product(box, e.Wh, e.H, (j) => inputs[a][j]));
  try {
    let result: Invariance = { proven: false, boxes: [] };
    for (let levels = 2; levels <= MAX_LEVELS && !result.proven; levels *= 2) {
      const start = { low: Array.from(e.start), high: Array.from(e.start) };
      const { boxes, next, reason } = settle(start, image, inputs.length, (box) =>
        cell(box, levels, e.activation === "tanh" ? -1 : 0),
      );
      result = reason
        ? { proven: false, boxes, reason }
        : compareBoxes(boxes, next, task, (box) => predict(product(box, e.W, e.O, (o) => e.c[o])));
    }
    return result;
  } finally {
    arena.dispose();
  }
}

/** Whether the machine that the boxes are prints what the task's machine prints. */
function compareBoxes(
  boxes: readonly Box[],
  next: readonly (readonly number[])[],
  task: FiniteTask,
  readout: (box: Box) => Box,
): Invariance {
  const outputs = boxes.map((box, p) => (p === 0 ? undefined : printOf(task, readout(box))));
  const open = outputs.findIndex((output, p) => p > 0 && output === undefined);
  if (open > 0)
    return { proven: false, boxes, reason: `box ${open} reaches over both sides of an output's threshold` };
  const machine: Moore = { symbols: task.machine.symbols, start: 0, outputs, next };
  const { equal, counterexample } = compareMoore(machine, task.machine);
  return {
    proven: equal,
    boxes: boxes.slice(1),
    ...(equal ? {} : { reason: `the boxes print something else after ${counterexample!.join(" ")}` }),
  };
}

/**
 * What all of a box of predictions prints, or undefined if its corners print different things. Outputs are
 * thresholded one by one, so that the corners beside the lowest one tell of all.
 */
function printOf(task: FiniteTask, box: Box): string | undefined {
  const lowest = task.print(box.low);
  const same = box.low.every(
    (_, o) => task.print(box.low.map((v, i) => (i === o ? box.high[o] : v))) === lowest,
  );
  return same ? lowest : undefined;
}
