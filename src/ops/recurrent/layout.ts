/**
 * Where a cell's gates, states and partials stand in the buffers of a layer: what plan, forward, vjp and jvp
 * share. A block is [rows,H]; blocks of gates and partials lie side by side in a row, those of states one
 * plane behind the other.
 */
import type { Ptr } from "../../wasm/kernels.ts";
import type { Frame } from "../../graph/op.ts";
import { partialCount, type Cell, type MaskPlace, type Port, type Stage } from "./cell.ts";

/** Places of the inputs x, start, Wx, Wh, b and, with peepholes, peep. */
export const WX = 2;
export const WH = 3;

/** The frame of a recurrent layer. */
export type RecurrentFrame = Frame<
  "pre" | "partials" | "old" | "inner" | "dold" | "dnow" | "masks",
  "pre" | "old" | "inner"
>;

/**
 * An edge with its place: block `partial` of the partials, row `peephole` of the peephole weights, or a mask;
 * the others are -1 and undefined.
 */
export interface PlacedEdge {
  readonly from: Port;
  readonly to: Port;
  readonly partial: number;
  readonly peephole: number;
  readonly mask?: MaskPlace;
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
    const edges = stage.edges.map(([from, to, by]) => ({
      from,
      to,
      partial: by === undefined ? partial++ : -1,
      peephole: typeof by === "number" ? by : -1,
      mask: typeof by === "object" ? by : undefined,
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

/** [·,H] a mask from sequence `first` or row `row` on: rows of B sequences, then rows of N steps. */
export function maskAt(
  { cell }: Layout,
  f: RecurrentFrame,
  { per, index }: MaskPlace,
  first: number,
  row: number,
): Ptr {
  const { rows: N, columns: H, packing } = f.shape;
  const B = packing.sequences;
  const place = per === "sequence" ? index * B + first : cell.masks!.sequence * B + index * N + row;
  return f.at(f.kept.masks, place * H);
}

/** [·,H] what an edge multiplies by, element by element, and its row stride: a partial or a mask. */
export function factorAt(
  layout: Layout,
  f: RecurrentFrame,
  { partial, mask }: PlacedEdge,
  first: number,
  row: number,
): { factor: Ptr; stride: number } {
  const H = f.shape.columns;
  if (mask) return { factor: maskAt(layout, f, mask, first, row), stride: H };
  const E = layout.partials;
  return { factor: f.at(f.kept.partials, (row * E + partial) * H), stride: E * H };
}

/** Row stride of a port's block, in blocks of H. */
export const strideOf = (cell: Cell, [kind]: Port): number => (kind === "pre" ? cell.gates.length : 1);
