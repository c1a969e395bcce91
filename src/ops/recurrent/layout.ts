/**
 * Where a cell's gates, states and partials stand in the buffers of a layer: what plan, forward, vjp and jvp
 * share. A block is [rows,H]; blocks of gates and partials lie side by side in a row, those of states one
 * plane behind the other.
 */
import type { Ptr } from "../../wasm/kernels.ts";
import type { Frame } from "../../graph/op.ts";
import { partialCount, type Cell, type Port, type Stage } from "./cell.ts";

/** Places of the inputs x, start, Wx, Wh, b and, with peepholes, peep. */
export const WX = 2;
export const WH = 3;

/** The frame of a recurrent layer. */
export type RecurrentFrame = Frame<
  "pre" | "partials" | "old" | "inner" | "dold" | "dnow",
  "pre" | "old" | "inner"
>;

/** An edge with its place: block `partial` of the partials, or row `peephole` of the peephole weights; -1. */
export interface PlacedEdge {
  readonly from: Port;
  readonly to: Port;
  readonly partial: number;
  readonly peephole: number;
}

/** A stage with its places: its block `column` of Wh, `width` blocks; its first partial. */
export interface PlacedStage {
  readonly stage: Stage;
  readonly edges: readonly PlacedEdge[];
  readonly column: number;
  readonly width: number;
  readonly partial: number;
}

/** A cell in a layer. */
export interface Layout {
  readonly cell: Cell;
  /** The layer in errors. */
  readonly name: string;
  /** From each sequence's last step to its first. */
  readonly reverse: boolean;
  /** E: partials a unit. */
  readonly partials: number;
  readonly stages: readonly PlacedStage[];
  /** The edges of all stages. */
  readonly edges: readonly PlacedEdge[];
}

/** The layout of a cell, its partials in the order in which the kernels write them. */
export function layOut(cell: Cell, reverse: boolean): Layout {
  let column = 0;
  let partial = 0;
  const stages = cell.stages.map((stage): PlacedStage => {
    const placed = { column, width: stage.gates[1] - stage.gates[0], partial };
    const edges = stage.edges.map(([from, to, peephole]) => ({
      from,
      to,
      partial: peephole === undefined ? partial++ : -1,
      peephole: peephole ?? -1,
    }));
    column += placed.width;
    return { stage, edges, ...placed };
  });
  return {
    cell,
    name: `recurrent(${cell.name})`,
    reverse,
    partials: partialCount(cell),
    stages,
    edges: stages.flatMap(({ edges }) => edges),
  };
}

/** Block s of planes [blocks,rows,H]. */
export const plane = (f: Frame, base: Ptr, s: number, rows: number): Ptr =>
  f.at(base, s * rows * f.shape.columns);

/** [N,H] state block s after all steps: block 0 is the output, the others stand in `inner`. */
export const stateAfter = (f: RecurrentFrame, s: number): Ptr =>
  s === 0 ? f.y : plane(f, f.kept.inner, s - 1, f.shape.rows);

/** [N,H] tangent of state block s after all steps. */
export const tangentAfter = (f: RecurrentFrame, s: number): Ptr =>
  s === 0 ? f.ry : plane(f, f.tangents.inner, s - 1, f.shape.rows);

/** [N,H] the state that a stage's product or a peephole reads, at all steps. */
export const sourceOf = (f: RecurrentFrame, [kind, s]: Port): Ptr =>
  kind === "old" ? plane(f, f.kept.old, s, f.shape.rows) : stateAfter(f, s);

/** Row stride of a port's block, in blocks of H. */
export const strideOf = (cell: Cell, [kind]: Port): number => (kind === "pre" ? cell.gates.length : 1);
