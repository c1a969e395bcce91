/**
 * Where a cell's gates, states and partials stand in the buffers of a layer: what plan, forward, vjp and jvp
 * share. A block is [rows,H]; blocks of gates and partials lie side by side in a row, those of states one
 * plane behind the other.
 */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import type { Frame } from "../../graph/op.ts";
import { partialCount, stateGates, type Cell, type MaskPlace, type Port, type Stage } from "./cell.ts";

/** Places of the inputs x, start, Wx, and of Wh where there is one; then b, and the units' own rows. */
export const WX = 2;
export const WH = 3;

/** An input for each role: values, adjoints or tangents. What a cell does not have is NULL. */
export function roles(cell: Cell, inputs: readonly Ptr[]): Record<"start" | "Wh" | "b" | "own", Ptr> {
  const [, start, , ...rest] = inputs;
  const [Wh, b, own = NULL] = stateGates(cell) > 0 ? rest : [NULL, ...rest];
  return { start, Wh, b, own };
}

/** The frame of a recurrent layer. */
export type RecurrentFrame = Frame<
  "pre" | "partials" | "old" | "inner" | "dold" | "dnow" | "masks" | "prepared",
  "pre" | "old" | "inner"
>;

/**
 * An edge with its place: block `partial` of the partials, row `peephole` of the peephole weights, a prepared
 * row, or a mask; the others are -1 and undefined.
 */
export interface PlacedEdge {
  readonly from: Port;
  readonly to: Port;
  readonly partial: number;
  readonly peephole: number;
  readonly prepared: number;
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
    const edges = stage.edges.map(([from, to, by]): PlacedEdge => ({
      from,
      to,
      partial: by === undefined ? partial++ : -1,
      peephole: typeof by === "number" ? by : -1,
      prepared: typeof by === "object" && "prepared" in by ? by.prepared : -1,
      mask: typeof by === "object" && "per" in by ? by : undefined,
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

/**
 * [·,H] what an edge multiplies by, element by element, and its row stride: a partial, a mask, or the same
 * row [H] for all.
 */
export function factorAt(
  layout: Layout,
  f: RecurrentFrame,
  { partial, mask, prepared, peephole }: PlacedEdge,
  first: number,
  row: number,
): { factor: Ptr; stride: number } {
  const H = f.shape.columns;
  if (mask) return { factor: maskAt(layout, f, mask, first, row), stride: H };
  if (prepared >= 0) return { factor: f.at(f.kept.prepared, prepared * H), stride: 0 };
  if (peephole >= 0) return { factor: f.at(roles(layout.cell, f.x).own, peephole * H), stride: 0 };
  const E = layout.partials;
  return { factor: f.at(f.kept.partials, (row * E + partial) * H), stride: E * H };
}

/** Row stride of a port's block, in blocks of H: 0 where all rows have the same. */
export function strideOf(cell: Cell, [kind]: Port): number {
  if (kind === "own") return 0;
  return kind === "pre" ? cell.gates.length : 1;
}
