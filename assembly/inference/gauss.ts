/**
 * Kalman filter and Rauch-Tung-Striebel smoother in f64, a whole series a call.
 *
 *   x_{t+1} = A·x_t + d_t + w,  w ~ N(0, Q)        y_t = C·x_t + v,  v ~ N(0, R)
 *
 * Both updates of the covariance are sums of two congruences (Joseph form), so rounding cannot make it
 * indefinite, and are symmetrized. Rows of y are NaN where an entry is missing. `model` holds A [n,n], C
 * [p,n], Q [n,n], R [p,p] back to back. (Kalman 1960; Rauch, Tung & Striebel 1965; Durbin & Koopman 2012,
 * chapter 4.)
 */
import { log } from "../elementary/elementary";
import { addProduct, product } from "../algebra/product";
import { at64, axpy64, dot64, get64, identityMinus, put64, symmetrize, transpose } from "../algebra/small";
import { cholesky, solveLower, solveLowerTransposed } from "../algebra/linalg";

@inline const LOG_TWO_PI: f64 = 1.8378770664093453; // ln 2π
/** A relative pivot of a predicted covariance at rounding level: the state has no freedom there. */
@inline const SEMIDEFINITE: f64 = 1e-14;

/** f64 elements of scratch for both passes. */
export function kalmanScratch(n: i32, p: i32): i32 {
  return 6 * n * n + 8 * n * p + 2 * p * p + 4 * (n + p) + 32;
}

/** Whether no element of x and y [size] differs by more than tolerance times the largest of x. */
function settled(size: i32, x: usize, y: usize, tolerance: f64): bool {
  let largest: f64 = 0;
  let apart: f64 = 0;
  for (let i = 0; i < size; ++i) {
    const a = get64(x, i);
    largest = max(largest, abs(a));
    apart = max(apart, abs(a - get64(y, i)));
  }
  return apart <= tolerance * largest;
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
  const nn = n * n;
  const np = n * p;
  const A = model;
  const C = at64(A, nn);
  const Q = at64(C, np);
  const R = at64(Q, nn);
  const At = scratch;
  const M = at64(At, nn);
  const MP = at64(M, nn);
  const Mt = at64(MP, nn);
  const Ct = at64(Mt, nn);
  const G = at64(Ct, np);
  const K = at64(G, np);
  const PC = at64(K, np);
  const KR = at64(PC, np);
  const Co = at64(KR, np);
  const Cot = at64(Co, np);
  const F = at64(Cot, np);
  const Ro = at64(F, p * p);
  const v = at64(Ro, p * p);
  const z = at64(v, p);
  const seen = at64(z, p);
  const nextMean: usize = keep ? (<usize>n) << 3 : 0;
  const nextCovariance: usize = keep ? (<usize>nn) << 3 : 0;
  transpose(n, n, A, At);
  transpose(p, n, C, Ct);
  let steady = false;
  let logDet: f64 = 0;
  for (let t = 0; t < T; ++t) {
    const row = at64(y, t * p);
    const mNext = mp + nextMean;
    const PNext = Pp + nextCovariance;
    let o = 0;
    for (let i = 0; i < p; ++i) {
      const value = get64(row, i);
      if (value != value) continue;
      store<i32>(seen + ((<usize>o) << 2), i);
      ++o;
    }
    let c = C;
    let ct = Ct;
    let r = R;
    if (o < p) {
      steady = false;
      for (let i = 0; i < o; ++i) {
        const from = load<i32>(seen + ((<usize>i) << 2));
        memory.copy(at64(Co, i * n), at64(C, from * n), (<usize>n) << 3);
        for (let j = 0; j < o; ++j)
          put64(Ro, i * o + j, get64(R, from * p + load<i32>(seen + ((<usize>j) << 2))));
      }
      transpose(o, n, Co, Cot);
      c = Co;
      ct = Cot;
      r = Ro;
    }
    for (let i = 0; i < o; ++i) {
      const e = get64(row, load<i32>(seen + ((<usize>i) << 2))) - dot64(n, at64(c, i * n), mp);
      put64(v, i, e);
      put64(z, i, e);
    }
    if (!steady) {
      product(n, o, n, Pp, n, ct, o, PC, o);
      product(o, o, n, c, n, PC, o, F, o);
      symmetrize(o, F, r);
      if (cholesky(o, F, -1)) return t + 1;
      logDet = logDiagonal(o, F);
      transpose(n, o, PC, G);
      solveLower(o, n, F, G);
      solveLowerTransposed(o, n, F, G);
    }
    solveLower(o, 1, F, z);
    memory.copy(mf, mp, (<usize>n) << 3);
    for (let i = 0; i < o; ++i) axpy64(n, get64(v, i), at64(G, i * n), mf);
    put64(ll, t, -0.5 * (<f64>o * LOG_TWO_PI + dot64(o, z, z)) - logDet);
    product(n, 1, n, A, n, mf, 1, MP, 1);
    memory.copy(mNext, MP, (<usize>n) << 3);
    if (drift) axpy64(n, 1, at64(drift, t * n), mNext);
    if (same) store<i32>(same + ((<usize>t) << 2), steady ? 1 : 0);
    if (steady) {
      if (keep) {
        memory.copy(Pf, Pf - nextCovariance, nextCovariance);
        memory.copy(PNext, Pp, nextCovariance);
      }
    } else {
      if (o > 0) {
        transpose(o, n, G, K);
        product(n, n, o, K, o, c, n, MP, n);
        identityMinus(n, MP, M);
        product(n, n, n, M, n, Pp, n, MP, n);
        transpose(n, n, M, Mt);
        product(n, n, n, MP, n, Mt, n, Pf, n);
        product(n, o, o, K, o, r, o, KR, o);
        addProduct(n, n, o, KR, o, G, n, Pf, n);
        symmetrize(n, Pf, 0);
      } else memory.copy(Pf, Pp, (<usize>nn) << 3);
      product(n, n, n, A, n, Pf, n, MP, n);
      product(n, n, n, MP, n, At, n, M, n);
      symmetrize(n, M, Q);
      steady = o == p && settled(nn, Pp, M, tolerance);
      memory.copy(PNext, steady ? Pp : M, (<usize>nn) << 3);
    }
    mp = mNext;
    Pp = PNext;
    mf += nextMean;
    Pf += nextCovariance;
  }
  return 0;
}

