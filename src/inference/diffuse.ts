/**
 * The exact diffuse start of a Kalman filter: every element of x_1 has infinite variance, taken as a limit.
 *
 *   x_t | y_1..y_t  ~  N(m, P + κ·W·Wᵀ),  κ → ∞
 *
 * W has one column for each direction that nothing observed yet. Observations enter one by one, decorrelated
 * by R = L·D·Lᵀ; each that W reaches removes one column, so the rank is exact. (Koopman 1997; Durbin &
 * Koopman 2012, sections 5.2 and 6.4; the factor W in place of their P∞, and a backward pass in
 * Rauch-Tung-Striebel form, are equal to theirs in exact arithmetic.)
 */
import { NumericError } from "../wasm/errors.ts";
import type { Algebra } from "./matrix.ts";

/** The matrices of a filter, row-major: A [n,n], C [p,n], Q [n,n], R [p,p]. */
export interface StateSpace {
  readonly state: number;
  readonly output: number;
  readonly A: Float64Array;
  readonly C: Float64Array;
  readonly Q: Float64Array;
  readonly R: Float64Array;
}

/** N(mean, covariance + κ·W·Wᵀ) with W [n,rank]. */
export interface Diffuse {
  mean: Float64Array;
  covariance: Float64Array;
  W: Float64Array;
  rank: number;
}

/** What one step of the start leaves behind. */
export interface DiffuseStep {
  readonly predicted: Diffuse;
  readonly filtered: Diffuse;
  readonly logLikelihood: number;
}

const LOG_TWO_PI = 1.8378770664093453; // ln 2π
/** (Part of an observation that W reaches)² below this share of the most it could be is rounding. */
const REACHED = 1e-20;

/** A filter that starts diffuse, one step at a time until `rank` is 0. */
export class DiffuseFilter {
  readonly #model: StateSpace;
  readonly #algebra: Algebra;
  /** x_t given what was observed before. */
  predicted: Diffuse;

  constructor(algebra: Algebra, model: StateSpace) {
    const n = model.state;
    const W = new Float64Array(n * n);
    for (let i = 0; i < n; ++i) W[i * n + i] = 1;
    this.#algebra = algebra;
    this.#model = model;
    this.predicted = { mean: new Float64Array(n), covariance: new Float64Array(n * n), W, rank: n };
  }

  /**
   * Takes y [p], NaN where missing, and the drift [n] to the next step. Throws NumericError where an
   * innovation has no variance.
   */
  step(y: ArrayLike<number>, drift?: ArrayLike<number>): DiffuseStep {
    const { state: n, output: p, C, R, A, Q } = this.#model;
    const { predicted } = this;
    const algebra = this.#algebra;
    const now: Diffuse = {
      mean: predicted.mean.slice(),
      covariance: predicted.covariance.slice(),
      W: predicted.W,
      rank: predicted.rank,
    };
    const seen = Array.from({ length: p }, (_, i) => i).filter((i) => y[i] === y[i]);
    const o = seen.length;
    const z = seen.map((i) => C.slice(i * n, (i + 1) * n));
    const values = seen.map((i) => y[i]);
    const noise = seen.map((i) => Float64Array.from(seen, (j) => R[i * p + j]));
    let ll = 0;
    for (let i = 0; i < o; ++i) {
      // eliminates observation i from those after it: a unit lower triangular L, so |L| = 1
      const h = noise[i][i];
      for (let j = i + 1; j < o; ++j) {
        const l = h > 0 ? noise[j][i] / h : 0;
        if (l === 0) continue;
        values[j] -= l * values[i];
        for (let k = 0; k < n; ++k) z[j][k] -= l * z[i][k];
        for (let k = i; k < o; ++k) noise[j][k] -= l * noise[i][k];
      }
      ll += this.#observe(now, z[i], values[i], h);
    }
    const mean = algebra.multiply(n, n, 1, A, now.mean);
    const covariance = algebra.congruence(n, n, A, now.covariance);
    for (let i = 0; i < n; ++i) if (drift) mean[i] += drift[i];
    for (let i = 0; i < n * n; ++i) covariance[i] += Q[i];
    this.predicted = {
      mean,
      covariance: symmetric(n, covariance),
      W: algebra.multiply(n, n, now.rank, A, now.W),
      rank: now.rank,
    };
    return { predicted, filtered: now, logLikelihood: ll };
  }

  /** One scalar observation y = z·x + N(0, h); returns its log-likelihood, or that of the limit. */
  #observe(now: Diffuse, z: Float64Array, y: number, h: number): number {
    const n = this.#model.state;
    const { mean, covariance: P, W, rank: r } = now;
    const Pz = this.#algebra.multiply(n, n, 1, P, z);
    const reach = new Float64Array(r);
    let most = 0;
    let infinite = 0;
    let F = h;
    let v = y;
    for (let k = 0; k < r; ++k) {
      let sum = 0;
      let size = 0;
      for (let i = 0; i < n; ++i) {
        sum += z[i] * W[i * r + k];
        size += Math.abs(z[i] * W[i * r + k]);
      }
      reach[k] = sum;
      infinite += sum * sum;
      most += size * size;
    }
    for (let i = 0; i < n; ++i) {
      F += z[i] * Pz[i];
      v -= z[i] * mean[i];
    }
    const diffuse = infinite > REACHED * most;
    if (!diffuse && !(F > 0))
      throw new NumericError(
        "the innovation of an observation has no variance; give R more noise, or drop repeated outputs",
      );
    const gain = new Float64Array(n);
    const keep = new Float64Array(n * n);
    for (let i = 0; i < n; ++i) {
      let sum = 0;
      for (let k = 0; k < r; ++k) sum += W[i * r + k] * reach[k];
      gain[i] = diffuse ? sum / infinite : Pz[i] / F;
      mean[i] += gain[i] * v;
    }
    for (let i = 0; i < n; ++i)
      for (let j = 0; j < n; ++j) keep[i * n + j] = (i === j ? 1 : 0) - gain[i] * z[j];
    const updated = this.#algebra.congruence(n, n, keep, P);
    for (let i = 0; i < n; ++i) for (let j = 0; j < n; ++j) updated[i * n + j] += h * gain[i] * gain[j];
    now.covariance = symmetric(n, updated);
    const logs = this.#algebra.log([diffuse ? infinite : F])[0];
    if (!diffuse) return -0.5 * (LOG_TWO_PI + logs + (v * v) / F);
    now.W = dropDirection(n, r, W, reach, infinite);
    now.rank = r - 1;
    return -0.5 * (LOG_TWO_PI + logs);
  }
}

