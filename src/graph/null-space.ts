/** A·x = b for A [k,n] of full rank k ≤ n: the shortest solution, and a basis of what A does not see. */
import { NumericError } from "../wasm/errors.ts";

/** x ← x - 2v(vᵀx), a reflection at the plane across the unit vector v. */
function reflect(v: Float64Array, x: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < x.length; ++i) dot += v[i] * x[i];
  for (let i = 0; i < x.length; ++i) x[i] -= 2 * dot * v[i];
}

/** The unit vector whose reflection turns entries j… of x into ±norm, 0, 0 …; norm is theirs. */
function reflector(x: Float64Array, j: number, norm: number): Float64Array {
  const v = new Float64Array(x.length);
  for (let i = j; i < x.length; ++i) v[i] = x[i];
  v[j] += x[j] < 0 ? -norm : norm;
  let length = 0;
  for (let i = j; i < x.length; ++i) length += v[i] * v[i];
  length = Math.sqrt(length);
  for (let i = j; i < x.length; ++i) v[i] /= length;
  return v;
}

const norm = (x: ArrayLike<number>, from = 0): number => {
  let sum = 0;
  for (let i = from; i < x.length; ++i) sum += x[i] * x[i];
  return Math.sqrt(sum);
};

/** Aᵀ = Q·R by Householder reflections: the reflections, and the columns of R. */
function decompose(A: readonly (readonly number[])[]): { Q: Float64Array[]; R: Float64Array[] } {
  const R = A.map((row) => Float64Array.from(row));
  const Q: Float64Array[] = [];
  R.forEach((x, j) => {
    for (const v of Q) reflect(v, x);
    const rest = norm(x, j);
    if (!(rest > 1e-12 * norm(A[j])))
      throw new NumericError(`linear constraint: row ${j} of A depends on the rows before it; leave it out`);
    const v = reflector(x, j, rest);
    reflect(v, x);
    Q.push(v);
  });
  return { Q, R };
}

/**
 * The shortest solution of A·x = b and an orthonormal basis of A's null space; A [k,n] of full rank k ≤ n.
 * Throws NumericError where the rank is lower or the sizes do not fit.
 */
export function solveConstraint(
  A: readonly (readonly number[])[],
  b: readonly number[],
  n: number,
): { particular: Float64Array; basis: Float64Array[] } {
  const k = A.length;
  if (b.length !== k || A.some((row) => row.length !== n))
    throw new NumericError(
      `linear constraint: A is [${k},${A[0]?.length}], b [${b.length}], want [k,${n}] and [k]`,
    );
  const { Q, R } = decompose(A);
  const rotate = (x: Float64Array): Float64Array => {
    for (let j = k - 1; j >= 0; --j) reflect(Q[j], x);
    return x;
  };
  // A·x = b is Rᵀ·y = b with x = Q·[y 0]
  const particular = new Float64Array(n);
  for (let j = 0; j < k; ++j) {
    let sum = b[j];
    for (let i = 0; i < j; ++i) sum -= R[j][i] * particular[i];
    particular[j] = sum / R[j][j];
  }
  rotate(particular);
  const basis = Array.from({ length: n - k }, (_, c) => {
    const z = new Float64Array(n);
    z[k + c] = 1;
    return rotate(z);
  });
  return { particular, basis };
}
