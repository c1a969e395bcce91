/**
 * The transition of a filter's state in place: x ← A·x and P ← A·P·Aᵀ, and x ← Aᵀ·x, N ← Aᵀ·N·A for the way
 * back.
 *
 * Most rows of a structural model's A hand a state on as it is. Such a state keeps its place in memory and
 * only its name changes; rows that compute take the places of states that end. A step then costs a product
 * with the rows that compute, and copies nothing.
 */
import type { Arena } from "../wasm/memory.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { MatrixKernels } from "./inference-engine.ts";
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

/** A transition that knows where the states stand. */
export interface Transition {
  /** [n] the place of each state in vectors, and in rows and columns of matrices. */
  readonly places: Int32Array;
  /** x ← A·x, P ← A·P·Aᵀ for each of the symmetric matrices. */
  advance(x: Float64Array, matrices: readonly Block[]): void;
  /** x ← Aᵀ·x, N ← Aᵀ·N·A of a symmetric N. */
  retreat(x: Float64Array, N: Block): void;
}

/** One product of dense rows costs about as much as this many of nonzero entries, entry by entry. */
const DENSE = 4;

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

  /** Reals that the two blocks of `start` take, each. */
  get work(): number {
    return this.#isSparse ? 0 : 2 * this.#computed.length * this.#A.rows;
  }

  /** A transition whose states stand in order, or where they stood at the end of a pass. */
  start(kernels: MatrixKernels, work: readonly Block[], places?: Int32Array): Transition {
    const from = places?.slice() ?? Int32Array.from({ length: this.#A.rows }, (_, i) => i);
    if (this.#isSparse) return new SparseTransition(this.#A, from);
    return new MovingTransition(kernels, work, {
      A: this.#A,
      sources: this.#sources,
      computed: this.#computed,
      places: from,
    });
  }
}

function nonzeroColumns(A: Matrix, i: number): number[] {
  const columns: number[] = [];
  for (let j = 0; j < A.columns; ++j) if (A.at(i, j) !== 0) columns.push(j);
  return columns;
}

/** What a moving transition is of. */
interface Moves {
  readonly A: Matrix;
  readonly sources: Int32Array;
  readonly computed: readonly number[];
  readonly places: Int32Array;
}

/** States that keep their places while their names move. */
class MovingTransition implements Transition {
  places: Int32Array;
  #spare: Int32Array;
  readonly #n: number;
  readonly #kernels: MatrixKernels;
  readonly #sources: Int32Array;
  readonly #computed: Int32Array;
  /** [R,n] the rows that compute. */
  readonly #rows: Float64Array;
  /** [2R,n] the same by places, and what is multiplied by them. */
  readonly #left: Block;
  readonly #right: Block;
  /** [R] the places that the computed states take. */
  readonly #taken: Int32Array;
  readonly #values: Float64Array;
  /** [R,R] */
  readonly #corner: Float64Array;

  constructor(
    kernels: MatrixKernels,
    [left, right]: readonly Block[],
    { A, sources, computed, places }: Moves,
  ) {
    const R = computed.length;
    this.#n = A.rows;
    this.#kernels = kernels;
    this.#sources = sources;
    this.#computed = Int32Array.from(computed);
    this.#rows = Float64Array.from(computed.flatMap((i) => Array.from(sources, (_, j) => A.at(i, j))));
    this.#left = left;
    this.#right = right;
    this.places = places;
    this.#spare = places.slice();
    this.#taken = new Int32Array(R);
    this.#values = new Float64Array(R);
    this.#corner = new Float64Array(R * R);
  }

  advance(x: Float64Array, matrices: readonly Block[]): void {
    const n = this.#n;
    const left = this.#left.reals;
    this.#placeRows(left, 0);
    this.#rename();
    const taken = this.#taken;
    const values = this.#values;
    for (let r = 0; r < taken.length; ++r) {
      let sum = 0;
      for (let i = 0; i < n; ++i) sum += left[r * n + i] * x[i];
      values[r] = sum;
    }
    for (let r = 0; r < taken.length; ++r) x[taken[r]] = values[r];
    if (taken.length > 0) for (const matrix of matrices) this.#advanceMatrix(matrix);
  }

  /** The computed rows and columns of A·P·Aᵀ in place of those that end. */
  #advanceMatrix(P: Block): void {
    const n = this.#n;
    const taken = this.#taken;
    const R = taken.length;
    const corner = this.#corner;
    const left = this.#left.reals;
    const right = this.#right.reals;
    this.#kernels.product(R, n, n, this.#left.at, n, P.at, n, this.#right.at, n);
    for (let r = 0; r < R; ++r)
      for (let q = 0; q <= r; ++q) {
        let sum = 0;
        for (let i = 0; i < n; ++i) sum += left[q * n + i] * right[r * n + i];
        corner[r * R + q] = corner[q * R + r] = sum;
      }
    const to = P.reals;
    for (let r = 0; r < R; ++r)
      for (let i = 0; i < n; ++i) to[taken[r] * n + i] = to[i * n + taken[r]] = right[r * n + i];
    for (let r = 0; r < R; ++r) for (let q = 0; q < R; ++q) to[taken[r] * n + taken[q]] = corner[r * R + q];
  }

  retreat(x: Float64Array, N: Block): void {
    const n = this.#n;
    this.#renameBack();
    const taken = this.#taken;
    const R = taken.length;
    if (R === 0) return;
    const values = this.#values;
    const left = this.#left.reals;
    this.#placeRows(left, 0);
    this.#placeRows(this.#right.reals, R * n);
    for (let r = 0; r < R; ++r) values[r] = x[taken[r]];
    for (let r = 0; r < R; ++r) x[taken[r]] = 0;
    for (let r = 0; r < R; ++r) for (let i = 0; i < n; ++i) x[i] += left[r * n + i] * values[r];
    this.#takeOut(N.reals);
    this.#kernels.addOuter(n, n, 2 * R, this.#left.at, n, this.#right.at, n, N.at, n);
  }

  /**
   * Takes the computed rows and columns out of N. N ← N + Σ a·mᵀ + m·aᵀ gives Aᵀ·N·A, with a the rows of A
   * and m these of N, less the corner where they meet and plus half of it times the rows of A.
   */
  #takeOut(N: Float64Array): void {
    const n = this.#n;
    const taken = this.#taken;
    const R = taken.length;
    const corner = this.#corner;
    const left = this.#left.reals;
    const right = this.#right.reals;
    for (let r = 0; r < R; ++r)
      for (let q = 0; q < R; ++q) {
        corner[r * R + q] = N[taken[r] * n + taken[q]];
        N[taken[r] * n + taken[q]] = 0;
      }
    for (let r = 0; r < R; ++r)
      for (let i = 0; i < n; ++i) {
        let sum = N[taken[r] * n + i];
        for (let q = 0; q < R; ++q) sum += 0.5 * corner[r * R + q] * left[q * n + i];
        left[(R + r) * n + i] = right[r * n + i] = sum;
      }
    for (let r = 0; r < R; ++r) for (let i = 0; i < n; ++i) N[taken[r] * n + i] = N[i * n + taken[r]] = 0;
  }

  /** The rows that compute, by the places of now. */
  #placeRows(to: Float64Array, from: number): void {
    const n = this.#n;
    const rows = this.#rows;
    const places = this.places;
    for (let at = 0; at < rows.length; at += n)
      for (let j = 0; j < n; ++j) to[from + at + places[j]] = rows[at + j];
  }

  #rename(): void {
    const sources = this.#sources;
    const old = this.places;
    const now = this.#spare;
    for (let i = 0; i < now.length; ++i) now[i] = old[sources[i]];
    this.places = now;
    this.#spare = old;
    for (let r = 0; r < this.#taken.length; ++r) this.#taken[r] = now[this.#computed[r]];
  }

  #renameBack(): void {
    const sources = this.#sources;
    const now = this.places;
    const old = this.#spare;
    for (let r = 0; r < this.#taken.length; ++r) this.#taken[r] = now[this.#computed[r]];
    for (let i = 0; i < now.length; ++i) old[sources[i]] = now[i];
    this.places = old;
    this.#spare = now;
  }
}

/** States that stay in order: where most rows compute, from few states each. */
class SparseTransition implements Transition {
  readonly places: Int32Array;
  readonly #forward: SparseSquare;
  readonly #backward: SparseSquare;
  readonly #work: Float64Array;

  constructor(A: Matrix, places: Int32Array) {
    this.places = places;
    this.#forward = new SparseSquare(A.rows, (i, j) => A.at(i, j));
    this.#backward = new SparseSquare(A.rows, (i, j) => A.at(j, i));
    this.#work = new Float64Array(A.rows);
  }

  advance(x: Float64Array, matrices: readonly Block[]): void {
    this.#forward.apply(x, this.#work);
    for (const { reals } of matrices) this.#forward.congruence(reals);
  }

  retreat(x: Float64Array, N: Block): void {
    this.#backward.apply(x, this.#work);
    this.#backward.congruence(N.reals);
  }
}
