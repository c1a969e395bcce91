/**
 * One step of a Kalman filter backward: from the derivatives of ln p by what the step gives to those by what
 * it was given, on plain arrays. A diffuse state is N(m, P + κ·D), κ → ∞, as in Durbin & Koopman
 * (2012, section 5.2), one scalar observation after another. Without a diffuse start G below is
 * ½(r·rᵀ - N) with the r and N of the disturbance smoother. (Koopman & Shephard 1992.)
 */
import type { Observation } from "./diffuse.ts";
import { dot } from "./matrix-value.ts";

/** A state's moments; D where an observation reaches a diffuse direction of it. */
export interface State {
  readonly m: Float64Array;
  readonly P: Float64Array;
  readonly D?: Float64Array;
}

/** Derivatives by y and h of a scalar observation y = z·x + N(0, h). */
export interface ObservationSlopes {
  readonly y: number;
  readonly h: number;
}

/** out = S·x of a symmetric S [n,n]. */
export function symmetricTimes(S: Float64Array, x: Float64Array, out: Float64Array): Float64Array {
  const n = x.length;
  out.fill(0);
  for (let i = 0; i < n; ++i) {
    const xi = x[i];
    if (xi === 0) continue;
    for (let j = 0; j < n; ++j) out[j] += xi * S[i * n + j];
  }
  return out;
}

/** S += ½(a·bᵀ + b·aᵀ) */
function addSymmetric(S: Float64Array, a: Float64Array, b: Float64Array): void {
  const n = a.length;
  for (let i = 0; i < n; ++i) for (let j = 0; j < n; ++j) S[i * n + j] += 0.5 * (a[i] * b[j] + b[i] * a[j]);
}

/** The places and values of the numbers of A [n,n] that are not 0, row after row. */
export interface Entries {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** The entries of A [n,n]. */
export function entriesOf(A: Float64Array, n: number): Entries {
  const at = [...A.keys()].filter((k) => A[k] !== 0);
  return {
    rows: Int32Array.from(at, (k) => Math.floor(k / n)),
    columns: Int32Array.from(at, (k) => k % n),
    values: Float64Array.from(at, (k) => A[k]),
  };
}

/** Derivatives of ln p by a state, on their way back: all 0 at first. */
export class BackwardState {
  /** [n] by its mean. */
  readonly r: Float64Array;
  /** [n,n] by its covariance, symmetric. */
  readonly G: Float64Array;
  /** [n,n] by its diffuse part, symmetric. */
  readonly E: Float64Array;
  readonly #n: number;
  /** Room for [n] and [n,n]. */
  readonly #vectors: readonly Float64Array[];
  readonly #matrices: readonly Float64Array[];

