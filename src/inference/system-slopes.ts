/**
 * The exact gradient of ln p of a series by all matrices of its systems: the filter's way once backward,
 * through gaps, several outputs, matrices that change and a diffuse start. (Koopman & Shephard 1992; Durbin &
 * Koopman 2012, section 7.3.3.)
 */
import { observe, type Observation } from "./diffuse.ts";
import type { Kalman, Pass } from "./kalman.ts";
import { dot, Matrix } from "./matrix-value.ts";
import type { Diffuse, LinearGaussian } from "./state-space.ts";
import { BackwardState, entriesOf, symmetricTimes, type State } from "./backward-state.ts";
import {
  isSeenIn,
  lookAt,
  observationsOf,
  outputSlopes,
  type Look,
  type OutputSlopes,
} from "./observations.ts";

/** What derivatives are by: the matrices of a step, and the first state. */
const names = ["A", "B", "C", "D", "Q", "R", "mean", "covariance"] as const;

/** ∂ ln p by the matrices of one step, or of all steps where they are the same. */
export type SystemSlopes = Readonly<Record<(typeof names)[number], Float64Array>>;

/** What a filter left of one step. */
export interface FilterStep {
  /** x_t given y_1..y_{t-1}, with the diffuse directions W, if there are any. */
  readonly predicted: State & { readonly W?: Matrix };
  /** x_t given y_1..y_t. */
  readonly filtered: State;
  /** [p] y less D·u and the intercept, NaN where missing. */
  readonly y: Float64Array;
}

/** The steps of a pass "filter" of a system that stays. */
export function stepsOf(kalman: Kalman, { state: n, output: p }: LinearGaussian, pass: Pass): FilterStep[] {
  const { memory } = kalman.engine;
  const T = pass.steps;
  const rows = (from: Pass["ll"], width: number): ((t: number) => Float64Array) => {
    const all = new Float64Array(memory.reals(from, T * width));
    return (t) => all.subarray(t * width, (t + 1) * width);
  };
  const [means, covariances] = [rows(pass.predictedMean, n), rows(pass.predictedCovariance, n * n)];
  const [filteredMeans, filtered] = [rows(pass.filteredMean, n), rows(pass.filteredCovariance, n * n)];
  const outputs = rows(pass.outputs, p);
  return Array.from({ length: T }, (_, t) => ({
    predicted: { m: means(t), P: covariances(t), W: pass.start[t]?.predicted.W },
    filtered: { m: filteredMeans(t), P: filtered(t) },
    y: outputs(t),
  }));
}

/** The updates of a step: the state before each observation, and after all. */
function updatesOf(
  { A: { algebra } }: LinearGaussian,
  { predicted, filtered }: FilterStep,
  observations: readonly Observation[],
): { readonly before: readonly State[]; readonly filtered: State } {
  const before: State[] = [];
  if (!predicted.W || predicted.W.columns === 0) {
    let now: State = predicted;
    observations.forEach((observation, i) => {
      before.push(now);
      if (i + 1 < observations.length) now = updated(now, observation);
    });
    return { before, filtered };
  }
  const { m, P, W } = predicted;
  let now: Diffuse = {
    mean: Matrix.column(algebra, m),
    covariance: new Matrix(algebra, m.length, m.length, P),
    W,
  };
  for (const observation of observations) {
    const { state } = observe(now, observation);
    before.push(plain(now, state.W.columns < now.W.columns));
    now = state;
  }
  return { before, filtered: plain(now, now.W.columns > 0) };
}

const plain = ({ mean, covariance, W }: Diffuse, isDiffuse: boolean): State => ({
  m: mean.data,
  P: covariance.data,
  D: isDiffuse ? W.timesTransposed(W).data : undefined,
});

/** The state after an observation that reaches nothing diffuse. */
function updated({ m, P }: State, { z, y, h }: Observation): State {
  const n = m.length;
  const a = symmetricTimes(P, z, new Float64Array(n));
  const F = h + dot(z, a);
  const v = y - dot(z, m);
  const after = P.slice();
  for (let i = 0; i < n; ++i) for (let j = 0; j < n; ++j) after[i * n + j] -= (a[i] * a[j]) / F;
  return { m: m.map((x, i) => x + (a[i] * v) / F), P: after };
}

/** A way through a series. */
export interface Way {
  readonly model: (t: number) => LinearGaussian;
  readonly steps: readonly FilterStep[];
  /** [T,m] or none, where derivatives by B and D are 0. */
  readonly u: Float64Array | undefined;
  /** Whether the matrices change from step to step. */
  readonly varying: boolean;
  /** Entries of A [n,n] by which derivatives are wanted, the others' are 0. Default all. */
  readonly wanted?: Int32Array;
}

