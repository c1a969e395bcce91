/**
 * A recurrent cell as a table: the kernel of one step, which writes the new state and the step's partial
 * derivatives, and edges that say which column block depends on which. Forward, vjp and jvp of a layer follow
 * from it, so nobody writes a cell's backward pass.
 */
import type { Activation, Kernels, Ptr } from "../../wasm/kernels.ts";
import type { Frame } from "../../graph/op.ts";

/**
 * A [B,H] block of one step: gate block of the pre-activations, state before, state after; or a row [H] of
 * the parameters that each unit has for itself.
 */
export type Port = readonly ["pre" | "old" | "now" | "own", number];
/** A mask of the layer's noise: number `index` of those that have a row a sequence, or a row a step. */
export interface MaskPlace {
  readonly per: "sequence" | "step";
  readonly index: number;
}
/** Number `prepared` of the rows [H] that a cell makes of its units' own parameters, once a pass. */
export interface PreparedPlace {
  readonly prepared: number;
}
/**
 * `to` depends on `from` by the next partial, by row `peephole` of the peephole weights, by a mask, or by a
 * prepared row.
 */
export type Edge =
  | readonly [from: Port, to: Port]
  | readonly [from: Port, to: Port, peephole: number]
  | readonly [from: Port, to: Port, place: MaskPlace | PreparedPlace];

/** The buffers of one step, as a kernel wants them. */
export interface StepBuffers {
  /** [B,G·H] pre-activations. */
  pre: Ptr;
  /** [B,H] for each state block: before the step, and after it. */
  readonly old: Ptr[];
  readonly now: Ptr[];
  /** [B,E·H] the partials of this stage begin here; row stride `partialColumns`. NULL: not wanted. */
  partials: Ptr;
  partialColumns: number;
  /** [peepholes,H] or NULL. */
  peep: Ptr;
  /** [rows,H] what the cell prepared, or NULL. */
  readonly prepared: Ptr;
  /** [B,H] the masks at this step: those with a row a sequence, then those with a row a step. */
  readonly masks: Ptr[];
}

/** Masks that a layer's noise draws before each pass. */
export interface CellMasks {
  /** How many have a row a sequence, and how many a row a step. */
  readonly sequence: number;
  readonly step: number;
  /** Fills sequence [B,H] and step [N,H], each as many times as there are masks. */
  draw(f: Frame, sequence: Ptr, step: Ptr): void;
}

/**
 * Parameters that each unit has for itself, rows [H] side by side, which the cell's kernel reads in a form of
 * its own.
 */
export interface OwnRows {
  /** Of the parameter [1,rows·H], behind the layer's name. */
  readonly name: string;
  /** The role of each row among the initializers, and how its unit j of H begins. */
  readonly rows: readonly { readonly role: "decay" | "phase"; begin(j: number, H: number): number }[];
  /** How many rows `prepare` makes. */
  readonly prepared: number;
  /** out [prepared,H], overwritten, of the rows [rows,H]. */
  prepare(k: Kernels, H: number, rows: Ptr, out: Ptr): void;
}

/** Part of a step: one recurrent product, or none, then one kernel. Most cells have one. */
export interface Stage {
  /** The state that Wh multiplies, and the gate blocks [from, to) that receive it; none where equal. */
  readonly source: Port;
  readonly gates: readonly [number, number];
  /** In the order of evaluation. */
  readonly edges: readonly Edge[];
  step(k: Kernels, B: number, H: number, at: StepBuffers): void;
}

/**
 * One step written with plain layers, as the layered net of `unroll` has it. N stands for [B,H] values: nodes
 * of a graph.
 */
export interface PlainStep<N> {
  /** The state blocks before the step. */
  readonly old: readonly N[];
  /** Gate block `gate` of x·Wx + b, plus its block of source·Wh where the table gives it one. */
  pre(gate: number, source?: N): N;
  plus(a: N, b: N): N;
  /** a ⊙ b */
  times(a: N, b: N): N;
  scaled(factor: number, x: N): N;
  activate(name: Activation, x: N): N;
  /** ln(1 + e^x) */
  softplus(x: N): N;
  /** x ⊙ row `row` of the peephole weights. */
  peephole(row: number, x: N): N;
}

/** A recurrent cell as a table. */
export interface Cell {
  readonly name: string;
  /** Letters of the G gate blocks, in the order of the columns of b; blocks of one letter begin alike. */
  readonly gates: readonly string[];
  /** Biases that do not begin at 0, by gate letter. */
  readonly biases?: Readonly<Record<string, number>>;
  /** Gate blocks [from, to) receive x·Wx. */
  readonly inputGates: readonly [number, number];
  /** S state blocks a unit, the first `carried` of which live on to the next step; block 0 is the output. */
  readonly slots: number;
  readonly carried: number;
  readonly peepholes: number;
  /** Absent in most cells. A cell has peepholes or such rows, not both. */
  readonly own?: OwnRows;
  readonly stages: readonly Stage[];
  readonly masks?: CellMasks;
  /** The step in plain layers: the carried state blocks after it. Absent where plain layers cannot say it. */
  plain?<N>(step: PlainStep<N>): readonly N[];
}

/** E: the number of partials a cell's step writes for each unit. */
export const partialCount = (cell: Cell): number =>
  cell.stages.reduce((sum, stage) => sum + stage.edges.filter((edge) => edge.length === 2).length, 0);

/** Columns of Wh, in gate blocks; 0 where units see nothing of each other's states: there is no Wh. */
export const stateGates = (cell: Cell): number =>
  cell.stages.reduce((sum, stage) => sum + stage.gates[1] - stage.gates[0], 0);