/**
 * W·H without its first column, H the reflection that turns `reach` [r] to the first axis: the columns that
 * stay unobserved.
 */
function dropDirection(
  n: number,
  r: number,
  W: Float64Array,
  reach: Float64Array,
  square: number,
): Float64Array {
  const u = reach.slice();
  const length = Math.sqrt(square);
  const out = new Float64Array(n * (r - 1));
  u[0] += u[0] < 0 ? -length : length;
  let size = 0;
  for (let k = 0; k < r; ++k) size += u[k] * u[k];
  for (let i = 0; i < n; ++i) {
    let along = 0;
    for (let k = 0; k < r; ++k) along += W[i * r + k] * u[k];
    for (let k = 1; k < r; ++k) out[i * (r - 1) + k - 1] = W[i * r + k] - ((2 * along) / size) * u[k];
  }
  return out;
}

function symmetric(n: number, P: Float64Array): Float64Array {
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < i; ++j) P[i * n + j] = P[j * n + i] = 0.5 * (P[i * n + j] + P[j * n + i]);
  return P;
}

/** What smoothing one step back gives: mean [n], covariance [n,n], and the covariance of x_{t+1} with x_t. */
export interface SmoothedStep {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly lag: Float64Array;
}

/**
 * One step of the smoother inside the start. `now` is x_t given y_1..y_t, `next` x_{t+1} given the same,
 * `mean` and `covariance` those of x_{t+1} given all. The gain is the limit of P·Aᵀ·(Pp)⁻¹: with S = APAᵀ + Q
 * + VVᵀ, V = AW, it is PAᵀS⁻¹(I - VG) + WG, G = (VᵀS⁻¹V)⁻¹VᵀS⁻¹. Throws NumericError where nothing ever
 * observes a direction of x_t.
 */
export function smoothDiffuse(
  algebra: Algebra,
  model: StateSpace,
  now: Diffuse,
  next: Diffuse,
  mean: Float64Array,
  covariance: Float64Array,
): SmoothedStep {
  const { state: n, A, Q } = model;
  const r = now.rank;
  const V = next.W;
  const S = next.covariance.slice();
  const VVt = algebra.multiply(n, r, n, V, algebra.transpose(n, r, V));
  for (let i = 0; i < n * n; ++i) S[i] += VVt[i];
  const who = "smoother: predicted covariance";
  const PAt = algebra.multiply(n, n, n, now.covariance, algebra.transpose(n, n, A));
  const J = algebra.transpose(
    n,
    n,
    algebra.solve(who, n, n, S, algebra.transpose(n, n, PAt), { semidefinite: true }),
  );
  if (r > 0) {
    const SV = algebra.solve(who, n, r, S, V, { semidefinite: true });
    const information = algebra.multiply(r, n, r, algebra.transpose(n, r, V), SV);
    const G = algebra.solve(
      "smoother: a direction of the diffuse start is never observed; what is known of it",
      r,
      n,
      information,
      algebra.transpose(n, r, SV),
    );
    const JV = algebra.multiply(n, n, r, J, V);
    const change = now.W.map((w, i) => w - JV[i]);
    const JG = algebra.multiply(n, r, n, change, G);
    for (let i = 0; i < n * n; ++i) J[i] += JG[i];
  }
  const gap = mean.map((x, i) => x - next.mean[i]);
  const moved = algebra.multiply(n, n, 1, J, gap);
  const keep = algebra.multiply(n, n, n, J, A).map((x, i) => (i % (n + 1) === 0 ? 1 : 0) - x);
  const own = algebra.congruence(n, n, keep, now.covariance);
  const from = algebra.congruence(
    n,
    n,
    J,
    covariance.map((x, i) => x + Q[i]),
  );
  return {
    mean: moved.map((x, i) => x + now.mean[i]),
    covariance: symmetric(
      n,
      own.map((x, i) => x + from[i]),
    ),
    lag: algebra.multiply(n, n, n, covariance, algebra.transpose(n, n, J)),
  };
}

/** ±∞ in covariance [n,n] wherever W·Wᵀ is not 0, W [n,rank]. */
export function markInfinite(n: number, rank: number, W: Float64Array, covariance: Float64Array): void {
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < n; ++j) {
      let sum = 0;
      let size = 0;
      for (let k = 0; k < rank; ++k) {
        const x = W[i * rank + k] * W[j * rank + k];
        sum += x;
        size += Math.abs(x);
      }
      if (Math.abs(sum) > 1e-10 * size && size > 0) covariance[i * n + j] = sum > 0 ? Infinity : -Infinity;
    }
}