/** The entries [i·n + j] of A in which one of the systems differs from the first. */
export function changedTransitions([first, ...others]: readonly LinearGaussian[]): Int32Array {
  const all = Int32Array.from(first.A.data.keys());
  return all.filter((k) => others.some(({ A }) => A.data[k] !== first.A.data[k]));
}

/** ∂ ln p: of each step where matrices vary, else one of them all; the first state's in the first. */
export function slopesOf({ model, steps, u, varying, wanted }: Way): SystemSlopes[] {
  const first = model(0);
  const { state: n, input } = first;
  const out: SystemSlopes[] = [];
  const state = new BackwardState(n);
  const places = wanted ?? Int32Array.from({ length: n * n }, (_, k) => k);
  let entries = entriesOf(first.A.data, n);
  let look: Look | undefined;
  for (let t = steps.length - 1; t >= 0; --t) {
    const now = model(t);
    const { y } = steps[t];
    if (varying) entries = entriesOf(now.A.data, n);
    if (varying || !look || !isSeenIn(look, y)) look = lookAt(now, y);
    const to = (out[varying ? t : 0] ??= zeros(first));
    const inputs = u?.subarray(t * input, (t + 1) * input) ?? NONE;
    const observations = observationsOf(look, y);
    const { before, filtered } = updatesOf(now, steps[t], observations);
    if (t + 1 < steps.length) {
      addDriven(to.B, 0, state.r, inputs);
      for (let k = 0; k < to.Q.length; ++k) to.Q[k] += state.G[k];
      state.transition(filtered, entries, to.A, places);
    }
    const C = new Float64Array(observations.length * n);
    const slopes = new Array<{ y: number; h: number }>(observations.length);
    for (let i = observations.length - 1; i >= 0; --i)
      slopes[i] = state.observe(before[i], observations[i], C.subarray(i * n, (i + 1) * n));
    if (slopes.length > 0) addOutputs(to, look, outputSlopes(look, observations, slopes, C), inputs);
  }
  out[0].mean.set(state.r);
  out[0].covariance.set(state.G);
  return out;
}

const NONE = new Float64Array(0);

function zeros({ state: n, output: p, input: m }: LinearGaussian): SystemSlopes {
  const sizes = [n * n, n * m, p * n, p * m, n * n, p * p, n, n * n];
  return Object.fromEntries(names.map((name, i) => [name, new Float64Array(sizes[i])])) as SystemSlopes;
}

/** to[from + i,·] += by_i·u */
function addDriven(to: Float64Array, from: number, by: Float64Array, u: Float64Array): void {
  let k = from * u.length;
  for (const x of by) for (const v of u) to[k++] += x * v;
}

/** What the outputs of a step add. */
function addOutputs(to: SystemSlopes, { seen }: Look, slopes: OutputSlopes, u: Float64Array): void {
  const n = to.mean.length;
  const p = Math.sqrt(to.R.length);
  const o = seen.length;
  for (let k = 0; k < o; ++k) {
    const i = seen[k];
    for (let j = 0; j < n; ++j) to.C[i * n + j] += slopes.C[k * n + j];
    for (let l = 0; l < o; ++l) to.R[i * p + seen[l]] += slopes.R[k * o + l];
    addDriven(
      to.D,
      i,
      slopes.y.subarray(k, k + 1).map((x) => -x),
      u,
    );
  }
}

/**
 * Σ ∂ ln p·(up - down) over all numbers of one step's matrices, and of the first state where it
 * `isFirst`.
 */
export function alongChange(
  slopes: SystemSlopes,
  up: LinearGaussian,
  down: LinearGaussian,
  isFirst: boolean,
): number {
  let total = 0;
  const add = (by: Float64Array, { data: a }: Matrix, { data: b }: Matrix): void => {
    for (let k = 0; k < by.length; ++k) if (a[k] !== b[k]) total += by[k] * (a[k] - b[k]);
  };
  for (const name of ["A", "B", "C", "D", "Q", "R"] as const) add(slopes[name], up[name], down[name]);
  if (!isFirst || up.initial === "diffuse" || down.initial === "diffuse") return total;
  add(slopes.mean, up.initial.mean, down.initial.mean);
  add(slopes.covariance, up.initial.covariance, down.initial.covariance);
  return total;
}
