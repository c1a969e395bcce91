/**
 * Linear dynamical systems by one joint Gaussian over every state and output: no recursion over what is
 * estimated.
 *   x_{t+1} = A·x_t + B·u_t + w,  y_t = C·x_t + D·u_t + v;  NaN in y is missing.
 */
import {
  add,
  column,
  identity,
  multiply,
  part,
  rows,
  solve,
  transpose,
  zeros,
  type Matrix,
} from "./matrix.ts";

export interface System {
  A: Matrix;
  C: Matrix;
  Q: Matrix;
  R: Matrix;
  B?: Matrix;
  D?: Matrix;
  mean: number[];
  covariance: Matrix;
}
export interface Joint {
  mean: number[];
  covariance: Matrix;
}
const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Mean and covariance of (x_1..x_T, y_1..y_T). */
export function joint(s: System, T: number, u?: Matrix): Joint {
  const n = s.A.length;
  const p = s.C.length;
  const size = T * (n + p);
  const mean = new Array<number>(size).fill(0);
  const covariance = zeros(size, size);
  const set = (i: number, j: number, M: Matrix): void =>
    M.forEach((row, a) =>
      row.forEach((v, b) => {
        covariance[i + a][j + b] = covariance[j + b][i + a] = v;
      }),
    );
  let m = column(s.mean);
  let P = s.covariance;
  for (let t = 0; t < T; ++t) {
    m.forEach((v, i) => {
      mean[t * n + i] = v[0]!;
    });
    let cross = P; // cov(x_k, x_t) for k = t, t+1, ...
    for (let k = t; k < T; ++k) {
      set(k * n, t * n, cross);
      cross = multiply(s.A, cross);
    }
    m = multiply(s.A, m);
    if (u) m = add(m, multiply(s.B!, column(u[t])));
    P = add(multiply(multiply(s.A, P), transpose(s.A)), s.Q);
  }
  for (let t = 0; t < T; ++t) {
    let y = multiply(s.C, column(mean.slice(t * n, (t + 1) * n)));
    if (u) y = add(y, multiply(s.D!, column(u[t])));
    y.forEach((v, i) => {
      mean[T * n + t * p + i] = v[0]!;
    });
    for (let k = 0; k < T; ++k)
      set(
        T * n + t * p,
        k * n,
        multiply(
          s.C,
          covariance.slice(t * n, (t + 1) * n).map((row) => row.slice(k * n, (k + 1) * n)),
        ),
      );
  }
  for (let t = 0; t < T; ++t) {
    for (let k = 0; k < T; ++k) {
      const xy = covariance
        .slice(t * n, (t + 1) * n)
        .map((row) => row.slice(T * n + k * p, T * n + (k + 1) * p));
      const yy = multiply(s.C, xy);
      set(T * n + t * p, T * n + k * p, t === k ? add(yy, s.R) : yy);
    }
  }
  return { mean, covariance };
}

/**
 * The joint Gaussian given the entries of y [T·p] at the times that `known` accepts, and the log-density of
 * those entries.
 */
export function condition(
  j: Joint,
  s: System,
  y: ArrayLike<number>,
  known: (t: number) => boolean,
): Joint & { logLikelihood: number } {
  const p = s.C.length;
  const n = s.A.length;
  const T = y.length / p;
  const all = j.mean.map((_, i) => i);
  const seen = all
    .slice(T * n)
    .filter((i) => !Number.isNaN(y[i - T * n]) && known(Math.floor((i - T * n) / p)));
  if (seen.length === 0) return { ...j, logLikelihood: 0 };
  const S = part(j.covariance, seen, seen);
  const cross = part(j.covariance, all, seen);
  const e = column(seen.map((i) => y[i - T * n] - j.mean[i]));
  const { X, logDet } = solve(
    S,
    transpose(cross).map((row, i) => [...row, e[i][0]]),
  );
  const gain = transpose(X.map((row) => row.slice(0, -1)));
  const weighted = column(X.map((row) => row[row.length - 1]));
  return {
    mean: add(column(j.mean), multiply(gain, e)).map((r) => r[0]),
    covariance: add(j.covariance, multiply(gain, transpose(cross)), -1),
    logLikelihood: -0.5 * (seen.length * LOG_TWO_PI + logDet + multiply(transpose(e), weighted)[0][0]),
  };
}

/** Mean of x_t and covariance of x_t with x_s out of a joint. */
export const stateMean = (j: Joint, n: number, t: number): number[] => j.mean.slice(t * n, (t + 1) * n);
export const stateCovariance = (j: Joint, n: number, t: number, s = t): Matrix =>
  j.covariance.slice(t * n, (t + 1) * n).map((row) => row.slice(s * n, (s + 1) * n));

/**
 * Exact diffuse x_1 with complete y, Q and R regular: the posterior of all states from its precision, and the
 * log of ∫ p(y, x)·(2π)^(-n/2) dx.
 */
export function diffuse(
  s: Omit<System, "mean" | "covariance">,
  y: ArrayLike<number>,
): Joint & { logLikelihood: number } {
  const n = s.A.length;
  const p = s.C.length;
  const T = y.length / p;
  const { X: Qi, logDet: logQ } = solve(s.Q, identity(n));
  const { X: Ri, logDet: logR } = solve(s.R, identity(p));
  const precision = zeros(T * n, T * n);
  const information = zeros(T * n, 1);
  const into = (i: number, j: number, M: Matrix): void =>
    M.forEach((row, a) =>
      row.forEach((v, b) => {
        precision[i + a][j + b] += v;
      }),
    );
  let constant = 0;
  for (let t = 0; t < T; ++t) {
    const yt = column(rows(y, p)[t]);
    const CR = multiply(transpose(s.C), Ri);
    into(t * n, t * n, multiply(CR, s.C));
    multiply(CR, yt).forEach((v, i) => {
      information[t * n + i][0] += v[0];
    });
    constant -= 0.5 * (p * LOG_TWO_PI + logR + multiply(multiply(transpose(yt), Ri), yt)[0][0]);
    if (t + 1 === T) continue;
    const AQ = multiply(transpose(s.A), Qi);
    into(t * n, t * n, multiply(AQ, s.A));
    into((t + 1) * n, (t + 1) * n, Qi);
    into(
      t * n,
      (t + 1) * n,
      AQ.map((row) => row.map((v) => -v)),
    );
    into(
      (t + 1) * n,
      t * n,
      transpose(AQ).map((row) => row.map((v) => -v)),
    );
    constant -= 0.5 * (n * LOG_TWO_PI + logQ);
  }
  const { X: covariance, logDet } = solve(precision, identity(T * n));
  const mean = multiply(covariance, information);
  const quadratic = multiply(transpose(information), mean)[0][0];
  return {
    mean: mean.map((r) => r[0]),
    covariance,
    logLikelihood: constant + 0.5 * (quadratic - logDet + T * n * LOG_TWO_PI) - 0.5 * n * LOG_TWO_PI,
  };
}
