/**
 * Constraints between parameters: θ = p + M·φ with φ free. Gradients go through Mᵀ, directions through M,
 * so whatever an optimizer does, the constraints hold (the lecture's 7b: compute the gradients as usual,
 * then modify them).
 *
 *   fix            θ_i stays                      tie            θ_i = θ_j = …
 *   A·θ_S = b θ_S = Aᵀ(AAᵀ)⁻¹b + Z·φ_S Z: an orthonormal basis of A's null space, by Householder reflections
 *   of Aᵀ
 *   orthogonal     θ_S = exp(A(φ_S))·D: curved, so that there M is the derivative at θ (orthogonal.ts)
 */
import { NumericError } from "../wasm/errors.ts";
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { solveConstraint } from "./null-space.ts";
import type { OrthogonalGroup } from "./orthogonal.ts";

/** Constraints on indices of θ. */
export type Constraint =
  | { readonly fix: readonly number[] }
  | { readonly tie: readonly (readonly number[])[] }
  | {
      readonly linear: readonly number[];
      readonly A: readonly (readonly number[])[];
      readonly b: readonly number[];
    }
  /** [n,n] row by row. */
  | { readonly orthogonal: readonly number[] };

const FIXED = -1;
const IN_GROUP = -2;

/** A group A·θ_S = b: particular solution and null-space basis. */
interface Group {
  readonly members: readonly number[];
  readonly particular: Float64Array;
  /** Columns of Z, one vector each. */
  readonly basis: readonly Float64Array[];
  /** Index of φ for the first column. */
  readonly from: number;
}

/** Which θ are tied to which, and which are fixed or under a linear constraint. */
class Groups {
  /** For each θ_i another of its tie; a leader is its own. */
  readonly #leader: Int32Array;
  readonly #fixed = new Set<number>();
  readonly #linear = new Map<number, number>();

  constructor(P: number, constraints: readonly Constraint[]) {
    this.#leader = Int32Array.from({ length: P }, (_, i) => i);
    for (const c of constraints)
      if ("tie" in c) for (const same of c.tie) for (const i of same) this.#join(i, same[0]);
    for (const c of constraints) if ("fix" in c) for (const i of c.fix) this.#fixed.add(this.leader(i));
    constraints.forEach((c, n) => {
      if ("linear" in c) c.linear.forEach((i) => this.#constrain(i, n));
      if ("orthogonal" in c) c.orthogonal.forEach((i) => this.#constrain(i, n));
    });
  }

  /** The index that stands for all that are tied to i. */
  leader(i: number): number {
    let root = i;
    while (this.#leader[root] !== root) root = this.#leader[root];
    return root;
  }

  fixed(i: number): boolean {
    return this.#fixed.has(this.leader(i));
  }

  grouped(i: number): boolean {
    return this.#linear.has(this.leader(i));
  }

  #join(i: number, j: number): void {
    this.#leader[this.leader(i)] = this.leader(j);
  }

  #constrain(i: number, n: number): void {
    const other = this.#linear.get(this.leader(i));
    const what = `constraint ${n}: parameter ${i}`;
    if (other !== undefined)
      throw new NumericError(`${what} is already in constraint ${other}; put linear ones in one A, b`);
    if (this.fixed(i)) throw new NumericError(`${what} is also fixed; want only one of both`);
    this.#linear.set(this.leader(i), n);
  }
}

/** The map between free parameters φ [F] and all parameters θ [P]. */
export class ConstraintMap {
  /** F. */
  readonly size: number;
  readonly #engine: Engine;
  readonly #P: number;
  /** For each θ_i: the φ it copies, or FIXED, or IN_GROUP. */
  readonly #free: Int32Array;
  /** How many θ copy each φ. */
  readonly #copies: Int32Array;
  readonly #groups: Group[] = [];
  readonly #orthogonal: OrthogonalGroup[] = [];

