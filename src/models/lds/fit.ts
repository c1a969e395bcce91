/**
 * Fitting a linear dynamical system: EM (Ghahramani & Hinton 1996), or any optimizer on the gradient of the
 * likelihood.
 */
import type { Engine } from "../../wasm/engine.ts";
import { OptionError } from "../../wasm/errors.ts";
import type { Kalman, LinearGaussian } from "../../inference/kalman.ts";
import { addMoments, ldsMoments, solveRegression, type LdsMoments } from "../../inference/lds-learning.ts";
import type { EmModel } from "../../train/em.ts";
import type { DifferentiableModel } from "../../train/likelihood.ts";
import { LdsCoordinates, draw, type LdsName, type LdsStart } from "./parameters.ts";

/** Data as the fit sees them: y [T,p] and u [T,m] a sequence. */
export interface LdsData {
  readonly y: readonly Float64Array[];
  readonly u: readonly Float64Array[] | undefined;
}

/** A system in training: its parameters move, `model` is where they are. */
export class LdsTraining implements EmModel<LinearGaussian>, DifferentiableModel {
  model: LinearGaussian;
  readonly engine: Engine;
  readonly observations: number;
  readonly #who: string;
  readonly #kalman: Kalman;
  readonly #data: LdsData;
  readonly #start: LdsStart;
  readonly #fixed: readonly LdsName[];
  readonly #fresh: boolean;
  #floor: number;
  readonly #deviations: Float64Array;
  readonly #coordinates: LdsCoordinates;
  #moments!: LdsMoments;

  /**
   * fresh: the parameters were never fitted, so those not given are drawn for the data. floor: least
   * eigenvalue of R, relative to the outputs' variance.
   */
  constructor(
    who: string,
    kalman: Kalman,
    model: LinearGaussian,
    start: LdsStart,
    data: LdsData,
    fixed: readonly LdsName[],
    fresh: boolean,
    floor: number,
  ) {
    this.#who = who;
    this.engine = kalman.engine;
    this.#kalman = kalman;
    this.model = model;
    this.#start = start;
    this.#data = data;
    this.#fixed = fixed;
    this.#fresh = fresh;
    this.#deviations = deviations(data.y, model.output);
    this.#floor = (floor * this.#deviations.reduce((sum, s) => sum + s * s, 0)) / model.output;
    this.#coordinates = new LdsCoordinates(kalman.algebra, model, fixed, start.diagonal);
    this.observations =
      data.y.reduce((sum, y) => sum + y.reduce((seen, x) => seen + (x === x ? 1 : 0), 0), 0) || 1;
  }

  /** Draws a start. Throws OptionError where a diffuse likelihood has no maximum in what is free. */
  begin(restart: number): void {
    this.#bounded();
    const { state: n, output: p, input: m } = this.model;
    const { given, seed } = this.#start;
    const { algebra } = this.#kalman;
    if (restart > 0 || this.#fresh) {
      const kept = (name: LdsName): boolean => given.has(name) || this.#fixed.includes(name);
      const square = (x: Float64Array): number => x.reduce((sum, v) => sum + v * v, 0);
      // a C that stays is not scaled to the data: the states are, or their noise would begin far too small
      // for EM to find its way
      const drawn = draw(
        algebra,
        n,
        p,
        m,
        seed,
        restart,
        this.#deviations,
        kept("C") ? square(this.#deviations) / (square(this.model.C) || 1) : 1,
      );
      this.model = {
        ...this.model,
        ...Object.fromEntries(Object.entries(drawn).filter(([name]) => !kept(name as LdsName))),
      };
    }
    // a start below the floor would be thrown back
    this.#floor = Math.min(this.#floor, algebra.symmetricEigen(this.#who, p, this.model.R).values[0]);
  }

  expect(): number {
    const { model } = this;
    const moments = ldsMoments(model.state, model.output, model.input);
    let sum = 0;
    this.#data.y.forEach((y, i) => {
      const pass = this.#kalman.run(this.#label(i), model, y, this.#data.u?.[i], "smooth");
      addMoments(this.#kalman.engine, this.#kalman.algebra, model, pass, moments);
      sum += pass.logLikelihood;
    });
    this.#moments = moments;
    return sum;
  }

