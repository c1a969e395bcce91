/**
 * Learning a linear dynamical system from smoothed states: expected products, the M-step (Ghahramani & Hinton
 * 1996), and the gradient of the log-likelihood by Fisher's identity, ∇ ln p(y) = E[∇ ln p(x, y) | y].
 *
 * Both regressions (x_{t+1} on z_t = (x_t, u_t), and y_t on z_t) are kept as moments of the residual e under
 * the current parameters: no large second moments are subtracted from each other, and the same moments are
 * the gradient.
 */
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import type { LinearGaussian, Pass } from "./kalman.ts";
import type { Algebra } from "./matrix.ts";

/**
 * A regression of r outputs on q inputs: Σ E[eeᵀ] [r,r], Σ E[ezᵀ] [r,q], Σ E[zzᵀ] [q,q] over `count` steps.
 */
export interface Regression {
  count: number;
  readonly ee: Float64Array;
  readonly ez: Float64Array;
  readonly zz: Float64Array;
}

/** Expected products over all sequences. */
export interface LdsMoments {
  readonly transition: Regression;
  readonly emission: Regression;
  /** Sequences, Σ mean [n] and Σ covariance [n,n] of x_1, and Σ (mean - m)(mean - m)ᵀ about the current m. */
  readonly initial: {
    count: number;
    readonly mean: Float64Array;
    readonly covariance: Float64Array;
    readonly spread: Float64Array;
  };
}

const regression = (r: number, q: number): Regression => ({
  count: 0,
  ee: new Float64Array(r * r),
  ez: new Float64Array(r * q),
  zz: new Float64Array(q * q),
});

/** Zero moments for a model of n states, p outputs, m inputs. */
export const ldsMoments = (n: number, p: number, m: number): LdsMoments => ({
  transition: regression(n, n + m),
  emission: regression(p, n + m),
  initial: {
    count: 0,
    mean: new Float64Array(n),
    covariance: new Float64Array(n * n),
    spread: new Float64Array(n * n),
  },
});

/** Adds the expected products of one smoothed sequence. */
export function addMoments(
  engine: InferenceEngine,
  algebra: Algebra,
  model: LinearGaussian,
  pass: Pass,
  moments: LdsMoments,
): void {
  const { memory, kernels: k } = engine;
  const { state: n, output: p, input: m } = model;
  const T = pass.steps;
  const q = n + m;
  const arena = new Arena(memory);
  try {
    const put = (x: ArrayLike<number>): Ptr => {
      const ptr = arena.reals(x.length);
      memory.reals(ptr, x.length).set(x);
      return ptr;
    };
    const sum = (rows: number, width: number, ptr: Ptr, from = 0): Float64Array => {
      const out = arena.reals(width);
      k.fill(width, 0, out);
      k.sumRows(rows, width, memory.at(ptr, from * width), width, out);
      return memory.reals(out, width).slice() as Float64Array;
    };
    const z = arena.reals(T * q);
    k.copyRows(T, n, pass.smoothedMean, n, z, q);
    if (m > 0) k.copyRows(T, m, pass.inputs, m, memory.at(z, n), q);
    /** e [rows, r] = target - z·weightsᵀ, then its products with itself and with z, into the sums. */
    const products = (
      to: Regression,
      r: number,
      rows: number,
      from: number,
      target: Ptr,
      weights: Float64Array,
    ): void => {
      const e = arena.reals(rows * r);
      const W = put(algebra.transpose(r, q, weights));
      const zRows = memory.at(z, from * q);
      k.product(rows, r, q, zRows, q, W, r, e, r);
      k.axpby(rows * r, 1, memory.at(target, from * r), -1, e);
      const ee = put(to.ee);
      const ez = put(to.ez);
      const zz = put(to.zz);
      k.addOuter(r, r, rows, e, r, e, r, ee, r);
      k.addOuter(r, q, rows, e, r, zRows, q, ez, q);
      k.addOuter(q, q, rows, zRows, q, zRows, q, zz, q);
      for (const [array, ptr] of [
        [to.ee, ee],
        [to.ez, ez],
        [to.zz, zz],
      ] as const)
        array.set(memory.reals(ptr, array.length));
      to.count += rows;
    };
    if (T > 1) {
      const { A } = model;
      const lag = sum(T - 1, n * n, pass.lag);
      const P = sum(T - 1, n * n, pass.smoothedCovariance);
      const P1 = sum(T - 1, n * n, pass.smoothedCovariance, 1);
      products(moments.transition, n, T - 1, 0, memory.at(pass.smoothedMean, n), join(n, n, m, A, model.B));
      const AP = algebra.multiply(n, n, n, A, P);
      const Al = algebra.multiply(n, n, n, A, algebra.transpose(n, n, lag));
      const APA = algebra.congruence(n, n, A, P);
      for (let i = 0; i < n; ++i)
        for (let j = 0; j < n; ++j)
          moments.transition.ee[i * n + j] += P1[i * n + j] - Al[i * n + j] - Al[j * n + i] + APA[i * n + j];
      addState(
        moments.transition,
        n,
        n,
        q,
        lag.map((x, i) => x - AP[i]),
        P,
      );
    }
    addEmissions(engine, algebra, model, pass, z, moments.emission, (rows, from) => {
      products(
        moments.emission,
        p,
        rows,
        from,
        pass.outputs,
        join(p, n, m, model.C, new Float64Array(p * m)),
      ); // D·u is taken off already
      addObserved(algebra, model, moments.emission, sum(rows, n * n, pass.smoothedCovariance, from));
    });
    const { initial } = moments;
    const mean = memory.reals(pass.smoothedMean, n);
    const covariance = memory.reals(pass.smoothedCovariance, n * n);
    const center = model.initial === "diffuse" ? mean : model.initial.mean;
    initial.count += 1;
    for (let i = 0; i < n; ++i) {
      initial.mean[i] += mean[i];
      for (let j = 0; j < n; ++j) {
        initial.covariance[i * n + j] += covariance[i * n + j];
        initial.spread[i * n + j] += (mean[i] - center[i]) * (mean[j] - center[j]);
      }
    }
  } finally {
    arena.dispose();
  }
}

