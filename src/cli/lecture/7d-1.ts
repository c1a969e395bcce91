/**
 * 7d-1: the backward pass as a linear map: scaled final derivatives scale every derivative, bit for bit; the
 * forward pass does not do that.
 */
import { internals } from "../../models/network/internals.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { bidirectional, dense, type Layer } from "../../models/network/layers.ts";
import { gru, lstm, rnn } from "../../models/network/recurrent-layers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { Arena } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

const T = 30;
const O = 2;
const BATCH = 4;
const cells: [string, Layer][] = [
  ["rnn", rnn(8)],
  ["lstm", lstm(8)],
  ["gru", gru(8)],
  ["bidirectional lstm", bidirectional(lstm(5))],
];

/**
 * All derivatives that belong to given final ones, at the net's activities on some input; and the outputs.
 */
function backward(
  net: Network,
  random: Random,
): {
  outputs(scale: number): number[];
  derivatives(final: (i: number) => number): number[];
  rows: number;
  free(): void;
} {
  const arena = new Arena(net.engine.memory);
  const { memory } = net.engine;
  const { built, inspect, tape: open } = internals(net);
  const tape = open();
  const node = built.output;
  const input = Array.from({ length: BATCH }, () =>
    Float64Array.from({ length: 2 * T }, () => random.normal()),
  );
  const g = arena.reals(net.size);
  const rows = T * BATCH;
  inspect(
    input.map((x) => ({ input: x, target: new Float64Array(T * O) })),
    (_, batch) => tape.plan(batch.packing, batch.inputs),
  );
  tape.forward();
  return {
    rows,
    outputs: (scale) => net.predict(input.map((x) => x.map((v) => v * scale))).flatMap((y) => Array.from(y)),
    derivatives(final) {
      tape.vjp(g, () => {
        const d = memory.reals(tape.adjoint(node), rows * O);
        for (let i = 0; i < rows * O; ++i) d[i] += final(i);
      });
      return Array.from(memory.reals(g, net.size));
    },
    free: () => {
      tape.dispose();
      arena.dispose();
    },
  };
}

/** Derivatives and outputs, once and doubled, of one net. */
interface Doubled {
  readonly once: number[];
  readonly twice: number[];
  readonly outputs: number[];
  readonly outputsOfTwice: number[];
}

/** What one net shows, by name; and its points for the figure. */
function measure(
  net: Network,
  name: string,
  seed: number,
): { numbers: Record<string, number>; doubled: Doubled; undoubled: number; additive: number } {
  const random = new Random(net.engine, seed, streams.experiment);
  const pass = backward(net, random);
  const first = Float64Array.from({ length: pass.rows * O }, () => random.normal());
  const second = first.map(() => random.normal());
  const once = pass.derivatives((i) => first[i]);
  const twice = pass.derivatives((i) => 2 * first[i]);
  const other = pass.derivatives((i) => second[i]);
  const sum = pass.derivatives((i) => first[i] + second[i]);
  const size = Math.max(...sum.map(Math.abs));
  const off = Math.max(...sum.map((d, i) => Math.abs(d - once[i] - other[i])));
  const doubled = { once, twice, outputs: pass.outputs(1), outputsOfTwice: pass.outputs(2) };
  pass.free();
  const undoubled = once.filter((d, i) => twice[i] !== 2 * d).length;
  return {
    doubled,
    undoubled,
    additive: off / size,
    numbers: {
      [`${name}: derivatives not doubled to the last bit`]: undoubled,
      [`${name}: sum of two passes against the pass of the sum`]: off / size,
    },
  };
}

/** How far the outputs for a doubled input are from doubled outputs, relative to the largest one. */
function forwardGap({ outputs, outputsOfTwice }: Doubled): number {
  const off = Math.max(...outputsOfTwice.map((v, i) => Math.abs(v - 2 * outputs[i])));
  return off / Math.max(...outputs.map(Math.abs));
}

/** What the verdict is about, of all cells and precisions. */
export interface Linear {
  /** Derivatives that are not doubled to the last bit. */
  readonly undoubled: number;
  /** Sum of two passes against the pass of the sum, relative; the worst in each precision. */
  readonly float32: number;
  readonly float64: number;
  /** How far outputs for a doubled input are from doubled outputs: the forward pass is not linear. */
  readonly forward: number;
}

export const criteria = [
  exactly("derivatives not doubled to the last bit, all cells", 0, (m: Linear) => m.undoubled),
  atMost("sum of two passes against the pass of the sum, float32", 1e-5, (m: Linear) => m.float32),
  atMost("the same, float64", 1e-13, (m: Linear) => m.float64),
  atLeast("forward: outputs for a doubled input against doubled outputs", 0.1, (m: Linear) => m.forward),
];

function drawn({ once, twice, outputs, outputsOfTwice }: Doubled): string {
  const unit = (values: number[]): number => 1 / Math.max(...values.map(Math.abs));
  const [a, b] = [unit(once), unit(outputs)];
  return svg(
    plot({
      title: "Backward is linear, forward is not",
      note:
        "Twice the final derivatives give exactly twice every derivative; twice the input does not " +
        "give twice the output.",
      x: { label: "once" },
      y: { label: "doubled" },
      marks: [
        { kind: "line", x: [-1, 1], y: [-2, 2], color: "#9aa5b1", dash: true },
        {
          kind: "points",
          x: once.map((v) => v * a),
          y: twice.map((v) => v * a),
          label: "backward: derivatives",
        },
        {
          kind: "points",
          x: outputs.map((v) => v * b),
          y: outputsOfTwice.map((v) => v * b),
          label: "forward: outputs",
          size: 2.5,
        },
      ],
    }),
  );
}

export const run: Run = async ({ seed, progress }): Promise<Outcome> => {
  const numbers: Record<string, number> = {};
  const measured = { undoubled: 0, float32: 0, float64: 0, forward: NaN };
  let figure = "";
  for (const [c, [name, layer]] of cells.entries())
    for (const precision of ["float32", "float64"] as const) {
      const net = await network({ input: 2, layers: [layer, dense(O)], loss: "squared", precision, seed });
      const found = measure(net, `${name}, ${precision}`, seed);
      Object.assign(numbers, found.numbers);
      measured.undoubled += found.undoubled;
      measured[precision] = Math.max(measured[precision], found.additive);
      if (name === "rnn" && precision === "float64") {
        measured.forward = forwardGap(found.doubled);
        numbers["forward, rnn: outputs for a doubled input, relative to doubled outputs, off by"] =
          measured.forward;
        figure = drawn(found.doubled);
      }
      net.dispose();
      progress((c + 1) / cells.length, name);
    }
  return { numbers, ...decide(criteria, measured), figure };
};
