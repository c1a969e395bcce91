/**
 * Fitting a linear dynamical system: EM (Ghahramani & Hinton 1996), or the gradient of the likelihood where
 * there is no closed form.
 */
import type { Kalman } from "../../inference/kalman.ts";
import { addMoments, ldsMoments, type LdsMoments } from "../../inference/lds-moments.ts";
import { solveRegression } from "../../inference/lds-regression.ts";
import { Matrix, sum } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Moments, Series } from "../../inference/state-space.ts";
import type { EmModel } from "../../train/em.ts";
import type { DifferentiableModel } from "../../train/likelihood.ts";
import type { Engine } from "../../wasm/engine.ts";
import { NumericError, OptionError } from "../../wasm/errors.ts";
import { LdsCoordinates } from "./coordinates.ts";
import type { FixedSet, LdsName } from "./fixed.ts";
import { draw } from "./initial-values.ts";
import type { LdsStart } from "./spec.ts";
import { deviations } from "./units.ts";

/** What is to be learned from what. */
export interface LdsTask {
  readonly who: string;
  readonly model: LinearGaussian;
  readonly start: Pick<LdsStart, "given" | "diagonal" | "seed">;
  readonly fixed: FixedSet;
  readonly data: readonly Series[];
  /** The parameters were never fitted, so those not given are drawn for the data. */
  readonly fresh: boolean;
  /** Smallest eigenvalue of R, relative to the outputs' variance. */
  readonly floor: number;
  /** Called with parameters better than any before; throws where the training is to end. */
  improved?(model: LinearGaussian): void;
}

type Free = { -readonly [K in keyof LinearGaussian]: LinearGaussian[K] };

/** Expected products of all series under a model, and ln p of the data. */
export function expectation(
  kalman: Kalman,
  { who, model, data }: Pick<LdsTask, "who" | "model" | "data">,
): { logLikelihood: number; moments: LdsMoments } {
  const moments = ldsMoments(kalman.algebra, model.state, model.output, model.input);
  let logLikelihood = 0;
  data.forEach((series, i) => {
    const pass = kalman.run(data.length > 1 ? `${who}: sequence ${i}` : who, model, series, "smooth");
    addMoments(kalman, model, pass, moments);
    logLikelihood += pass.logLikelihood;
  });
  return { logLikelihood, moments };
}

/** How many numbers are not missing. */
function countSeen(y: Float64Array): number {
  let count = 0;
  for (let i = 0; i < y.length; ++i) if (y[i] === y[i]) ++count;
  return count;
}

/** A system in training: its parameters move, `model` is where they are. */
export class LdsTraining implements EmModel<LinearGaussian>, DifferentiableModel {
  model: LinearGaussian;
  readonly engine: Engine;
  readonly observations: number;
  readonly #kalman: Kalman;
  readonly #task: LdsTask;
  readonly #deviations: Float64Array;
  readonly #coordinates: LdsCoordinates;
  #floor: number;
  #moments: LdsMoments;
  #best = -Infinity;
  #keeps = false;

  constructor(kalman: Kalman, task: LdsTask) {
    const { model, data, fixed, start } = task;
    const outputs = data.map(({ y }) => y);
    this.engine = kalman.engine;
    this.model = model;
    this.#kalman = kalman;
    this.#task = task;
    this.#deviations = deviations(outputs, model.output);
    this.#floor = (task.floor * squares(this.#deviations)) / model.output;
    this.#coordinates = new LdsCoordinates(model, { fixed, diagonal: start.diagonal });
    this.#moments = ldsMoments(kalman.algebra, model.state, model.output, model.input);
    this.observations = sum(outputs.map(countSeen)) || 1;
  }

  /** Whether what is fixed leaves a step of EM no closed form. */
  get needsGradient(): boolean {
    const { fixed, start } = this.#task;
    const covariances = (["Q", "R"] as const).filter((name) => !start.diagonal.includes(name));
    return fixed.partly("initial") || covariances.some((name) => fixed.partly(name));
  }