/**
 * Runs of complete rows go to `complete`; rows with some entries missing are completed in expectation; empty
 * rows tell nothing.
 */
function addEmissions(
  engine: InferenceEngine,
  algebra: Algebra,
  model: LinearGaussian,
  pass: Pass,
  z: Ptr,
  to: Regression,
  complete: (rows: number, from: number) => void,
): void {
  const { memory } = engine;
  const { state: n, output: p, input: m } = model;
  const T = pass.steps;
  const q = n + m;
  const y = memory.reals(pass.outputs, T * p).slice();
  const seenAt = (t: number): number[] =>
    Array.from({ length: p }, (_, i) => i).filter((i) => y[t * p + i] === y[t * p + i]);
  for (let t = 0, from = 0; t <= T; ++t) {
    const seen = t < T ? seenAt(t) : [];
    if (seen.length === p) continue;
    if (t > from) complete(t - from, from);
    from = t + 1;
    if (seen.length === 0) continue;
    const row = (ptr: Ptr, width: number): Float64Array =>
      memory.reals(memory.at(ptr, t * width), width).slice() as Float64Array;
    addPartial(
      algebra,
      model,
      to,
      seen,
      y.slice(t * p, (t + 1) * p) as Float64Array,
      row(z, q),
      row(pass.smoothedCovariance, n * n),
    );
  }
}

/** One row with entries `seen`: given x, the others are regressed on them through R. y is less D·u. */
function addPartial(
  algebra: Algebra,
  { state: n, output: p, input: m, C, R }: LinearGaussian,
  to: Regression,
  seen: number[],
  y: Float64Array,
  z: Float64Array,
  P: Float64Array,
): void {
  const o = seen.length;
  const q = n + m;
  const Co = Float64Array.from(seen.flatMap((i) => [...C.subarray(i * n, (i + 1) * n)]));
  const Roo = Float64Array.from(seen.flatMap((i) => seen.map((j) => R[i * p + j])));
  const Rao = Float64Array.from({ length: p * o }, (_, i) => R[Math.floor(i / o) * p + seen[i % o]]);
  const H = algebra.transpose(
    o,
    p,
    algebra.solve("observation noise", o, p, Roo, algebra.transpose(p, o, Rao), { semidefinite: true }),
  ); // R_ao·R_oo⁻¹: identity on the seen rows
  const e = Float64Array.from(seen, (i, a) => {
    let sum = y[i];
    for (let j = 0; j < n; ++j) sum -= Co[a * n + j] * z[j];
    return sum;
  });
  const CP = algebra.multiply(o, n, n, Co, P);
  const ee = algebra.multiply(o, n, o, CP, algebra.transpose(o, n, Co));
  const ez = new Float64Array(o * q);
  for (let a = 0; a < o; ++a) {
    for (let b = 0; b < o; ++b) ee[a * o + b] += e[a] * e[b];
    for (let j = 0; j < q; ++j) ez[a * q + j] = e[a] * z[j] - (j < n ? CP[a * n + j] : 0);
  }
  const all = algebra.congruence(p, o, H, ee);
  const explained = algebra.multiply(p, o, p, H, algebra.transpose(p, o, Rao));
  const cross = algebra.multiply(p, o, q, H, ez);
  for (let i = 0; i < p * p; ++i) to.ee[i] += all[i] + R[i] - explained[i];
  for (let i = 0; i < p * q; ++i) to.ez[i] += cross[i];
  for (let i = 0; i < q; ++i)
    for (let j = 0; j < q; ++j) to.zz[i * q + j] += z[i] * z[j] + (i < n && j < n ? P[i * n + j] : 0);
  to.count += 1;
}