  constructor(n: number) {
    const room = (count: number, size: number): Float64Array[] =>
      Array.from({ length: count }, () => new Float64Array(size));
    this.#n = n;
    [this.r, ...this.#vectors] = room(9, n);
    [this.G, this.E, ...this.#matrices] = room(4, n * n);
  }

  /** From after an observation to before it; byZ [n] becomes the derivative by z. */
  observe(before: State, observation: Observation, byZ: Float64Array): ObservationSlopes {
    const { D } = before;
    return D ? this.#diffuse({ ...before, D }, observation, byZ) : this.#update(before, observation, byZ);
  }

  /** m + a·v/F, P - a·aᵀ/F, and -½(ln F + v²/F), with a = P·z, F = h + z·a, v = y - z·m. */
  #update({ m, P }: State, { z, y, h }: Observation, byZ: Float64Array): ObservationSlopes {
    const { r, G } = this;
    const [a, Ga, byA, PbyA] = this.#vectors;
    symmetricTimes(P, z, a);
    symmetricTimes(G, a, Ga);
    const F = h + dot(z, a);
    const v = y - dot(z, m);
    const ra = dot(r, a);
    const byV = (ra - v) / F;
    const byF = ((dot(a, Ga) - ra * v) / F + 0.5 * ((v * v) / F - 1)) / F;
    for (let i = 0; i < z.length; ++i) byA[i] = (r[i] * v - 2 * Ga[i]) / F + byF * z[i];
    symmetricTimes(P, byA, PbyA);
    for (let i = 0; i < z.length; ++i) {
      byZ[i] = byF * a[i] + PbyA[i] - byV * m[i];
      r[i] -= byV * z[i];
    }
    addSymmetric(G, byA, z);
    return { y: byV, h: byF };
  }

  /**
   * m + K·v, P + f·K·Kᵀ - K·aᵀ - a·Kᵀ, D - d·dᵀ/s, and -½·ln s, with d = D·z, s = z·d,
   * K = d/s, a = P·z, f = h + z·a, v = y - z·m.
   */
  #diffuse({ m, P, D }: Required<State>, { z, y, h }: Observation, byZ: Float64Array): ObservationSlopes {
    const { r, G, E } = this;
    const [a, d, GK, Ga, EK, PbyA, DbyD, K] = this.#vectors;
    symmetricTimes(P, z, a);
    symmetricTimes(D, z, d);
    const s = dot(z, d);
    const f = h + dot(z, a);
    const v = y - dot(z, m);
    d.forEach((x, i) => (K[i] = x / s));
    symmetricTimes(G, K, GK);
    symmetricTimes(G, a, Ga);
    symmetricTimes(E, K, EK);
    const byV = dot(r, K);
    const byF = dot(K, GK);
    const byA = GK.map((x, i) => byF * z[i] - 2 * x);
    const byK = GK.map((x, i) => r[i] * v + 2 * (f * x - Ga[i]));
    const byS = dot(K, EK) - (dot(byK, K) + 0.5) / s;
    const byD = byK.map((x, i) => x / s - 2 * EK[i] + byS * z[i]);
    symmetricTimes(P, byA, PbyA);
    symmetricTimes(D, byD, DbyD);
    for (let i = 0; i < z.length; ++i) {
      byZ[i] = byF * a[i] + PbyA[i] + byS * d[i] + DbyD[i] - byV * m[i];
      r[i] -= byV * z[i];
    }
    addSymmetric(G, byA, z);
    addSymmetric(E, byD, z);
    return { y: byV, h: byF };
  }

  /**
   * From x_{t+1} = A·x_t + N(d, Q) to the filtered x_t; r and G, before the call, are the derivatives by d
   * and Q. Adds to byA [n,n] the derivatives by the `wanted` entries of A: each costs n.
   */
  transition(filtered: State, A: Entries, byA: Float64Array, wanted: Int32Array): void {
    const { r, G, E } = this;
    const { D, m, P } = filtered;
    const n = this.#n;
    for (const k of wanted) byA[k] += r[Math.floor(k / n)] * m[k % n];
    const by = (S: Float64Array): void => addProduct(byA, wanted, this.#around(S, A), S === E ? D! : P);
    by(G);
    if (D) by(E);
    const [old] = this.#vectors;
    old.set(r);
    r.fill(0);
    for (let e = 0; e < A.values.length; ++e) r[A.columns[e]] += A.values[e] * old[A.rows[e]];
  }

  /** S ← Aᵀ·S·A; gives S·A with the S before. */
  #around(S: Float64Array, A: Entries): Float64Array {
    const n = this.#n;
    const [AS, SA] = this.#matrices;
    transposedTimes(A, S, AS, n);
    for (let i = 0; i < n; ++i) for (let k = 0; k < n; ++k) SA[i * n + k] = AS[k * n + i];
    transposedTimes(A, SA, S, n);
    return SA;
  }
}

/** to += 2·SA·P at the wanted entries, row after row; P [n,n] is symmetric. */
function addProduct(to: Float64Array, wanted: Int32Array, SA: Float64Array, P: Float64Array): void {
  const n = Math.sqrt(to.length);
  for (const k of wanted) {
    const row = k - (k % n);
    const column = (k % n) * n;
    let sum = 0;
    for (let i = 0; i < n; ++i) sum += SA[row + i] * P[column + i];
    to[k] += 2 * sum;
  }
}

/** out = Aᵀ·S of S [n,n]. */
function transposedTimes(
  { rows, columns, values }: Entries,
  S: Float64Array,
  out: Float64Array,
  n: number,
): void {
  out.fill(0);
  for (let e = 0; e < values.length; ++e) {
    const to = columns[e] * n;
    const from = rows[e] * n;
    for (let j = 0; j < n; ++j) out[to + j] += values[e] * S[from + j];
  }
}
