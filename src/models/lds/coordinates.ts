/**
 * Free coordinates of a linear dynamical system, for optimizers: A, B, C, D as they are, covariances as
 * Cholesky factors with the logarithm of the diagonal. A covariance of which single entries are fixed has
 * its free entries as coordinates, variances as logarithms.
 */
import type { LdsMoments } from "../../inference/lds-moments.ts";
import { regressionGradient } from "../../inference/lds-regression.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Moments } from "../../inference/state-space.ts";
import { once } from "../once.ts";
import { ldsNames, type LdsName } from "./fixed.ts";
import type { LdsStart } from "./spec.ts";

/** The gradient of the log-likelihood in the parameters as they are, each when it is asked for. */
interface ParameterGradient {
  weights(name: "A" | "B" | "C" | "D"): Matrix;
  covariance(name: "Q" | "R" | "initial"): Matrix;
  mean(): Matrix;
}

/** Some of the coordinates. */
interface Block {
  readonly size: number;
  read(model: LinearGaussian): number[];
  write(model: LinearGaussian, values: Float64Array): Partial<LinearGaussian>;
  gradient(model: LinearGaussian, gradient: ParameterGradient): number[];
}

/** Which parameters move, and how. */
export type Freedom = Pick<LdsStart, "fixed" | "diagonal">;

/** The map between models and points. */
export class LdsCoordinates {
  readonly #blocks: readonly Block[];

  constructor(model: LinearGaussian, freedom: Freedom) {
    const free = ldsNames.filter((name) => !freedom.fixed.whole(name));
    this.#blocks = free.flatMap((name) => blocksOf(name, model, freedom));
  }

