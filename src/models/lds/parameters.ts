/** Parameters of a linear dynamical system: as options, as drawn, and as free coordinates for optimizers. */
import { OptionError, knownOptions, oneOf, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import type { LinearGaussian } from "../../inference/kalman.ts";
import { regressionGradient, type LdsMoments } from "../../inference/lds-learning.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { covarianceOption, matrixOption, type MatrixOption } from "../../data/matrix.ts";

export const ldsNames = ["A", "B", "C", "D", "Q", "R", "initial"] as const;
/** A parameter of a linear dynamical system. */
export type LdsName = (typeof ldsNames)[number];

/**
 * x_{t+1} = A·x_t + B·u_t + N(0, Q), y_t = C·x_t + D·u_t + N(0, R), x_1 ~ N(mean, covariance) or diffuse.
 * What is left out is drawn from the seed, and scaled to the data by the first fit.
 */
export interface LdsSpec {
  /** n, the size of the hidden state. */
  readonly state: number;
  /** p, values observed a step. */
  readonly output: number;
  /** m, driving inputs a step. Default 0. */
  readonly input?: number;
  /** [n,n] */
  readonly A?: MatrixOption;
  /** [n,m] */
  readonly B?: MatrixOption;
  /** [p,n] */
  readonly C?: MatrixOption;
  /** [p,m] */
  readonly D?: MatrixOption;
  /** [n,n] covariance of the state's noise. */
  readonly Q?: MatrixOption;
  /** [p,p] covariance of the observations' noise. */
  readonly R?: MatrixOption;
  /**
   * The state before anything is observed. Default mean 0, covariance I, learned. "diffuse": infinite
   * variance, exactly; its likelihood grows without bound in C, and in A where the first step leaves a
   * direction of the state unseen, so that `fit` wants those fixed.
   */
  readonly initial?: "diffuse" | { readonly mean: MatrixOption; readonly covariance: MatrixOption };
  /** Parameters that learning leaves alone. Default none. */
  readonly fixed?: readonly LdsName[];
  /** Covariances that learning keeps diagonal. Default none. */
  readonly diagonal?: readonly ("Q" | "R")[];
  /** Default 1. */
  readonly seed?: number;
}

/** A checked spec. */
export interface LdsStart {
  readonly model: LinearGaussian;
  readonly given: ReadonlySet<LdsName>;
  readonly fixed: readonly LdsName[];
  readonly diagonal: readonly ("Q" | "R")[];
  readonly seed: number;
}

/** Checks a spec and draws what it leaves out. Throws OptionError, ShapeError or NumericError. */
export function readSpec(who: string, spec: LdsSpec, algebra: Algebra): LdsStart {
  knownOptions(who, spec, ["state", "output", "input", ...ldsNames, "fixed", "diagonal", "seed"]);
  const n = whole(who, "state", spec?.state, 1, 1000);
  const p = whole(who, "output", spec.output, 1, 1000);
  const m = whole(who, "input", spec.input ?? 0, 0, 1000);
  const seed = whole(who, "seed", spec.seed ?? 1, 0, Number.MAX_SAFE_INTEGER);
  const given = new Set(ldsNames.filter((name) => spec[name] !== undefined));
  for (const name of ["B", "D"] as const)
    if (given.has(name) && m === 0)
      throw new OptionError(`${who}: ${name} was given without inputs; say input: 1 or more`);
  const { initial } = spec;
  const shapes: Record<"A" | "B" | "C" | "D", [number, number]> = {
    A: [n, n],
    B: [n, m],
    C: [p, n],
    D: [p, m],
  };
  const model = { ...draw(algebra, n, p, m, seed, 0), state: n, output: p, input: m };
  for (const name of ["A", "B", "C", "D"] as const)
    if (given.has(name)) model[name] = matrixOption(who, name, spec[name]!, ...shapes[name]);
  if (given.has("Q")) model.Q = covarianceOption(who, "Q", spec.Q!, n, algebra);
  if (given.has("R")) model.R = covarianceOption(who, "R", spec.R!, p, algebra);
  if (initial !== undefined) {
    if (typeof initial === "string") model.initial = oneOf(who, "initial", initial, ["diffuse"] as const);
    else {
      knownOptions(`${who}: initial`, initial, ["mean", "covariance"]);
      if (initial.mean === undefined || initial.covariance === undefined)
        throw new OptionError(
          `${who}: initial lacks ${initial.mean === undefined ? "mean" : "covariance"}, want { mean, ` +
            `covariance } or "diffuse"`,
        );
      model.initial = {
        mean: matrixOption(who, "initial.mean", initial.mean, 1, n),
        covariance: covarianceOption(who, "initial.covariance", initial.covariance, n, algebra),
      };
    }
  }
  return {
    model,
    given,
    fixed: names(who, "fixed", spec.fixed, ldsNames),
    diagonal: names(who, "diagonal", spec.diagonal, ["Q", "R"]),
    seed,
  };
}

/** A list of parameter names, checked. */
export function names<T extends string>(
  who: string,
  what: string,
  value: readonly T[] | undefined,
  known: readonly T[],
): readonly T[] {
  if (value !== undefined && !Array.isArray(value))
    throw new OptionError(`${who}: ${what} is ${typeof value}, want an array of ${known.join(", ")}`);
  return (value ?? []).map((name) => oneOf(who, what, name, known));
}

interface Drawn {
  A: Float64Array;
  B: Float64Array;
  C: Float64Array;
  D: Float64Array;
  Q: Float64Array;
  R: Float64Array;
  initial: LinearGaussian["initial"];
}

/**
 * Random parameters: slow states of about the variance `states`; outputs of standard deviations `scale` [p],
 * half of the variance noise.
 */
export function draw(
  algebra: Algebra,
  n: number,
  p: number,
  m: number,
  seed: number,
  restart: number,
  scale: ArrayLike<number> = new Float64Array(p).fill(1),
  states = 1,
): Drawn {
  const random = new Random(algebra.engine, seed, restart);
  const diagonal = (k: number, value: (i: number) => number): Float64Array =>
    Float64Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? value(i / (k + 1)) : 0));
  const keep = diagonal(n, () => 0.5 + 0.45 * random.uniform());
  return {
    A: keep.map((x) => x + (0.1 / Math.sqrt(n)) * random.normal()),
    B: Float64Array.from({ length: n * m }, () => 0.1 * random.normal()),
    C: Float64Array.from(
      { length: p * n },
      (_, i) => (scale[Math.floor(i / n)] / Math.sqrt(n)) * random.normal(),
    ),
    D: new Float64Array(p * m),
    Q: diagonal(n, (i) => states * (1 - keep[i * n + i] * keep[i * n + i])),
    R: diagonal(p, (i) => 0.5 * scale[i] * scale[i]),
    initial: { mean: new Float64Array(n), covariance: diagonal(n, () => states) },
  };
}

