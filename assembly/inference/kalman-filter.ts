/**
 * Kalman filter in f64, a whole series a call.
 *
 *   x_{t+1} = A·x_t + d_t + w,  w ~ N(0, Q)        y_t = C·x_t + v,  v ~ N(0, R)
 *
 * Both updates of the covariance are sums of two congruences (Joseph form), so rounding cannot make it
 * indefinite, and are symmetrized. Rows of y are NaN where an entry is missing. `model` holds A [n,n], C
 * [p,n], Q [n,n], R [p,p] back to back. (Kalman 1960; Durbin & Koopman 2012, chapter 4.)
 */
import { log } from "../elementary/elementary";
import { addProduct, product } from "../algebra/product";
import {
  at64,
  axpy64,
  dot64,
  get64,
  identityMinus,
  put64,
  settled,
  symmetrize,
  transpose,
} from "../algebra/small";
import { cholesky, solveLower, solveLowerTransposed } from "../algebra/linalg";

@inline const LOG_TWO_PI: f64 = 1.8378770664093453; // ln 2π
/** f64 at the head of the scratch that hold the Workspace. */
@inline const HEAD: i32 = 16;

/** Where the parameters lie, and what a step computes on its way. */
@unmanaged
class Workspace {
  n: i32;
  p: i32;
  A: usize;
  C: usize;
  Q: usize;
  R: usize;
  /** Aᵀ [n,n], Cᵀ [n,p]. */
  At: usize;
  Ct: usize;
  /** Three matrices [n,n] of intermediate results. */
  M: usize;
  MP: usize;
  Mt: usize;
  /** P·Cᵀ [n,o], with o the number of values that are there. */
  PC: usize;
  /** F [o,o], the covariance of the innovation; then its Cholesky factor. */
  F: usize;
  /** The gain K = P·Cᵀ·F⁻¹: transposed [o,n], as it is [n,o], and K·R [n,o]. */
  G: usize;
  K: usize;
  KR: usize;
  /** Which values are there [o], and their rows of C, of Cᵀ and of R. */
  seen: usize;
  Co: usize;
  Cot: usize;
  Ro: usize;
  /** The innovation v [o], and L⁻¹·v. */
  v: usize;
  z: usize;
}

/** f64 elements of scratch for either pass. */
export function kalmanScratch(n: i32, p: i32): i32 {
  return HEAD + 6 * n * n + 8 * n * p + 2 * p * p + 4 * (n + p);
}

/** Lays the workspace out in the scratch, and transposes A and C. */
function workspace(n: i32, p: i32, model: usize, scratch: usize): Workspace {
  const w = changetype<Workspace>(scratch);
  const nn = n * n;
  const np = n * p;
  w.n = n;
  w.p = p;
  w.A = model;
  w.C = at64(w.A, nn);
  w.Q = at64(w.C, np);
  w.R = at64(w.Q, nn);
  w.At = at64(scratch, HEAD);
  w.M = at64(w.At, nn);
  w.MP = at64(w.M, nn);
  w.Mt = at64(w.MP, nn);
  w.Ct = at64(w.Mt, nn);
  w.PC = at64(w.Ct, np);
  w.G = at64(w.PC, np);
  w.K = at64(w.G, np);
  w.KR = at64(w.K, np);
  w.Co = at64(w.KR, np);
  w.Cot = at64(w.Co, np);
  w.F = at64(w.Cot, np);
  w.Ro = at64(w.F, p * p);
  w.v = at64(w.Ro, p * p);
  w.z = at64(w.v, p);
  w.seen = at64(w.z, p);
  transpose(n, n, w.A, w.At);
  transpose(p, n, w.C, w.Ct);
  return w;
}

/** Σ ln L_ii of a Cholesky factor L [p,p]. */
function logDiagonal(p: i32, L: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < p; i += 2) {
    const pair = f64x2.replace_lane(
      f64x2.splat(get64(L, i * p + i)),
      1,
      i + 1 < p ? get64(L, (i + 1) * p + i + 1) : 1,
    );
    const logs = log<f64>(pair);
    sum = sum + f64x2.extract_lane(logs, 0) + f64x2.extract_lane(logs, 1);
  }
  return sum;
}

/** Lists in `seen` which values of a row of y are there; returns how many. */
@inline
function listSeen(p: i32, row: usize, seen: usize): i32 {
  let o = 0;
  for (let i = 0; i < p; ++i) {
    const value = get64(row, i);
    if (value != value) continue;
    store<i32>(seen + ((<usize>o) << 2), i);
    ++o;
  }
  return o;
}

/** Which value is the i-th that is there. */
@inline
function seenAt(w: Workspace, i: i32): i32 {
  return load<i32>(w.seen + ((<usize>i) << 2));
}

/** The rows of C, of Cᵀ and of R that belong to the o values that are there. */
function restrict(w: Workspace, o: i32): void {
  const n = w.n;
  for (let i = 0; i < o; ++i) {
    const from = seenAt(w, i);
    memory.copy(at64(w.Co, i * n), at64(w.C, from * n), (<usize>n) << 3);
    for (let j = 0; j < o; ++j) put64(w.Ro, i * o + j, get64(w.R, from * w.p + seenAt(w, j)));
  }
  transpose(o, n, w.Co, w.Cot);
}

/** v = y - C·m [o] of the values that are there, twice. w is read once: stores might change it. */
@inline
function innovate(w: Workspace, o: i32, c: usize, row: usize, m: usize): void {
  const n = w.n;
  const seen = w.seen;
  const v = w.v;
  const z = w.z;
  for (let i = 0; i < o; ++i) {
    const e = get64(row, load<i32>(seen + ((<usize>i) << 2))) - dot64(n, at64(c, i * n), m);
    put64(v, i, e);
    put64(z, i, e);
  }
}

