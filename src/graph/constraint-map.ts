/**
 * Linear constraints between parameters: θ = p + M·φ with φ free. Gradients go through Mᵀ, directions through
 * M, so whatever an optimizer does, the constraints hold (the lecture's 7b: compute the gradients as usual,
 * then modify them).
 *
 *   fix            θ_i stays                      tie            θ_i = θ_j = …
 *   A·θ_S = b θ_S = Aᵀ(AAᵀ)⁻¹b + Z·φ_S Z: an orthonormal basis of A's null space, by Householder reflections
 *   of Aᵀ
 */
import { NumericError } from "../wasm/errors.ts";
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";

/** Constraints on indices of θ. */
export type Constraint =
  | { readonly fix: readonly number[] }
  | { readonly tie: readonly (readonly number[])[] }
  | {
      readonly linear: readonly number[];
      readonly A: readonly (readonly number[])[];
      readonly b: readonly number[];
    };

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

  constructor(engine: Engine, P: number, constraints: readonly Constraint[]) {
    this.#engine = engine;
    this.#P = P;
    const leader = Int32Array.from({ length: P }, (_, i) => i);
    const find = (i: number): number => {
      while (leader[i] !== i) i = leader[i]!;
      return i;
    };
    const fixed = new Set<number>();
    const grouped = new Map<number, number>();
    for (const c of constraints) {
      if ("tie" in c) for (const same of c.tie) for (const i of same) leader[find(i)] = find(same[0]);
    }
    for (const c of constraints) if ("fix" in c) for (const i of c.fix) fixed.add(find(i));
    const linear = constraints.filter((c) => "linear" in c);
    linear.forEach((c, n) =>
      c.linear.forEach((i) => {
        const other = grouped.get(find(i));
        const what = `constraint ${n}: parameter ${i}`;
        if (other !== undefined)
          throw new NumericError(`${what} is already in linear constraint ${other}; put both in one A, b`);
        if (fixed.has(find(i))) throw new NumericError(`${what} is also fixed; want only one of both`);
        grouped.set(find(i), n);
      }),
    );
    this.#free = new Int32Array(P);
    let next = 0;
    for (let i = 0; i < P; ++i) {
      const root = find(i);
      this.#free[i] = fixed.has(root)
        ? FIXED
        : grouped.has(root)
          ? IN_GROUP
          : root === i
            ? next++
            : IN_GROUP - 1 - root;
    }
    for (let i = 0; i < P; ++i)
      if (this.#free[i] < IN_GROUP) this.#free[i] = this.#free[-this.#free[i] + IN_GROUP - 1]!;
    for (const c of linear) {
      const { particular, basis } = solve(c.A, c.b, c.linear.length);
      this.#groups.push({ members: c.linear, particular, basis, from: next });
      next += basis.length;
    }
    this.size = next;
    this.#copies = new Int32Array(next);
    for (const j of this.#free) if (j >= 0) ++this.#copies[j];
  }

  /** θ = p + M·φ; fixed ones stay as they are. */
  expand(phi: Ptr, theta: Ptr): void {
    this.#apply(phi, theta, true);
  }

  /** v [P] = M·direction [F]. */
  push(direction: Ptr, v: Ptr): void {
    this.#engine.kernels.fill(this.#P, 0, v);
    this.#apply(direction, v, false);
  }

  /** dphi [F] = Mᵀ·dtheta [P]. */
  pull(dtheta: Ptr, dphi: Ptr): void {
    this.#transpose(dtheta, dphi, false);
  }

  /** φ of the point nearest to θ that satisfies the constraints. */
  restrict(theta: Ptr, phi: Ptr): void {
    this.#transpose(theta, phi, true);
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

  #transpose(theta: Ptr, phi: Ptr, average: boolean): void {
    const from = this.#engine.memory.reals(theta, this.#P);
    const to = this.#engine.memory.reals(phi, this.size);
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
    to.set(sums);
  }
}

/** The least solution of A·x = b and an orthonormal basis of A's null space; A [k,n] of full rank k ≤ n. */
function solve(
  A: readonly (readonly number[])[],
  b: readonly number[],
  n: number,
): { particular: Float64Array; basis: Float64Array[] } {
  const k = A.length;
  const work = A.map((row) => Float64Array.from(row));
  const reflectors: Float64Array[] = [];
  if (b.length !== k || A.some((row) => row.length !== n))
    throw new NumericError(
      `linear constraint: A is [${k},${A[0]?.length}], b [${b.length}], want [k,${n}] and [k]`,
    );
  const reflect = (v: Float64Array, x: Float64Array): void => {
    let dot = 0;
    for (let i = 0; i < n; ++i) dot += v[i] * x[i];
    for (let i = 0; i < n; ++i) x[i] -= 2 * dot * v[i];
  };
  for (let j = 0; j < k; ++j) {
    const x = work[j];
    const v = new Float64Array(n);
    for (const u of reflectors) reflect(u, x);
    let norm = 0;
    let all = 0;
    for (let i = j; i < n; ++i) norm += x[i] * x[i];
    for (const value of A[j]) all += value * value;
    norm = Math.sqrt(norm);
    if (!(norm > 1e-12 * Math.sqrt(all)))
      throw new NumericError(`linear constraint: row ${j} of A depends on the rows before it; leave it out`);
    for (let i = j; i < n; ++i) v[i] = x[i]!;
    v[j] += x[j] < 0 ? -norm : norm;
    let length = 0;
    for (let i = j; i < n; ++i) length += v[i] * v[i];
    length = Math.sqrt(length);
    for (let i = j; i < n; ++i) v[i] /= length;
    reflect(v, x);
    reflectors.push(v);
  }
  // Aᵀ = Q·R, so A·x = b is Rᵀ·y = b with x = Q·[y 0]; work[j] holds column j of R.
  const particular = new Float64Array(n);
  const rotate = (x: Float64Array): void => {
    for (let j = k - 1; j >= 0; --j) reflect(reflectors[j], x);
  };
  for (let j = 0; j < k; ++j) {
    let sum = b[j];
    for (let i = 0; i < j; ++i) sum -= work[j][i] * particular[i];
    particular[j] = sum / work[j][j];
  }
  rotate(particular);
  const basis = Array.from({ length: n - k }, (_, c) => {
    const z = new Float64Array(n);
    z[k + c] = 1;
    rotate(z);
    return z;
  });
  return { particular, basis };
}