/**
 * Free coordinates: A, B, C, D as they are, covariances as Cholesky factors with the logarithm of the
 * diagonal.
 */
export class LdsCoordinates {
  readonly #algebra: Algebra;
  readonly #free: readonly LdsName[];
  readonly #diagonal: readonly string[];

  constructor(
    algebra: Algebra,
    model: LinearGaussian,
    fixed: readonly LdsName[],
    diagonal: readonly string[],
  ) {
    this.#algebra = algebra;
    this.#free = ldsNames.filter(
      (name) =>
        !fixed.includes(name) &&
        !(name === "initial" && model.initial === "diffuse") &&
        !(model.input === 0 && (name === "B" || name === "D")),
    );
    this.#diagonal = diagonal;
  }

  /** The point of a model. Throws NumericError on singular covariances. */
  of(model: LinearGaussian): Float64Array {
    return this.#collect(
      model,
      (name) => [...model[name]],
      (name, S, n) => {
        const L = this.#algebra.cholesky(`lds: ${name}`, n, S);
        const logs = this.#algebra.log(L.filter((_, i) => i % (n + 1) === 0));
        return (i, j) => (i === j ? logs[i] : L[i * n + j]);
      },
      (mean) => [...mean],
    );
  }

  /** The model at a point; what is not free is taken from `model`. */
  model(model: LinearGaussian, x: Float64Array): LinearGaussian {
    let at = 0;
    const next: { -readonly [K in keyof LinearGaussian]: LinearGaussian[K] } = { ...model };
    const take = (count: number): Float64Array => x.slice(at, (at += count));
    const covariance = (n: number, name: string): Float64Array => {
      const L = new Float64Array(n * n);
      const cells = this.#cells(n, name);
      const values = take(cells.length);
      const diagonal = this.#algebra.exp(values);
      cells.forEach(([i, j], c) => {
        L[i * n + j] = i === j ? diagonal[c] : values[c];
      });
      return this.#algebra.multiply(n, n, n, L, this.#algebra.transpose(n, n, L));
    };
    for (const name of this.#free) {
      if (name === "Q" || name === "R")
        next[name] = covariance(name === "Q" ? model.state : model.output, name);
      else if (name === "initial")
        next.initial = { mean: take(model.state), covariance: covariance(model.state, name) };
      else next[name] = take(model[name].length);
    }
    return next;
  }

  /** The gradient of the log-likelihood in these coordinates. Throws NumericError on singular covariances. */
  gradient(model: LinearGaussian, moments: LdsMoments): Float64Array {
    const { state: n, output: p, input: m } = model;
    const q = n + m;
    const algebra = this.#algebra;
    const { initial } = moments;
    const needs = (...some: LdsName[]): boolean => some.some((name) => this.#free.includes(name));
    const none = { weights: new Float64Array(0), noise: new Float64Array(0) };
    const transition = needs("A", "B", "Q")
      ? regressionGradient(algebra, "lds: gradient: Q", moments.transition, n, q, model.Q)
      : none;
    const emission = needs("C", "D", "R")
      ? regressionGradient(algebra, "lds: gradient: R", moments.emission, p, q, model.R)
      : none;
    const start =
      model.initial !== "diffuse" && needs("initial")
        ? regressionGradient(
            algebra,
            "lds: gradient: initial covariance",
            {
              count: initial.count,
              ee: initial.covariance.map((x, i) => x + initial.spread[i]),
              ez: initial.mean.map(
                (x, i) => x - initial.count * (model.initial as { mean: Float64Array }).mean[i],
              ),
            },
            n,
            1,
            model.initial.covariance,
          )
        : none;
    const columns = (W: Float64Array, from: number, to: number): number[] => [
      ...W.filter((_, i) => i % q >= from && i % q < to),
    ];
    const parts = {
      A: () => columns(transition.weights, 0, n),
      B: () => columns(transition.weights, n, q),
      C: () => columns(emission.weights, 0, n),
      D: () => columns(emission.weights, n, q),
    };
    const noise: Record<string, Float64Array> = {
      Q: transition.noise,
      R: emission.noise,
      initial: start.noise,
    };
    return this.#collect(
      model,
      (name) => parts[name](),
      (name, S, k) => {
        const L = algebra.cholesky(`lds: ${name}`, k, S);
        const GL = algebra.multiply(k, k, k, noise[name], L);
        return (i, j) => 2 * GL[i * k + j] * (i === j ? L[i * k + i] : 1);
      },
      () => [...start.weights],
    );
  }

  #collect(
    model: LinearGaussian,
    plain: (name: "A" | "B" | "C" | "D") => number[],
    factor: (name: string, S: Float64Array, n: number) => (i: number, j: number) => number,
    mean: (mean: Float64Array) => number[],
  ): Float64Array {
    const all: number[] = [];
    const covariance = (name: string, S: Float64Array, n: number): void => {
      const cell = factor(name, S, n);
      all.push(...this.#cells(n, name).map(([i, j]) => cell(i, j)));
    };
    for (const name of this.#free) {
      if (name === "Q" || name === "R")
        covariance(name, model[name], name === "Q" ? model.state : model.output);
      else if (name === "initial") {
        const { mean: start, covariance: S } = model.initial as {
          mean: Float64Array;
          covariance: Float64Array;
        };
        all.push(...mean(start));
        covariance("initial", S, model.state);
      } else all.push(...plain(name));
    }
    return Float64Array.from(all);
  }

  /** Free cells of a factor [n,n]. */
  #cells(n: number, name: string): [number, number][] {
    const cells: [number, number][] = [];
    for (let i = 0; i < n; ++i)
      for (let j = this.#diagonal.includes(name) ? i : 0; j <= i; ++j) cells.push([i, j]);
    return cells;
  }
}