  /**
   * Draws the start of a fit. Throws OptionError where a diffuse likelihood has no maximum in what is free.
   */
  initialize(restart: number): void {
    if (this.#keeps) return;
    checkBounded(this.#task);
    const { fresh, who } = this.#task;
    if (restart > 0 || fresh) this.#draw(restart);
    // a start below the floor would be thrown back
    const { values } = this.#kalman.algebra.symmetricEigen(who, this.model.output, this.model.R.data);
    this.#floor = Math.min(this.#floor, values[0]);
  }

  /** Lets another way to the maximum begin where this one is, with noise no smaller than EM's floor. */
  goOn(): void {
    this.#keeps = true;
  }

  expect(): number {
    const { who, data, improved } = this.#task;
    const { logLikelihood, moments } = expectation(this.#kalman, { who, model: this.model, data });
    this.#moments = moments;
    if (logLikelihood > this.#best) improved?.(this.model);
    this.#best = Math.max(this.#best, logLikelihood);
    return logLikelihood;
  }

  maximize(): void {
    const next: Free = { ...this.model };
    if (this.#moments.transition.count > 0) this.#maximizeTransition(next);
    if (this.#moments.emission.count > 0) this.#maximizeEmission(next);
    if (!this.#task.fixed.whole("initial") && next.initial !== "diffuse") this.#maximizeInitial(next);
    this.model = next;
  }

  logLikelihood(): number {
    const { who, data } = this.#task;
    return sum(
      data.map((series, i) => {
        const name = data.length > 1 ? `${who}: sequence ${i}` : who;
        return this.#kalman.run(name, this.model, series, "likelihood").logLikelihood;
      }),
    );
  }

  gradient(): { logLikelihood: number; gradient: Float64Array } {
    const logLikelihood = this.expect();
    return { logLikelihood, gradient: this.#coordinates.gradient(this.model, this.#moments) };
  }

  coordinates(): Float64Array {
    return this.#coordinates.of(this.model);
  }
  setCoordinates(x: Float64Array): void {
    const next = this.#coordinates.model(this.model, x);
    if (this.#keeps) this.#checkFloor(next);
    this.model = next;
  }
  snapshot(): LinearGaussian {
    return this.model;
  }
  restore(model: LinearGaussian): void {
    this.model = model;
  }

  #checkFloor({ R }: LinearGaussian): void {
    const { who } = this.#task;
    const { values } = this.#kalman.algebra.symmetricEigen(who, R.rows, R.data);
    if (values[0] < this.#floor * (1 - 1e-9))
      throw new NumericError(`${who}: R has the eigenvalue ${values[0]}, below the floor of ${this.#floor}`);
  }

  /** Parameters that are neither given nor fixed, anew. */
  #draw(restart: number): void {
    const { start, fixed } = this.#task;
    const { algebra } = this.#kalman;
    const kept = (name: LdsName): boolean => start.given.has(name) || fixed.whole(name) || fixed.partly(name);
    // a C that stays is not scaled to the data: the states are, or their noise would start far too small
    // for EM to find its way
    const states = kept("C") ? squares(this.#deviations) / (squares(this.model.C.data) || 1) : 1;
    const options = { seed: start.seed, restart, deviations: this.#deviations, states };
    const drawn = Object.entries(draw(algebra, this.model, options));
    this.model = { ...this.model, ...Object.fromEntries(drawn.filter(([name]) => !kept(name as LdsName))) };
    if (!kept("initial")) this.#startNearData();
  }

  /**
   * The first state as the data have it, where that is more probable than mean 0: from there EM finds its
   * way on short series far from 0.
   */
  #startNearData(): void {
    const { who, data } = this.#task;
    const far = this.model;
    try {
      const { moments } = expectation(this.#kalman, { who, data, model: { ...far, initial: "diffuse" } });
      const { count, mean, covariance } = moments.initial;
      const first = mean.scaled(1 / count);
      const spread = firstMeans(this.#kalman, this.#task, { ...far, initial: "diffuse" })
        .map((x) => x.minus(first))
        .reduce((total, gap) => total.plus(gap.timesTransposed(gap)), covariance)
        .scaled(1 / count);
      const before = this.logLikelihood();
      this.model = { ...far, initial: { mean: first, covariance: spread.symmetric() } };
      if (!(this.logLikelihood() > before)) this.model = far;
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      this.model = far; // the data do not say where they start
    }
  }

  #maximizeTransition(next: Free): void {
    const { state: n, input: m, A, B, Q } = this.model;
    const { fixed } = this.#task;
    const { change, noise } = solveRegression(
      this.#moments.transition,
      (i, j) => (j < n ? !fixed.has("A", i * n + j) : !fixed.has("B", i * m + j - n)),
      Q,
    );
    next.A = A.plus(change.columnRange(0, n));
    next.B = B.plus(change.columnRange(n, n + m));
    next.Q = this.#noise("Q", noise, 0);
  }

  #maximizeEmission(next: Free): void {
    const { state: n, input: m, C, D, R } = this.model;
    const { fixed } = this.#task;
    const { change, noise } = solveRegression(
      this.#moments.emission,
      (i, j) => (j < n ? !fixed.has("C", i * n + j) : !fixed.has("D", i * m + j - n)),
      R,
    );
    next.C = C.plus(change.columnRange(0, n));
    next.D = D.plus(change.columnRange(n, n + m));
    next.R = this.#noise("R", noise, this.#floor);
  }

  #noise(name: "Q" | "R", S: Matrix, floor: number): Matrix {
    const { who, fixed, start } = this.#task;
    const old = this.model[name];
    if (fixed.whole(name)) return old;
    const shaped = start.diagonal.includes(name) ? S.diagonalPart() : S;
    const floored = shaped.floorEigenvalues(`${who}: ${name}`, floor);
    return fixed.partly(name) ? floored.map((x, i) => (fixed.has(name, i) ? old.data[i] : x)) : floored;
  }

  #maximizeInitial(next: Free): void {
    const { mean: old } = this.model.initial as Moments;
    const { count, mean: total, covariance, spread } = this.#moments.initial;
    const mean = total.scaled(1 / count);
    const moved = mean.minus(old);
    const own = covariance.plus(spread).scaled(1 / count);
    next.initial = {
      mean,
      covariance: own
        .minus(moved.timesTransposed(moved))
        .floorEigenvalues(`${this.#task.who}: initial covariance`, 0),
    };
  }
}

const squares = (x: Float64Array): number => sum(x.map((v) => v * v));

/** E[x_1 | y] of each series. */
function firstMeans(kalman: Kalman, { who, data }: LdsTask, model: LinearGaussian): Matrix[] {
  return data.map((series) => {
    const { smoothedMean } = kalman.run(who, model, series, "smooth");
    const mean = kalman.engine.memory.reals(smoothedMean, model.state);
    return Matrix.column(kalman.algebra, Float64Array.from(mean));
  });
}

/**
 * A diffuse direction counts the determinant of what maps it to the first outputs that see it: C, after A
 * where that takes more than one step. A smaller map is more probable, without end.
 */
function checkBounded({ who, model, fixed, data }: LdsTask): void {
  const { state: n, output: p, initial } = model;
  if (initial !== "diffuse") return;
  const free = (name: LdsName): boolean => !fixed.whole(name) && !fixed.partly(name);
  const late = data.findIndex(({ y }) => y.subarray(0, p).filter((x) => x === x).length < n);
  let name: LdsName | undefined;
  if (free("C")) name = "C";
  else if (late >= 0 && free("A")) name = "A";
  if (!name) return;
  const why =
    name === "C" ? "" : `, as the first step of sequence ${late} does not see all of the ${n} states`;
  throw new OptionError(
    `${who}: ${name} is free and the start diffuse, want ${name} fixed: a diffuse likelihood ` +
      `has no maximum in it${why}; say fixed: ["${name}"], or build the model with initial: { mean, ` +
      "covariance }",
  );
}