  /**
   * orthogonal: makes the groups of orthogonal constraints, where there are some. Throws NumericError on
   * constraints that contradict or repeat each other.
   */
  constructor(
    engine: Engine,
    P: number,
    constraints: readonly Constraint[],
    orthogonal?: (members: readonly number[], from: number) => OrthogonalGroup,
  ) {
    this.#engine = engine;
    this.#P = P;
    const groups = new Groups(P, constraints);
    this.#free = new Int32Array(P);
    let next = 0;
    for (let i = 0; i < P; ++i) {
      if (groups.fixed(i)) this.#free[i] = FIXED;
      else if (groups.grouped(i)) this.#free[i] = IN_GROUP;
      else if (groups.leader(i) === i) this.#free[i] = next++;
    }
    for (let i = 0; i < P; ++i) this.#free[i] = this.#free[groups.leader(i)];
    const linear = constraints.filter((c) => "linear" in c);
    for (const c of linear) {
      const { particular, basis } = solveConstraint(c.A, c.b, c.linear.length);
      this.#groups.push({ members: c.linear, particular, basis, from: next });
      next += basis.length;
    }
    for (const c of constraints)
      if ("orthogonal" in c && orthogonal) {
        const group = orthogonal(c.orthogonal, next);
        this.#orthogonal.push(group);
        next += group.free.length;
      }
    this.size = next;
    this.#copies = new Int32Array(next);
    for (const j of this.#free) if (j >= 0) ++this.#copies[j];
  }

  /** θ = p + M·φ; fixed ones stay as they are. */
  expand(phi: Ptr, theta: Ptr): void {
    this.#apply(phi, theta, true);
    const { memory } = this.#engine;
    for (const group of this.#orthogonal)
      group.expand(memory.reals(phi, this.size), memory.reals(theta, this.#P));
  }

  /** v [P] = M·direction [F], at θ [P]. */
  pushForward(direction: Ptr, v: Ptr, theta: Ptr): void {
    const { kernels, memory } = this.#engine;
    kernels.fill(this.#P, 0, v);
    this.#apply(direction, v, false);
    for (const group of this.#orthogonal)
      group.push(memory.reals(direction, this.size), memory.reals(v, this.#P), memory.reals(theta, this.#P));
  }

  /** dphi [F] = Mᵀ·dtheta [P], at θ [P]. */
  pullBack(dtheta: Ptr, dphi: Ptr, theta: Ptr): void {
    const { memory } = this.#engine;
    const sums = this.#transpose(memory.reals(dtheta, this.#P), false);
    for (const group of this.#orthogonal)
      group.pull(memory.reals(dtheta, this.#P), sums, memory.reals(theta, this.#P));
    memory.reals(dphi, this.size).set(sums);
  }

  /** φ of the point nearest to θ that satisfies the constraints. */
  project(theta: Ptr, phi: Ptr): void {
    const { memory } = this.#engine;
    const from = memory.reals(theta, this.#P);
    const sums = this.#transpose(from, true);
    for (const group of this.#orthogonal) group.project(from, sums);
    memory.reals(phi, this.size).set(sums);
  }

  /** Indices of the φ that move θ_i; none where it is fixed. */
  freeOf(i: number): readonly number[] {
    const j = this.#free[i];
    if (j >= 0) return [j];
    const orthogonal = this.#orthogonal.find((group) => group.has(i));
    if (orthogonal) return orthogonal.free;
    return this.#groups
      .filter(({ members }) => members.includes(i))
      .flatMap(({ basis, from }) => basis.map((_, c) => from + c));
  }

  #apply(phi: Ptr, theta: Ptr, affine: boolean): void {
    const from = this.#engine.memory.reals(phi, this.size);
    const to = this.#engine.memory.reals(theta, this.#P);
    for (let i = 0; i < this.#P; ++i) {
      const j = this.#free[i];
      if (j >= 0) to[i] = from[j]!;
    }
    for (const { members, particular, basis, from: first } of this.#groups) {
      members.forEach((i, row) => {
        let sum = affine ? particular[row] : 0;
        for (let c = 0; c < basis.length; ++c) sum += basis[c][row] * from[first + c];
        to[i] = sum;
      });
    }
  }

  /** Mᵀ·from; average: of what is tied, the mean. */
  #transpose(from: ArrayLike<number>, average: boolean): Float64Array {
    const sums = new Float64Array(this.size);
    for (let i = 0; i < this.#P; ++i) {
      const j = this.#free[i];
      if (j >= 0) sums[j] += from[i];
    }
    if (average) for (let j = 0; j < this.size; ++j) if (this.#copies[j] > 1) sums[j] /= this.#copies[j];
    for (const { members, basis, from: first } of this.#groups) {
      basis.forEach((z, c) => {
        members.forEach((i, row) => {
          sums[first + c] += z[row] * from[i];
        });
      });
    }
    return sums;
  }
}