/**
 * The smoother over what the filter kept.
 *
 * ms, Ps  [T,n], [T,n,n]  mean and covariance of x_t given all of y; overwritten
 * lag [T,n,n] covariance of x_{t+1} with x_t given all of y, the last row 0; overwritten; may be 0
 */
export function kalmanSmoother(
  T: i32,
  n: i32,
  model: usize,
  tolerance: f64,
  mp: usize,
  Pp: usize,
  mf: usize,
  Pf: usize,
  same: usize,
  ms: usize,
  Ps: usize,
  lag: usize,
  p: i32,
  scratch: usize,
): void {
  const nn = n * n;
  const bytes = (<usize>nn) << 3;
  const A = model;
  const Q = at64(model, nn + n * p);
  const S = scratch;
  const Jt = at64(S, nn);
  const J = at64(Jt, nn);
  const M = at64(J, nn);
  const MP = at64(M, nn);
  const d = at64(MP, nn);
  memory.copy(at64(ms, (T - 1) * n), at64(mf, (T - 1) * n), (<usize>n) << 3);
  memory.copy(at64(Ps, (T - 1) * nn), at64(Pf, (T - 1) * nn), bytes);
  if (lag) memory.fill(at64(lag, (T - 1) * nn), 0, bytes);
  let steady = false;
  for (let t = T - 2; t >= 0; --t) {
    const P = at64(Pf, t * nn);
    const next = at64(Ps, (t + 1) * nn);
    const out = at64(Ps, t * nn);
    const m = at64(ms, t * n);
    const gainSame = t < T - 2 && load<i32>(same + ((<usize>(t + 1)) << 2)) != 0;
    if (!gainSame) {
      steady = false;
      product(n, n, n, A, n, P, n, Jt, n);
      memory.copy(S, at64(Pp, (t + 1) * nn), bytes);
      cholesky(n, S, SEMIDEFINITE);
      solveLower(n, n, S, Jt);
      solveLowerTransposed(n, n, S, Jt);
      transpose(n, n, Jt, J);
    }
    memory.copy(m, at64(mf, t * n), (<usize>n) << 3);
    for (let i = 0; i < n; ++i) put64(d, i, get64(ms, (t + 1) * n + i) - get64(mp, (t + 1) * n + i));
    for (let i = 0; i < n; ++i) axpy64(n, get64(d, i), at64(Jt, i * n), m);
    if (gainSame && steady) {
      memory.copy(out, next, bytes);
      if (lag) memory.copy(at64(lag, t * nn), at64(lag, (t + 1) * nn), bytes);
      continue;
    }
    if (lag) product(n, n, n, next, n, Jt, n, at64(lag, t * nn), n);
    product(n, n, n, J, n, A, n, MP, n);
    identityMinus(n, MP, M);
    product(n, n, n, M, n, P, n, MP, n);
    transpose(n, n, M, S);
    product(n, n, n, MP, n, S, n, out, n);
    for (let i = 0; i < nn; ++i) put64(M, i, get64(Q, i) + get64(next, i));
    product(n, n, n, J, n, M, n, MP, n);
    addProduct(n, n, n, MP, n, Jt, n, out, n);
    symmetrize(n, out, 0);
    steady = gainSame && settled(nn, next, out, tolerance);
  }
}