  maximize(): void {
    const { state: n, output: p, input: m, A, B, C, D } = this.model;
    const { transition, emission, initial } = this.#moments;
    const { algebra } = this.#kalman;
    const next: { -readonly [K in keyof LinearGaussian]: LinearGaussian[K] } = { ...this.model };
    const free = (name: LdsName): boolean => !this.#fixed.includes(name);
    const q = n + m;
    const columns = (state: LdsName, input: LdsName): number[] =>
      Array.from({ length: q }, (_, j) => j).filter((j) => free(j < n ? state : input));
    const part = (old: Float64Array, change: Float64Array, width: number, from: number): Float64Array =>
      old.map((x, i) => x + change[Math.floor(i / width) * q + from + (i % width)]);
    const noise = (name: "Q" | "R", S: Float64Array, k: number, floor: number): Float64Array =>
      algebra.floorEigenvalues(
        `${this.#who}: ${name}`,
        k,
        this.#start.diagonal.includes(name) ? S.map((x, i) => (i % (k + 1) === 0 ? x : 0)) : S,
        floor,
      );
    if (transition.count > 0) {
      const { change, noise: S } = solveRegression(algebra, transition, n, q, columns("A", "B"));
      next.A = part(A, change, n, 0);
      next.B = part(B, change, m, n);
      if (free("Q")) next.Q = noise("Q", S, n, 0);
    }
    if (emission.count > 0) {
      const { change, noise: S } = solveRegression(algebra, emission, p, q, columns("C", "D"));
      next.C = part(C, change, n, 0);
      next.D = part(D, change, m, n);
      if (free("R")) next.R = noise("R", S, p, this.#floor);
    }
    if (free("initial") && this.model.initial !== "diffuse") {
      const { mean: old } = this.model.initial;
      const mean = initial.mean.map((x) => x / initial.count);
      const moved = mean.map((x, i) => x - old[i]);
      const covariance = initial.covariance.map(
        (x, i) => (x + initial.spread[i]) / initial.count - moved[Math.floor(i / n)] * moved[i % n],
      );
      next.initial = {
        mean,
        covariance: algebra.floorEigenvalues(`${this.#who}: initial covariance`, n, covariance, 0),
      };
    }
    this.model = next;
  }

  logLikelihood(): number {
    return this.#data.y.reduce(
      (sum, y, i) =>
        sum + this.#kalman.run(this.#label(i), this.model, y, this.#data.u?.[i], "likelihood").logLikelihood,
      0,
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
    this.model = this.#coordinates.model(this.model, x);
  }
  snapshot(): LinearGaussian {
    return this.model;
  }
  restore(model: LinearGaussian): void {
    this.model = model;
  }

  /**
   * A diffuse direction counts the determinant of what maps it to the first outputs that see it: C, after A
   * where that takes more than one step. A smaller map is more probable, without end.
   */
  #bounded(): void {
    const { state: n, output: p, initial } = this.model;
    const free = (name: LdsName): boolean => !this.#fixed.includes(name);
    if (initial !== "diffuse") return;
    const late = this.#data.y.findIndex(
      (y) => y.subarray(0, p).reduce((seen, x) => seen + (x === x ? 1 : 0), 0) < n,
    );
    const name = free("C") ? "C" : late >= 0 && free("A") ? "A" : undefined;
    if (!name) return;
    const why =
      name === "C" ? "" : `, as the first step of sequence ${late} does not see all of the ${n} states`;
    throw new OptionError(
      `${this.#who}: ${name} is free and the start diffuse, want ${name} fixed: a diffuse likelihood ` +
        `has no maximum in it${why}; say fixed: ["${name}"], or build the model with initial: { mean, ` +
        "covariance }",
    );
  }

  #label(i: number): string {
    return this.#data.y.length > 1 ? `${this.#who}: sequence ${i}` : this.#who;
  }
}

/** Standard deviation of each output over all data; 1 where it is 0 or nothing is there. */
function deviations(data: readonly Float64Array[], p: number): Float64Array {
  return Float64Array.from({ length: p }, (_, d) => {
    let count = 0;
    let mean = 0;
    let square = 0;
    for (const y of data)
      for (let i = d; i < y.length; i += p) {
        const x = y[i];
        if (x !== x) continue;
        const gap = x - mean; // Welford's update
        mean += gap / ++count;
        square += gap * (x - mean);
      }
    return count > 1 && square > 0 ? Math.sqrt(square / count) : 1;
  });
}
