/**
 * The transition of a filter's state in place: x ← A·x and P ← A·P·Aᵀ, and x ← Aᵀ·x, N ← Aᵀ·N·A for the way
 * back.
 *
 * Where most rows of A hand a state on as it is, states keep their places and only their names change
 * (assembly/inference/scalar-state.ts): a step then costs a product with the rows that compute, and copies
 * nothing.
 */
import type { Arena, Memory } from "../wasm/memory.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { ScalarKernels } from "./inference-engine.ts";
import type { Matrix } from "./matrix-value.ts";
import { SparseSquare } from "./sparse-square.ts";

/** Reals in the memory of the kernels, good until the next allocation there. */
export interface Block {
  readonly at: Ptr;
  readonly reals: Float64Array;
}

/** Blocks of these sizes, all 0. */
export function takeBlocks(arena: Arena, sizes: readonly number[]): Block[] {
  const { memory } = arena;
  const from = arena.reals(sizes.reduce((a, b) => a + b, 0));
  let used = 0;
  return sizes.map((size) => {
    const at = memory.at(from, used);
    used += size;
    return { at, reals: (memory.reals(at, size) as Float64Array).fill(0) };
  });
}

/** 32-bit integers in the memory of the kernels, likewise. */
export interface Integers {
  readonly at: Ptr;
  readonly ints: Int32Array;
}

/** The room that `integersIn` wants for n integers, in reals. */
const integerRoom = (n: number): number => Math.ceil(n / 2);

/** n integers where a block lies. */
export function integersIn(memory: Memory, { at }: Block, n: number): Integers {
  return { at, ints: memory.ints(at, n) };
}

/** A transition that knows where the states stand. */
export interface Transition {
  /** [n] the place of each state in vectors, and in rows and columns of matrices. */
  readonly places: Integers;
  /** x ← A·x, P ← A·P·Aᵀ for each of the symmetric matrices, which lie back to back. */
  advance(x: Block, matrices: readonly Block[]): void;
  /** x ← Aᵀ·x, N ← Aᵀ·N·A of a symmetric N. */
  retreat(x: Block, N: Block): void;
}

/** One product of dense rows costs about as much as this many of nonzero entries, entry by entry. */
const DENSE = 4;

/** What a transition starts in. */
export interface TransitionRoom {
  readonly kernels: ScalarKernels;
  readonly memory: Memory;
  /** Of the sizes that the plan gives. */
  readonly blocks: readonly Block[];
}

/** Which rows of A hand a state on, and the others. */
export class TransitionPlan {
  readonly #A: Matrix;
  /** [n] whose place a state takes. */
  readonly #sources: Int32Array;
  /** The states whose rows compute. */
  readonly #computed: readonly number[];
  readonly #isSparse: boolean;

  constructor(A: Matrix) {
    const n = A.rows;
    const sources = new Int32Array(n).fill(-1);
    const ending = new Set(sources.keys());
    const computed: number[] = [];
    let nonzeros = 0;
    for (let i = 0; i < n; ++i) {
      const columns = nonzeroColumns(A, i);
      nonzeros += columns.length;
      const [only] = columns;
      if (columns.length === 1 && A.at(i, only) === 1 && ending.delete(only)) sources[i] = only;
      else computed.push(i);
    }
    const free = [...ending];
    computed.forEach((i, r) => (sources[i] = free[r]));
    this.#A = A;
    this.#sources = sources;
    this.#computed = computed;
    this.#isSparse = computed.length * n > DENSE * nonzeros;
  }

  /** Of the blocks that `start` takes: places, tables, rows that compute, and room for a step. */
  get sizes(): number[] {
    const n = this.#A.rows;
    const R = this.#computed.length;
    const places = integerRoom(n);
    return this.#isSparse ? [places] : [places, integerRoom(2 * n + R), R * n, R * (2 * n + R + 1)];
  }

  /** A transition whose states stand in order, or where they stood at the end of a pass. */
  start({ kernels, memory, blocks }: TransitionRoom, from?: Int32Array): Transition {
    const n = this.#A.rows;
    const [standing, meanings, rows, work] = blocks;
    const places = integersIn(memory, standing, n);
    places.ints.set(from ?? this.#sources.map((_, i) => i));
    if (this.#isSparse) return new SparseTransition(this.#A, places);
    const R = this.#computed.length;
    const tables = integersIn(memory, meanings, 2 * n + R);
    tables.ints.set(this.#sources);
    tables.ints.set(this.#computed, n);
    this.#computed.forEach((i, r) => rows.reals.set(this.#A.data.subarray(i * n, (i + 1) * n), r * n));
    return {
      places,
      advance: (x, [P, ...others]) =>
        kernels.scalarForward(n, R, tables.at, places.at, rows.at, x.at, 1 + others.length, P.at, work.at),
      retreat: (x, N) => kernels.scalarBackward(n, R, tables.at, places.at, rows.at, x.at, N.at, work.at),
    };
  }
}

function nonzeroColumns(A: Matrix, i: number): number[] {
  const columns: number[] = [];
  for (let j = 0; j < A.columns; ++j) if (A.at(i, j) !== 0) columns.push(j);
  return columns;
}

/** States that stay in order: where most rows compute, from few states each. */
class SparseTransition implements Transition {
  readonly places: Integers;
  readonly #forward: SparseSquare;
  readonly #backward: SparseSquare;
  readonly #work: Float64Array;

  constructor(A: Matrix, places: Integers) {
    this.places = places;
    this.#forward = new SparseSquare(A.rows, (i, j) => A.at(i, j));
    this.#backward = new SparseSquare(A.rows, (i, j) => A.at(j, i));
    this.#work = new Float64Array(A.rows);
  }

  advance(x: Block, matrices: readonly Block[]): void {
    this.#forward.apply(x.reals, this.#work);
    for (const { reals } of matrices) this.#forward.congruence(reals);
  }

  retreat(x: Block, N: Block): void {
    this.#backward.apply(x.reals, this.#work);
    this.#backward.congruence(N.reals);
  }
}
