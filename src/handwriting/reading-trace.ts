/**
 * What goes on in a net that reads a sequence of labels (the rows of 7e-5): which label stands where, the
 * cells' states over time, and the gradient at the inputs of the strongest label's probability.
 */
import { bestPath, type Emission } from "../inference/best-path.ts";
import { ShapeError } from "../wasm/errors.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import { internals } from "../models/network/internals.ts";
import type { Network } from "../models/network/network.ts";
import { lossOf } from "../models/network/spec.ts";
import { partialCount, type Cell } from "../ops/recurrent/cell.ts";
import { packing } from "../graph/packing.ts";
import type { Tape } from "../graph/tape.ts";

/** States of one recurrent layer. */
export interface CellTrace {
  /** The layer's, as its parameters begin: "lstm1". */
  readonly name: string;
  /** Columns of `states`. */
  readonly units: number;
  /**
   * [S,units] the memory cells (or the outputs, where a cell has no state beside), one row for each step of
   * the layer.
   */
  readonly states: Floats;
  /** [S,units] the forget gates, 0 where a cell is reset: dc/dc₀ of cells that have a memory. */
  readonly forget?: Floats;
  /** Steps of the input that one step of the layer stands for. */
  readonly stride: number;
}

/** One sequence read. */
export interface ReadingTrace {
  /** T, steps of the input. */
  readonly steps: number;
  /** I, reals a step of the input. */
  readonly width: number;
  /** [S,K] probabilities of the classes at the steps of the output. */
  readonly output: Floats;
  /** Steps of the input that one step of the output stands for. */
  readonly stride: number;
  /** Labels on the best path, at steps of the output. */
  readonly emissions: readonly Emission[];
  /** One for each recurrent layer, from the input on. */
  readonly cells: readonly CellTrace[];
  /** dx [T,I] of Σ ln p(label) over the emission's steps: which inputs would make this label more certain. */
  gradient(emission: Emission): Floats;
  /** Gives its memory back; the arrays stay. */
  dispose(): void;
}

/** Steps of the input that one step of a node stands for: the joins on the way to it. */
function strideAt(net: Network, id: number): number {
  const node = internals(net).built.graph.node(id);
  const from = node.inputs[0];
  if (from === undefined) return 1;
  return strideAt(net, from) * (node.op?.stride ?? 1);
}

/** The forget gates [rows,H] among the partials [rows,E·H] of a layer's steps: block dc/dc₀ of each row. */
function forgetGates(cell: Cell, partials: Floats, H: number): { forget?: Floats } {
  const edges = cell.stages.flatMap((stage) => stage.edges.filter((edge) => edge.length === 2));
  const block = edges.findIndex(
    ([[from, a], [to, b]]) => from === "old" && to === "now" && a === 1 && b === 1,
  );
  if (block < 0) return {};
  const E = edges.length;
  const rows = partials.length / (E * H);
  const forget = Float64Array.from(
    { length: rows * H },
    (_, i) => partials[Math.floor(i / H) * E * H + block * H + (i % H)],
  );
  return { forget };
}

/** Reads input [T,I] with a net whose loss is ctc, and keeps what happened until `dispose`. */
export function readingTrace(net: Network, input: ArrayLike<number>): ReadingTrace {
  const { graph, output, recurrent } = internals(net).built;
  const width = graph.node(0).columns;
  const steps = input.length / width;
  const { name: loss } = lossOf(net.spec.loss);
  if (loss !== "ctc") throw new ShapeError(`readingTrace: the net's loss is ${loss}, want ctc`);
  if (!Number.isInteger(steps) || steps < 1)
    throw new ShapeError(
      `readingTrace: ${input.length} values, want a multiple of ${width}, the inputs a step`,
    );
  const { memory, kernels: k } = net.engine;
  const tape: Tape = internals(net).tape({ inputAdjoints: [0] });
  const arena = new Arena(memory);
  const x = arena.reals(steps * width);
  const gradient = arena.reals(graph.size);
  memory.reals(x, steps * width).set(input);
  tape.plan(packing([steps]), new Map([[0, x]]));
  tape.forward();
  const { rows: S, columns: K } = tape.shape(output);
  const y = arena.reals(S * K);
  k.softmaxProbabilities(S, K, tape.value(output), y);
  const probabilities = memory.reals(y, S * K).slice();
  return {
    steps,
    width,
    output: probabilities,
    stride: strideAt(net, output),
    emissions: bestPath(probabilities, K),
    cells: recurrent.map(({ node, name, cell }) => {
      const { rows, columns } = tape.shape(node);
      const partials = memory.reals(tape.trace(node, "partials"), rows * columns * partialCount(cell));
      return {
        name,
        units: columns,
        states: memory.reals(tape.trace(node, "state"), rows * columns).slice(),
        ...forgetGates(cell, partials, columns),
        stride: strideAt(net, node),
      };
    }),
    gradient({ label, from, to }) {
      tape.vjp(gradient, () => {
        const dz = memory.reals(tape.adjoint(output), S * K);
        for (let s = from; s < to; ++s)
          for (let j = 0; j < K; ++j) dz[s * K + j] += (j === label ? 1 : 0) - probabilities[s * K + j];
      });
      return memory.reals(tape.adjoint(0), steps * width).slice();
    },
    dispose() {
      tape.dispose();
      arena.dispose();
    },
  };
}