  /** The point of a model. Throws NumericError on singular covariances. */
  of(model: LinearGaussian): Float64Array {
    return Float64Array.from(this.#blocks.flatMap((block) => block.read(model)));
  }

  /**
   * The model at a point; what is not free is taken from `model`. Throws NumericError on covariances that
   * are not.
   */
  model(model: LinearGaussian, x: Float64Array): LinearGaussian {
    let next = model;
    let at = 0;
    for (const block of this.#blocks) {
      next = { ...next, ...block.write(next, x.subarray(at, at + block.size)) };
      at += block.size;
    }
    return next;
  }

  /** The gradient of the log-likelihood in these coordinates. Throws NumericError on singular covariances. */
  gradient(model: LinearGaussian, moments: LdsMoments): Float64Array {
    const gradient = parameterGradient(model, moments);
    return Float64Array.from(this.#blocks.flatMap((block) => block.gradient(model, gradient)));
  }
}

function blocksOf(name: LdsName, model: LinearGaussian, freedom: Freedom): Block[] {
  if (name === "initial") return model.initial === "diffuse" ? [] : initialBlocks(model, freedom);
  if (name === "Q" || name === "R") return [covarianceBlock(name, model, freedom)];
  return [weightsBlock(name, model, freedom)];
}

function weightsBlock(name: "A" | "B" | "C" | "D", model: LinearGaussian, { fixed }: Freedom): Block {
  const places = [...model[name].data.keys()].filter((i) => !fixed.has(name, i));
  return {
    size: places.length,
    read: (now) => places.map((i) => now[name].data[i]),
    write: (now, values) => ({ [name]: replaced(now[name], places, values) }),
    gradient: (_, gradient) => {
      const { data } = gradient.weights(name);
      return places.map((i) => data[i]);
    },
  };
}

/** The matrix with other numbers at some places. */
function replaced(M: Matrix, places: readonly number[], values: ArrayLike<number>): Matrix {
  const data = M.data.slice();
  places.forEach((place, i) => {
    data[place] = values[i];
  });
  return new Matrix(M.algebra, M.rows, M.columns, data);
}

/** How a covariance is found in a model and put back. */
interface Covariance {
  readonly name: "Q" | "R" | "initial";
  /** Before its numbers in the indices of `fixed`: the mean of the start. */
  readonly offset: number;
  get(model: LinearGaussian): Matrix;
  set(model: LinearGaussian, S: Matrix): Partial<LinearGaussian>;
}

function covarianceBlock(name: "Q" | "R", model: LinearGaussian, freedom: Freedom): Block {
  const where: Covariance = { name, offset: 0, get: (now) => now[name], set: (_, S) => ({ [name]: S }) };
  const diagonal = freedom.diagonal.includes(name);
  return freedom.fixed.partly(name)
    ? entriesBlock(where, model, { ...freedom, diagonal: diagonal ? [name] : [] })
    : factorBlock(where, model, { diagonal });
}

function initialBlocks(model: LinearGaussian, freedom: Freedom): Block[] {
  const n = model.state;
  const of = ({ initial }: LinearGaussian): Moments => initial as Moments;
  const { fixed } = freedom;
  const places = Array.from({ length: n }, (_, i) => i).filter((i) => !fixed.has("initial", i));
  const mean: Block = {
    size: places.length,
    read: (now) => places.map((i) => of(now).mean.data[i]),
    write: (now, values) => ({ initial: { ...of(now), mean: replaced(of(now).mean, places, values) } }),
    gradient: (_, gradient) => places.map((i) => gradient.mean().data[i]),
  };
  const where: Covariance = {
    name: "initial",
    offset: n,
    get: (now) => of(now).covariance,
    set: (now, covariance) => ({ initial: { ...of(now), covariance } }),
  };
  const covariances = Array.from({ length: n * n }, (_, i) => fixed.has("initial", n + i));
  if (covariances.every((is) => is)) return [mean];
  return [
    mean,
    covariances.some((is) => is)
      ? entriesBlock(where, model, { ...freedom, diagonal: [] })
      : factorBlock(where, model, { diagonal: false }),
  ];
}

/** Cells (i, j) of a lower triangle. */
function lowerCells(n: number, diagonal: boolean): [number, number][] {
  const cells: [number, number][] = [];
  for (let i = 0; i < n; ++i) for (let j = diagonal ? i : 0; j <= i; ++j) cells.push([i, j]);
  return cells;
}

/** L of S = L·Lᵀ, the diagonal as logarithms; ∂/∂L = 2·G·L for ∂/∂S = G. */
function factorBlock(where: Covariance, model: LinearGaussian, { diagonal }: { diagonal: boolean }): Block {
  const { rows: n, algebra } = where.get(model);
  const cells = lowerCells(n, diagonal);
  const factor = (now: LinearGaussian): Matrix => where.get(now).cholesky(`lds: ${where.name}`);
  return {
    size: cells.length,
    read(now) {
      const L = factor(now);
      const logs = algebra.log(L.diagonal());
      return cells.map(([i, j]) => (i === j ? logs[i] : L.at(i, j)));
    },
    write(now, values) {
      const diagonals = algebra.exp(values);
      const L = replaced(
        Matrix.zeros(algebra, n),
        cells.map(([i, j]) => i * n + j),
        cells.map(([i, j], c) => (i === j ? diagonals[c] : values[c])),
      );
      return where.set(now, L.timesTransposed(L));
    },
    gradient(now, gradient) {
      const L = factor(now);
      const GL = gradient.covariance(where.name).times(L);
      return cells.map(([i, j]) => 2 * GL.at(i, j) * (i === j ? L.at(i, i) : 1));
    },
  };
}

/** The free entries of S themselves, variances as logarithms. */
function entriesBlock(where: Covariance, model: LinearGaussian, { fixed, diagonal }: Freedom): Block {
  const { rows: n, algebra } = where.get(model);
  const isFixed = (i: number, j: number): boolean => fixed.has(where.name, where.offset + i * n + j);
  const cells = lowerCells(n, diagonal.length > 0).filter(([i, j]) => !isFixed(i, j) && !isFixed(j, i));
  return {
    size: cells.length,
    read(now) {
      const S = where.get(now);
      const logs = algebra.log(S.diagonal());
      return cells.map(([i, j]) => (i === j ? logs[i] : S.at(i, j)));
    },
    write(now, values) {
      const variances = algebra.exp(values);
      const entries = cells.map(([i, j], c) => (i === j ? variances[c] : values[c]));
      const lower = replaced(
        where.get(now),
        cells.map(([i, j]) => i * n + j),
        entries,
      );
      const S = replaced(
        lower,
        cells.map(([i, j]) => j * n + i),
        entries,
      );
      S.cholesky(`lds: ${where.name}`, { semidefinite: true });
      return where.set(now, S);
    },
    gradient(now, gradient) {
      const S = where.get(now);
      const G = gradient.covariance(where.name);
      return cells.map(([i, j]) => (i === j ? G.at(i, i) * S.at(i, i) : G.at(i, j) + G.at(j, i)));
    },
  };
}

function parameterGradient(model: LinearGaussian, moments: LdsMoments): ParameterGradient {
  const { state: n, input: m, initial } = model;
  const transition = once(() => regressionGradient("lds: gradient: Q", moments.transition, model.Q));
  const emission = once(() => regressionGradient("lds: gradient: R", moments.emission, model.R));
  const start = once(() => {
    const { mean, covariance } = initial as Moments;
    const { count, mean: sum, covariance: own, spread } = moments.initial;
    const products = { count, ee: own.plus(spread), ez: sum.minus(mean.scaled(count)) };
    return regressionGradient("lds: gradient: initial covariance", products, covariance);
  });
  const parts = {
    A: () => transition().weights.columnRange(0, n),
    B: () => transition().weights.columnRange(n, n + m),
    C: () => emission().weights.columnRange(0, n),
    D: () => emission().weights.columnRange(n, n + m),
  };
  const noises = { Q: transition, R: emission, initial: start };
  return {
    weights: (name) => parts[name](),
    covariance: (name) => noises[name]().noise,
    mean: () => start().weights,
  };
}
