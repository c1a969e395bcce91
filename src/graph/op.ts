/**
 * The unit of the tape: a differentiable op on whole packed sequences. Its three maps stand side by side in
 * one file:
 *
 *   forward  y = f(x)        vjp  dx += Jᵀ·dy        jvp  ry = J·rx
 *
 * vjp is linear in dy, so it gives the gradient as well as the second half of a Gauss-Newton product.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Kernels, Ptr } from "../wasm/kernels.ts";
import { ShapeError } from "../wasm/errors.ts";
import type { Packing } from "./packing.ts";

/** Shape of a node's value: [rows, columns]. A parameter has no more than that. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** The sequences that the rows belong to; a parameter has none. */
  readonly packing?: Packing;
  /** V, where the rows are whole numbers below V rather than reals. */
  readonly symbols?: number;
}

/** Shape of what has a row a step, or a row a sequence. */
export interface PackedShape extends Shape {
  readonly packing: Packing;
}

/** Shapes of an op's inputs: the first has rows over time, so that an op knows its sequences. */
export type InputShapes = readonly [PackedShape, ...Shape[]];

/** What an op asks for, given the shapes of its inputs. Sizes in reals, by the names of the buffers. */
export interface Plan<Kept extends string = string, Tangents extends string = string> {
  readonly columns: number;
  readonly packing: Packing;
  /** Buffers filled by forward, kept for vjp and jvp. */
  readonly kept?: Readonly<Record<Kept, number>>;
  /** Of those, the ones that only vjp and jvp read: left out (NULL) when no gradient is wanted. */
  readonly gradientOnly?: readonly Kept[];
  /** Buffers that jvp fills, kept for the vjp that follows. */
  readonly tangents?: Readonly<Record<Tangents, number>>;
  /** Reals kept a sequence from one forward to the next that continues it. */
  readonly carry?: number;
}

/** An op at work on one tape: its buffers and its surroundings. */
export interface Frame<Kept extends string = string, Tangents extends string = string> {
  readonly engine: Engine;
  readonly k: Kernels;
  /** Number of the node on its graph: the random stream of ops that draw. */
  readonly id: number;
  /** Shapes of the inputs and of the output. */
  readonly shapes: InputShapes;
  readonly shape: PackedShape;
  /** Inputs, their adjoints (NULL where none is wanted) and tangents (NULL where there is none). */
  readonly x: readonly Ptr[];
  readonly dx: readonly Ptr[];
  readonly rx: readonly Ptr[];
  /** Output, its adjoint, its tangent. */
  readonly y: Ptr;
  readonly dy: Ptr;
  readonly ry: Ptr;
  /** The buffers of `Plan.kept` and `Plan.tangents`, by name. */
  readonly kept: Readonly<Record<Kept, Ptr>>;
  readonly tangents: Readonly<Record<Tangents, Ptr>>;
  /** Running mode of this pass. */
  readonly mode: Mode;
  /**
   * Weight of structural damping in the vjp that runs: recurrent ops add it to their pre-activations (Martens
   * & Sutskever 2011).
   */
  readonly structural: number;
  /** [B, carry] state from the pass before, overwritten with this pass's last where mode.carry is set. */
  readonly carry: Ptr;
  /**
   * [B, carry] adjoint of the states that this pass left, overwritten by vjp with that of the states it went
   * on from. NULL: states before and after the pass have none.
   */
  readonly dcarry: Ptr;
  /**
   * Packed panels of columns [from, from+columns) of matrix input i, as is (for x·W) or transposed (for
   * dy·Wᵀ).
   */
  packed(i: number, from?: number, columns?: number): Ptr;
  packedTransposed(i: number, from?: number, columns?: number): Ptr;
  /** Packed panels of the tangent of matrix input i. */
  packedTangent(i: number, from?: number, columns?: number): Ptr;
  /** n reals of scratch, good until the next call on this tape. */
  scratch(n: number): Ptr;
  /** The address n reals behind ptr. */
  at(ptr: Ptr, n: number): Ptr;
}

/** How a pass runs. */
export interface Mode {
  /** Keep what vjp and jvp need. */
  readonly gradient: boolean;
  /** Training: dropout draws. */
  readonly training: boolean;
  /** State enters from the pass before ("continue"), or is only left for the next ("start"). */
  readonly carry?: "start" | "continue";
  /** Seed and number of the draw: the same pair gives the same masks. */
  readonly seed: number;
  readonly draw: number;
  /** Where the pass is a piece of a longer one: its first row there, and all rows of that. */
  readonly piece?: { readonly row: number; readonly rows: number };
}

/** Where the adjoints of a recurrent op's parameters stand; `start` NULL: none is wanted. */
export interface OnlineParameters {
  readonly Wx: Ptr;
  readonly b: Ptr;
  readonly own: Ptr;
  readonly start: Ptr;
}

/** Derivatives of an op's states by its parameters, carried forwards in time with the states. */
export interface OnlineGradient {
  /** A sequence begins. */
  restart(): void;
  /** Follows a forward pass of one step. */
  step(): void;
  /** Adds the adjoints of the parameters through all steps so far, given dy of the last output. */
  gradient(to: OnlineParameters): void;
  dispose(): void;
}

/** Makes the gradients of an op forwards in time: its code is fetched where a net learns so. */
export type MakeOnline = (layout: object, f: Frame) => OnlineGradient;

/** A differentiable map on packed sequences. */
export interface Op {
  readonly name: string;
  /** How many steps of its first input stand in one step of its output. Default 1. */
  readonly stride?: number;
  /** Why it cannot run one step at a time: "reads later steps; want causal: true". */
  readonly whole?: string;
  /** Whether its vjp passes adjoints of carried states on, by `dcarry`. Ops that carry none need not say. */
  readonly passesAdjoints?: boolean;
  /** Gradients of its parameters forwards in time, by `make`, on a tape of one step. Absent: none. */
  online?(f: Frame, make: MakeOnline): OnlineGradient;
  /** Steps of the output for T steps of the first input. Default T. */
  outputSteps?(T: number): number;
  /** Output shape and buffers; throws ShapeError on inputs that do not fit. */
  plan(x: InputShapes): Plan;
  forward(f: Frame): void;
  vjp(f: Frame): void;
  jvp(f: Frame): void;
  /** What the last forward computed beside y, by name, for those who look on; [rows, columns] like y. */
  trace?(f: Frame, what: string): Ptr | undefined;
}

/** The shape, known to have rows over time. Throws ShapeError for a parameter. */
export function overTime(who: string, shape: Shape): PackedShape {
  const { packing } = shape;
  if (!packing)
    throw new ShapeError(
      `${who}: got a parameter [${shape.rows},${shape.columns}], want a value with a row a step`,
    );
  return { ...shape, packing };
}

/**
 * For ops that make few steps of many: a pass that carries state on has one step of one sequence. Throws
 * ShapeError.
 */
export function checkOneStep(who: string, { shapes: [x] }: Frame): void {
  if (x.rows !== 1)
    throw new ShapeError(
      `${who}: a pass of ${x.rows} rows carries state on, want one step of one sequence, or whole sequences`,
    );
}
