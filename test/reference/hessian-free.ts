/**
 * Hessian-free optimization written straight from the published steps, on plain arrays, to be compared with
 * the shipped one. A problem is a list of residuals: f = ½ Σ r², G = JᵀJ; structural damping is a second list
 * of rows.
 */

export interface Problem {
  residuals(theta: number[]): number[];
  jacobian(theta: number[]): number[][];
  /** Rows of J_x scaled by √w: G_S = SᵀS. */
  structural?(theta: number[]): number[][];
}

export interface PlainOptions {
  lambda: number;
  mu: number;
  weightDecay: number;
  cgIterations: number;
  cgTolerance: number;
  warmStart: number;
  diagonal: boolean;
  undamped: boolean;
  sufficientDecrease: number;
  lineSearchTries: number;
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const plus = (a: number[], s: number, b: number[]): number[] => a.map((x, i) => x + s * b[i]);
const normal = (J: number[][], v: number[]): number[] => {
  const out = v.map(() => 0);
  for (const row of J) {
    const s = dot(row, v);
    row.forEach((x, i) => {
      out[i] += s * x;
    });
  }
  return out;
};

/** B·x = b from x0, and when to stop. */
export interface PlainSystem {
  B(v: number[]): number[];
  b: number[];
  x0: number[];
  iterations: number;
  tolerance: number;
  /** Diagonal of the preconditioner. */
  M?: number[];
}

/** CG on B·x = b; every iterate and its φ. */
export function plainCg(system: PlainSystem): { xs: number[][]; phis: number[] } {
  const { b, iterations, tolerance, M } = system;
  const B = (v: number[]): number[] => system.B(v);
  let x = system.x0;
  let r = plus(b, -1, B(x));
  let z = M ? r.map((v, i) => v / M[i]) : r;
  let p = z;
  const phi = (): number => -0.5 * dot(x, plus(r, 1, b));
  const xs = [x];
  const phis = [phi()];
  for (let i = 1; i <= iterations; ++i) {
    if (Math.sqrt(dot(r, r)) < 1e-10) break;
    const Bp = B(p);
    const pBp = dot(p, Bp);
    if (pBp <= 0) break;
    const rz = dot(r, z);
    const alpha = rz / pBp;
    x = plus(x, alpha, p);
    r = plus(r, -alpha, Bp);
    z = M ? r.map((v, j) => v / M[j]) : r;
    p = plus(z, dot(r, z) / rz, p);
    xs.push(x);
    phis.push(phi());
    const k = Math.max(10, Math.ceil(0.1 * i));
    if (i > k && phis[i] < 0 && (phis[i] - phis[i - k]) / phis[i] < k * tolerance) break;
  }
  return { xs, phis };
}

interface PlainRun {
  theta: number[];
  lambda: number;
  direction: number[];
  step(): Record<string, number>;
}

/** f, its gradient and the damped matrix at θ. */
function modelAt(problem: Problem, theta: number[], lambda: number, o: PlainOptions) {
  const J = problem.jacobian(theta);
  const S = problem.structural?.(theta) ?? [];
  const r = problem.residuals(theta);
  const extra = lambda + o.weightDecay;
  const g = theta.map((t, i) => J.reduce((sum, row, n) => sum + row[i] * r[n], 0) + o.weightDecay * t);
  const B = (v: number[]): number[] => plus(plus(normal(J, v), lambda * o.mu, normal(S, v)), extra, v);
  const square = (i: number): number => J.reduce((sum, row, n) => sum + (row[i] * r[n]) ** 2, 0) / J.length;
  const M = o.diagonal ? theta.map((_, i) => (square(i) + extra) ** 0.75) : undefined;
  const undamped = (v: number[]): number => dot(g, v) + 0.5 * dot(v, plus(normal(J, v), o.weightDecay, v));
  return { g, B, M, undamped };
}

/** The kept iterates, walked back over while f does not rise: the number of the one to take. */
function chosenIterate(xs: number[][], f: (delta: number[]) => number): number {
  const last = xs.length - 1;
  const kept: number[] = [];
  for (let j = 0; Math.ceil(5 * 1.3 ** j) < last; ++j) kept.push(Math.ceil(5 * 1.3 ** j));
  kept.push(last);
  let chosen = last;
  for (let j = kept.length - 2; j >= 0; --j) {
    if (f(xs[kept[j]]) > f(xs[chosen])) break;
    chosen = kept[j];
  }
  return chosen;
}

/** The first α = 0.8ʲ that is low enough, or 0. */
function stepLengthOf(f: (alpha: number) => number, loss: number, slope: number, o: PlainOptions): number {
  let alpha = 1;
  const good = (): boolean => f(alpha) < loss + o.sufficientDecrease * alpha * slope;
  for (let tries = 1; !good() && tries < o.lineSearchTries; ++tries) alpha *= 0.8;
  return good() ? alpha : 0;
}

/** The optimizer: call `step` again and again. Its whole state may be set between steps. */
export function plainHessianFree(problem: Problem, theta: number[], o: PlainOptions): PlainRun {
  const run: PlainRun = { theta, lambda: o.lambda, direction: theta.map(() => 0), step };
  const f = (t: number[]): number =>
    0.5 * dot(problem.residuals(t), problem.residuals(t)) + 0.5 * o.weightDecay * dot(t, t);
  function step(): Record<string, number> {
    const at = run.theta;
    const lambda = run.lambda;
    const { g, B, M, undamped } = modelAt(problem, at, lambda, o);
    const { xs, phis } = plainCg({
      B,
      b: g.map((x) => -x),
      x0: run.direction.map((x) => o.warmStart * x),
      iterations: o.cgIterations,
      tolerance: o.cgTolerance,
      M,
    });
    const last = xs.length - 1;
    const chosen = chosenIterate(xs, (x) => f(plus(at, 1, x)));
    const delta = xs[chosen];
    const loss = f(at);
    const q = o.undamped ? undamped(delta) : phis[chosen];
    const change = f(plus(at, 1, delta)) - loss;
    const rho = change > 0 ? -Infinity : change / q;
    if (rho > 0.75) run.lambda *= 2 / 3;
    else if (!(rho >= 0.25)) run.lambda *= 3 / 2;
    const stepLength = stepLengthOf((alpha) => f(plus(at, alpha, delta)), loss, dot(g, delta), o);
    run.direction = stepLength > 0 ? xs[last] : at.map(() => 0);
    run.theta = plus(at, stepLength, delta);
    const gradientNorm = Math.sqrt(dot(g, g));
    return { loss, gradientNorm, lambda, rho, cgIterations: last, chosen, stepLength, after: f(run.theta) };
  }
  return run;
}
