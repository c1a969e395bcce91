/**
 * The slide's memory cell, set by hand: write, keep, read, and the way back. And each gate alone: a cell that
 * does not write, does not keep or does not read gives nothing.
 */
import { memoryCell, writeKeepRead } from "../../analysis/memory-cell.ts";
import { plot } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import type { Run } from "./experiment.ts";
import { atMost, decide } from "./verdict.ts";

const STEPS = 500;
const VALUE = 0.6;
const T = STEPS + 2;

/** What the verdict is about. */
export interface Cell {
  /** What is read after 500 steps, and tanh(tanh(value)). */
  readonly read: number;
  readonly want: number;
  /** Largest output while the value is only kept. */
  readonly silent: number;
  /** The derivative at the write over that of a write and a read with no steps between. */
  readonly back: number;
  /** Largest output where one gate never opens. */
  readonly unwritten: number;
  readonly unkept: number;
  readonly unread: number;
}

export const criteria = [
  atMost("read after 500 steps against tanh(tanh(value)), off by", 1e-5, (m: Cell) =>
    Math.abs(m.read - m.want),
  ),
  atMost("largest output while kept", 1e-6, (m: Cell) => m.silent),
  atMost("derivative over 500 steps against that over none, off by", 1e-4, (m: Cell) => Math.abs(m.back - 1)),
  atMost("the write gate never on: largest output", 1e-5, (m: Cell) => m.unwritten),
  atMost("the keep gate off for one step: largest output", 1e-5, (m: Cell) => m.unkept),
  atMost("the read gate never on: largest output", 1e-5, (m: Cell) => m.unread),
];

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));

const lane = ["#4d5761", "#d1500f", "#0a8a63", "#b0428a", "#0b66b0"];

/** Gates and output around the write and around the read, with what happens between left out. */
function drawn(input: Float64Array, h: ArrayLike<number>): string {
  const names = ["value offered", "write gate", "keep gate", "read gate", "output"];
  const of = (k: number, t: number): number => (k < 4 ? input[4 * t + k] : h[t]);
  const part = (title: string, note: string, from: number, to: number): Figure => {
    const x = Array.from({ length: to - from }, (_, i) => from + i);
    return plot({
      title,
      note,
      x: { label: "step", range: [from - 1, to] },
      y: { range: [-5.2, 1.2], ticks: names.map((label, k) => ({ at: 0.5 - 1.25 * k, label })) },
      width: 560,
      height: 420,
      marks: names.flatMap((_, k) => {
        // each in a lane of its own, its zero a thin line
        const foot = k === 0 || k === 4 ? 0.5 - 1.25 * k : -1.25 * k;
        const tall = k === 0 || k === 4 ? 0.5 : 0.9;
        return [
          { kind: "line" as const, x: [from - 1, to], y: [foot, foot], color: "#c5ccd4", width: 1 },
          { kind: "line" as const, x, y: x.map((t) => foot + tall * of(k, t)), color: lane[k], width: 1 },
          { kind: "points" as const, x, y: x.map((t) => foot + tall * of(k, t)), color: lane[k], size: 3.2 },
        ];
      }),
    });
  };
  return svg(
    panels([
      part(
        "A memory cell: written at step 0",
        `The value ${VALUE} is written; then only the keep gate is on.`,
        0,
        20,
      ),
      part(
        `… and read at step ${T - 1}`,
        "Other values pass by and do not get in; the output is tanh of what was kept.",
        T - 20,
        T,
      ),
    ]),
  );
}

export const run: Run = async ({ log }) => {
  const net = await memoryCell();
  const input = writeKeepRead(VALUE, STEPS, (t) => Math.sin(t / 3));
  const want = Math.tanh(Math.tanh(VALUE));
  log(
    `The value ${VALUE} is written at step 0, kept for ${STEPS} steps while other values pass by, and read.`,
  );
  const [h] = net.predict([input]);
  const weight = new Float32Array(T);
  weight[T - 1] = 1;
  const { gradient } = net.gradient([{ input, target: new Float64Array(T), weight }]);
  const back = gradient.find(({ name }) => name === "lstm1.Wx")!.data[2];
  const g = Math.tanh(VALUE);
  const straight = want * (1 - want * want) * (1 - g * g) * VALUE;
  /** Largest output where a gate is off at some steps. */
  const without = (gate: number, off: (t: number) => boolean): number =>
    largest(net.predict([input.map((v, i) => (i % 4 === gate && off(Math.floor(i / 4)) ? 0 : v))])[0]);
  const measured: Cell = {
    read: h[T - 1],
    want,
    silent: largest(h.subarray(0, T - 1)),
    back: back / straight,
    unwritten: without(1, () => true),
    unkept: without(2, (t) => t === 250),
    unread: without(3, () => true),
  };
  net.dispose();
  return {
    numbers: {
      read: measured.read,
      "tanh(tanh(value))": want,
      "largest output while kept": measured.silent,
      "derivative at the write": back,
      "as if there were no steps between": straight,
      "of it comes back": measured.back,
      "write gate never on: largest output": measured.unwritten,
      "keep gate off at step 250: largest output": measured.unkept,
      "read gate never on: largest output": measured.unread,
    },
    ...decide(criteria, measured),
    figure: drawn(input, h),
  };
};