/** What the uncertainty of x, Σ P [n,n], adds to the moments of complete rows. */
function addObserved(
  algebra: Algebra,
  { state: n, output: p, input: m, C }: LinearGaussian,
  to: Regression,
  P: Float64Array,
): void {
  const CP = algebra.multiply(p, n, n, C, P);
  const CPC = algebra.congruence(p, n, C, P);
  for (let i = 0; i < p * p; ++i) to.ee[i] += CPC[i];
  addState(
    to,
    p,
    n,
    n + m,
    CP.map((x) => -x),
    P,
  );
}

/** ez += [cross, 0], zz += [P 0; 0 0]. */
function addState(
  to: Regression,
  r: number,
  n: number,
  q: number,
  cross: Float64Array,
  P: Float64Array,
): void {
  for (let i = 0; i < r; ++i) for (let j = 0; j < n; ++j) to.ez[i * q + j] += cross[i * n + j];
  for (let i = 0; i < n; ++i) for (let j = 0; j < n; ++j) to.zz[i * q + j] += P[i * n + j];
}

/** [X Y] side by side, [r, n+m]. */
function join(r: number, n: number, m: number, X: Float64Array, Y: Float64Array): Float64Array {
  const q = n + m;
  return Float64Array.from({ length: r * q }, (_, i) => {
    const a = Math.floor(i / q);
    const j = i % q;
    return j < n ? X[a * n + j] : Y[a * m + j - n];
  });
}

/** New weights and noise of one regression; columns of z outside `free` keep their weights. */
export function solveRegression(
  algebra: Algebra,
  { count, ee, ez, zz }: Regression,
  r: number,
  q: number,
  free: readonly number[],
): { change: Float64Array; noise: Float64Array } {
  const f = free.length;
  const change = new Float64Array(r * q);
  if (f > 0) {
    const S = Float64Array.from(free.flatMap((i) => free.map((j) => zz[i * q + j])));
    const B = Float64Array.from(free.flatMap((i) => Array.from({ length: r }, (_, a) => ez[a * q + i])));
    const X = algebra.solve("lds: moments of the states", f, r, S, B, { semidefinite: true });
    free.forEach((j, b) => {
      for (let a = 0; a < r; ++a) change[a * q + j] = X[b * r + a]!;
    });
  }
  const cross = algebra.multiply(r, q, r, change, algebra.transpose(r, q, ez));
  const fitted = algebra.congruence(r, q, change, zz);
  const noise = new Float64Array(r * r);
  for (let i = 0; i < r; ++i) {
    for (let j = 0; j <= i; ++j) {
      const value = (ij: number, ji: number): number => ee[ij] - cross[ij] - cross[ji] + fitted[ij];
      const ij = i * r + j;
      const ji = j * r + i;
      noise[ij] = noise[ji] = (0.5 * (value(ij, ji) + value(ji, ij))) / count;
    }
  }
  return { change, noise };
}

/**
 * ∂/∂weights [r,q] = N⁻¹·Σez and ∂/∂N [r,r] = ½·N⁻¹(Σee - count·N)N⁻¹ for noise N [r,r], symmetric positive
 * definite.
 */
export function regressionGradient(
  algebra: Algebra,
  who: string,
  { count, ee, ez }: Pick<Regression, "count" | "ee" | "ez">,
  r: number,
  q: number,
  noise: Float64Array,
): { weights: Float64Array; noise: Float64Array } {
  const inner = algebra.solve(
    who,
    r,
    r,
    noise,
    ee.map((x, i) => x - count * noise[i]),
  );
  return {
    weights: algebra.solve(who, r, q, noise, ez),
    noise: algebra.solve(who, r, r, noise, algebra.transpose(r, r, inner)).map((x) => 0.5 * x),
  };
}
