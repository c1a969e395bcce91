/**
 * Rauch-Tung-Striebel smoother in f64, over what the Kalman filter kept.
 *
 *   J = P_t·Aᵀ·P_{t+1|t}⁻¹        m = m_t + J·(m_{t+1|T} - m_{t+1|t})
 *   P = (I - J·A)·P_t·(I - J·A)ᵀ + J·(Q + P_{t+1|T})·Jᵀ
 *
 * (Rauch, Tung & Striebel 1965; the covariance in Joseph's form, so that rounding cannot make it indefinite.)
 */
import { addProduct, product } from "../algebra/product";
import { at64, axpy64, get64, identityMinus, put64, settled, symmetrize, transpose } from "../algebra/small";
import { cholesky, solveLower, solveLowerTransposed } from "../algebra/linalg";

/** A relative pivot of a predicted covariance at rounding level: the state has no freedom there. */
@inline const SEMIDEFINITE: f64 = 1e-14;

/** Jᵀ and J [n,n] from A, the filtered covariance P and the predicted one of the next step; S is scratch. */
function smootherGain(n: i32, A: usize, P: usize, predicted: usize, S: usize, Jt: usize, J: usize): void {
  product(n, n, n, A, n, P, n, Jt, n);
  memory.copy(S, predicted, (<usize>(n * n)) << 3);
  cholesky(n, S, SEMIDEFINITE);
  solveLower(n, n, S, Jt);
  solveLowerTransposed(n, n, S, Jt);
  transpose(n, n, Jt, J);
}

/** out [n,n] = (I - J·A)·P·(I - J·A)ᵀ + J·(Q + next)·Jᵀ; S, M, MP [n,n] are scratch. */
function smoothCovariance(
  n: i32,
  A: usize,
  Q: usize,
  J: usize,
  Jt: usize,
  P: usize,
  next: usize,
  S: usize,
  M: usize,
  MP: usize,
  out: usize,
): void {
  product(n, n, n, J, n, A, n, MP, n);
  identityMinus(n, MP, M);
  product(n, n, n, M, n, P, n, MP, n);
  transpose(n, n, M, S);
  product(n, n, n, MP, n, S, n, out, n);
  for (let i = 0; i < n * n; ++i) put64(M, i, get64(Q, i) + get64(next, i));
  product(n, n, n, J, n, M, n, MP, n);
  addProduct(n, n, n, MP, n, Jt, n, out, n);
  symmetrize(n, out, 0);
}

/** m [n] = filtered + J·(smoothed - predicted) of the next step; d [n] is scratch. */
function smoothMean(
  n: i32,
  Jt: usize,
  filtered: usize,
  smoothed: usize,
  predicted: usize,
  d: usize,
  m: usize,
): void {
  memory.copy(m, filtered, (<usize>n) << 3);
  for (let i = 0; i < n; ++i) put64(d, i, get64(smoothed, i) - get64(predicted, i));
  for (let i = 0; i < n; ++i) axpy64(n, get64(d, i), at64(Jt, i * n), m);
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
    const gainSame = t < T - 2 && load<i32>(same + ((<usize>(t + 1)) << 2)) != 0;
    if (!gainSame) smootherGain(n, A, P, at64(Pp, (t + 1) * nn), S, Jt, J);
    smoothMean(n, Jt, at64(mf, t * n), at64(ms, (t + 1) * n), at64(mp, (t + 1) * n), d, at64(ms, t * n));
    if (gainSame && steady) {
      memory.copy(out, next, bytes);
      if (lag) memory.copy(at64(lag, t * nn), at64(lag, (t + 1) * nn), bytes);
      continue;
    }
    if (lag) product(n, n, n, next, n, Jt, n, at64(lag, t * nn), n);
    smoothCovariance(n, A, Q, J, Jt, P, next, S, M, MP, out);
    steady = gainSame && settled(nn, next, out, tolerance);
  }
}