/** The Cholesky factor of F = C·P·Cᵀ + R, and the gain as Kᵀ; false where F is not positive definite. */
function gain(w: Workspace, o: i32, c: usize, ct: usize, r: usize, P: usize): bool {
  const n = w.n;
  product(n, o, n, P, n, ct, o, w.PC, o);
  product(o, o, n, c, n, w.PC, o, w.F, o);
  symmetrize(o, w.F, r);
  if (cholesky(o, w.F, -1)) return false;
  transpose(n, o, w.PC, w.G);
  solveLower(o, n, w.F, w.G);
  solveLowerTransposed(o, n, w.F, w.G);
  return true;
}

/** Pf = (I - K·C)·P·(I - K·C)ᵀ + K·R·Kᵀ, Joseph's form; P where no value is there. */
function updateCovariance(w: Workspace, o: i32, c: usize, r: usize, P: usize, Pf: usize): void {
  const n = w.n;
  if (o == 0) {
    memory.copy(Pf, P, (<usize>(n * n)) << 3);
    return;
  }
  transpose(o, n, w.G, w.K);
  product(n, n, o, w.K, o, c, n, w.MP, n);
  identityMinus(n, w.MP, w.M);
  product(n, n, n, w.M, n, P, n, w.MP, n);
  transpose(n, n, w.M, w.Mt);
  product(n, n, n, w.MP, n, w.Mt, n, Pf, n);
  product(n, o, o, w.K, o, r, o, w.KR, o);
  addProduct(n, n, o, w.KR, o, w.G, n, Pf, n);
  symmetrize(n, Pf, 0);
}

/** M = A·Pf·Aᵀ + Q, the covariance of the next state. */
function predictCovariance(w: Workspace, Pf: usize): void {
  const n = w.n;
  product(n, n, n, w.A, n, Pf, n, w.MP, n);
  product(n, n, n, w.MP, n, w.At, n, w.M, n);
  symmetrize(n, w.M, w.Q);
}

/** mf = m + K·v, and next = A·mf, + d where d is not 0. next may be m. */
@inline
function updateMean(w: Workspace, o: i32, m: usize, mf: usize, d: usize, next: usize): void {
  const n = w.n;
  const v = w.v;
  const G = w.G;
  for (let i = 0; i < n; ++i) put64(mf, i, get64(m, i));
  for (let i = 0; i < o; ++i) axpy64(n, get64(v, i), at64(G, i * n), mf);
  product(n, 1, n, w.A, n, mf, 1, next, 1);
  if (d) axpy64(n, 1, d, next);
}

/**
 * The filter over y [T,p].
 *
 * drift      [T,n]      d_t, or 0 for none
 * keep       1: one row a step; 0: every output but `ll` has one row, the last
 * tolerance relative change of the predicted covariance from which on it counts as constant, while nothing is
 * missing; negative: never
 * mp, Pp [T+1,n], [T+1,n,n] mean and covariance of x_t given y up to t-1; the caller writes row 0, the kernel
 * the others
 * mf, Pf     [T,n], [T,n,n]      given y up to t; overwritten
 * ll         [T]        ln p(y_t | y_<t), nats; overwritten
 * same       [T]        i32: 1 where Pp, Pf are copies of those of t-1; overwritten; may be 0
 * Returns 0, or 1 + the step whose innovation covariance is not positive definite.
 */
export function kalmanFilter(
  T: i32,
  n: i32,
  p: i32,
  model: usize,
  y: usize,
  drift: usize,
  keep: i32,
  tolerance: f64,
  mp: usize,
  Pp: usize,
  mf: usize,
  Pf: usize,
  ll: usize,
  same: usize,
  scratch: usize,
): i32 {
  const w = workspace(n, p, model, scratch);
  const nextMean: usize = keep ? (<usize>n) << 3 : 0;
  const nextCovariance: usize = keep ? (<usize>(n * n)) << 3 : 0;
  let steady = false;
  let logDet: f64 = 0;
  for (let t = 0; t < T; ++t) {
    const row = at64(y, t * p);
    const PNext = Pp + nextCovariance;
    const o = listSeen(p, row, w.seen);
    const all = o == p;
    if (!all) restrict(w, o);
    const c = all ? w.C : w.Co;
    const r = all ? w.R : w.Ro;
    steady = steady && all;
    innovate(w, o, c, row, mp);
    if (!steady) {
      if (!gain(w, o, c, all ? w.Ct : w.Cot, r, Pp)) return t + 1;
      logDet = logDiagonal(o, w.F);
    }
    // the mean first: the next step waits for it, and for nothing of the likelihood
    updateMean(w, o, mp, mf, drift ? at64(drift, t * n) : 0, mp + nextMean);
    const z = w.z;
    solveLower(o, 1, w.F, z);
    put64(ll, t, -0.5 * (<f64>o * LOG_TWO_PI + dot64(o, z, z)) - logDet);
    if (same) store<i32>(same + ((<usize>t) << 2), steady ? 1 : 0);
    if (!steady) {
      updateCovariance(w, o, c, r, Pp, Pf);
      predictCovariance(w, Pf);
      steady = all && settled(n * n, Pp, w.M, tolerance);
      memory.copy(PNext, steady ? Pp : w.M, (<usize>(n * n)) << 3);
    } else if (keep) {
      memory.copy(Pf, Pf - nextCovariance, nextCovariance);
      memory.copy(PNext, Pp, nextCovariance);
    }
    mp += nextMean;
    Pp = PNext;
    mf += nextMean;
    Pf += nextCovariance;
  }
  return 0;
}
