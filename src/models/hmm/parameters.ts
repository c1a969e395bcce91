/** What a hidden Markov model is made from: options checked, and everything left out drawn. */
import { OptionError, ShapeError, inRange, knownOptions, oneOf, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { Categorical } from "./emissions/categorical.ts";
import { Diagonal } from "./emissions/diagonal.ts";
import type { Emission } from "./emissions/emission.ts";
import { Gaussian } from "./emissions/gaussian.ts";
import { Poisson } from "./emissions/poisson.ts";
import { covarianceOption, matrixOption, type MatrixOption } from "../matrix-option.ts";

export const emissionNames = ["categorical", "gaussian", "diagonal", "poisson"] as const;
export type EmissionName = (typeof emissionNames)[number];

/** Parameters of K states; a bare matrix is the first of its kind. */
export type EmissionParameters =
  | MatrixOption
  | { readonly probabilities: MatrixOption }
  | { readonly rates: MatrixOption }
  | { readonly means: MatrixOption; readonly covariances: ArrayLike<MatrixOption> | MatrixOption }
  | { readonly means: MatrixOption; readonly variances: MatrixOption };

/**
 * A hidden Markov model. What is left out is drawn from the seed, and again for the data by the first fit.
 * Zeros given stay zero.
 */
export interface HmmSpec {
  /** K, the number of hidden states. */
  readonly states: number;
  readonly emission: EmissionName;
  /** M, for categorical emissions: symbols are whole numbers below it. */
  readonly symbols?: number;
  /** D, for the others: values a step. Default 1. */
  readonly dimension?: number;
  /** [K] */
  readonly startprob?: MatrixOption;
  /** [K,K]: row i holds the probabilities of going from i. */
  readonly transmat?: MatrixOption;
  /**
   * categorical: [K,M]; poisson: rates [K,D]; gaussian: { means [K,D], covariances [K,D,D] }; diagonal: {
   * means, variances [K,D] }.
   */
  readonly emissionParameters?: EmissionParameters;
  /** "left-right": starts in state 0 and never goes to a lower one. Default "ergodic". */
  readonly topology?: "ergodic" | "left-right";
  /** tie[k]: the group of state k; states of a group share their emission. Default: each its own. */
  readonly tie?: readonly number[];
  /** Default 1. */
  readonly seed?: number;
}

/** A checked spec. */
export interface HmmStart {
  readonly spec: HmmSpec;
  readonly K: number;
  startprob: Float64Array;
  transmat: Float64Array;
  readonly emission: Emission;
  /** State → the first state that shares its emission. */
  readonly ties: readonly number[];
  readonly seed: number;
  readonly given: { readonly start: boolean; readonly transitions: boolean; readonly emission: boolean };
}

/** Checks a spec and draws what it leaves out. Throws OptionError, ShapeError or NumericError. */
export function readHmmSpec(who: string, spec: HmmSpec, algebra: Algebra): HmmStart {
  knownOptions(who, spec, [
    "states",
    "emission",
    "symbols",
    "dimension",
    "startprob",
    "transmat",
    "emissionParameters",
    "topology",
    "tie",
    "seed",
  ]);
  const K = whole(who, "states", spec?.states, 1, 10_000);
  const name = oneOf(who, "emission", spec.emission, emissionNames);
  const seed = whole(who, "seed", spec.seed ?? 1, 0, Number.MAX_SAFE_INTEGER);
  const topology = oneOf(who, "topology", spec.topology ?? "ergodic", ["ergodic", "left-right"] as const);
  if (name === "categorical" ? spec.dimension !== undefined : spec.symbols !== undefined) {
    throw new OptionError(
      `${who}: ${name === "categorical" ? "dimension was given, want symbols" : "symbols were given, want dimension"} with ${name} emissions`,
    );
  }
  const width =
    name === "categorical"
      ? whole(who, "symbols", spec.symbols, 1, 1e6)
      : whole(who, "dimension", spec.dimension ?? 1, 1, 1000);
  const ties = readTies(who, spec.tie, K);
  const random = new Random(algebra.engine, seed);
  const startprob =
    spec.startprob === undefined
      ? drawStart(K, topology)
      : distribution(who, "startprob", spec.startprob, 1, K);
  const transmat =
    spec.transmat === undefined
      ? drawTransitions(K, topology, random)
      : distribution(who, "transmat", spec.transmat, K, K);
  if (topology === "left-right") leftRight(who, K, startprob, transmat);
  const emission = makeEmission(name, algebra, K, width);
  if (spec.emissionParameters === undefined) emission.draw(random, []);
  else readEmission(`${who}: emissionParameters`, name, emission, spec.emissionParameters, K, width, algebra);
  emission.tie(ties);
  const given = {
    start: spec.startprob !== undefined,
    transitions: spec.transmat !== undefined,
    emission: spec.emissionParameters !== undefined,
  };
  return { spec, K, startprob, transmat, emission, ties, seed, given };
}

/** Uniform over the states, or the first. */
export const drawStart = (K: number, topology: string): Float64Array =>
  Float64Array.from({ length: K }, (_, i) => (topology === "ergodic" ? 1 / K : i === 0 ? 1 : 0));

/** Random transitions that favor staying. */
export function drawTransitions(K: number, topology: string, random: Random): Float64Array {
  const A = new Float64Array(K * K);
  for (let i = 0; i < K; ++i) {
    let sum = 0;
    for (let j = topology === "ergodic" ? 0 : i; j < K; ++j)
      sum += A[i * K + j] = (0.5 + random.uniform()) * (i === j ? K : 1);
    for (let j = 0; j < K; ++j) A[i * K + j] /= sum;
  }
  return A;
}

function makeEmission(name: EmissionName, algebra: Algebra, K: number, width: number): Emission {
  switch (name) {
    case "categorical":
      return new Categorical(algebra, K, width);
    case "gaussian":
      return new Gaussian(algebra, K, width);
    case "diagonal":
      return new Diagonal(algebra, K, width);
    case "poisson":
      return new Poisson(algebra, K, width);
  }
}

function readEmission(
  who: string,
  name: EmissionName,
  { parameters: to }: Emission,
  from: EmissionParameters,
  K: number,
  width: number,
  algebra: Algebra,
): void {
  const only = name === "categorical" ? "probabilities" : name === "poisson" ? "rates" : undefined;
  const fields = Object.keys(to);
  const isRecord = typeof from === "object" && from !== null && !("length" in from);
  if (!isRecord && !only) throw new OptionError(`${who} is not an object, want { ${fields.join(", ")} }`);
  const record = (isRecord ? from : { [only!]: from }) as Record<string, MatrixOption>;
  knownOptions(who, record, fields);
  for (const field of fields)
    if (record[field] === undefined) throw new OptionError(`${who}: ${field} is missing`);
  switch (name) {
    case "categorical":
      return to.probabilities.set(distribution(who, "probabilities", record.probabilities, K, width));
    case "poisson":
      return to.rates.set(positive(who, "rates", matrixOption(who, "rates", record.rates, K, width), true));
    case "diagonal":
      to.means.set(matrixOption(who, "means", record.means, K, width));
      return to.variances.set(
        positive(who, "variances", matrixOption(who, "variances", record.variances, K, width), false),
      );
    case "gaussian": {
      to.means.set(matrixOption(who, "means", record.means, K, width));
      const given = record.covariances as ArrayLike<MatrixOption> | number;
      const size = width * width;
      if (given === null || (typeof given !== "object" && typeof given !== "number"))
        throw new OptionError(
          `${who}: covariances is ${given === null ? "null" : typeof given}, want ${K} matrices ` +
            `[${width},${width}], one for each state`,
        );
      const flat =
        typeof given === "object" && given.length === K * size && typeof given[0] === "number"
          ? Array.from({ length: K }, (_, k) => Array.prototype.slice.call(given, k * size, (k + 1) * size))
          : typeof given === "number"
            ? [given]
            : given;
      if (flat.length !== K)
        throw new ShapeError(`${who}: ${flat.length} covariances, want ${K}, one for each state`);
      Array.from(flat, (S, k) => {
        const covariance = covarianceOption(who, `covariances[${k}]`, S, width, algebra);
        algebra.cholesky(`${who}: covariances[${k}]`, width, covariance);
        to.covariances.set(covariance, k * size);
      });
    }
  }
}

/** Rows of probabilities that sum to 1 within 1e-6, then exactly normalized. */
function distribution(who: string, what: string, value: MatrixOption, r: number, c: number): Float64Array {
  const P = matrixOption(who, what, value, r, c);
  for (let i = 0; i < r; ++i) {
    let sum = 0;
    for (let j = 0; j < c; ++j) sum += inRange(`${who}: ${what}`, `row ${i}, entry ${j}`, P[i * c + j], 0, 1);
    if (Math.abs(sum - 1) > 1e-6) throw new OptionError(`${who}: ${what}: row ${i} sums to ${sum}, want 1`);
    for (let j = 0; j < c; ++j) P[i * c + j] /= sum;
  }
  return P;
}

/** Throws where a given chain does not go from left to right. */
function leftRight(who: string, K: number, startprob: Float64Array, transmat: Float64Array): void {
  const remedy = "want 0 in a left-right chain; leave topology out, or number the states in their order";
  startprob.forEach((p, i) => {
    if (i > 0 && p > 0) throw new OptionError(`${who}: startprob: entry ${i} is ${p}, ${remedy}`);
  });
  transmat.forEach((p, at) => {
    if (at % K < Math.floor(at / K) && p > 0)
      throw new OptionError(
        `${who}: transmat: row ${Math.floor(at / K)}, entry ${at % K} is ${p}, ${remedy}`,
      );
  });
}

function positive(who: string, what: string, values: Float64Array, zero: boolean): Float64Array {
  const at = values.findIndex((x) => !(x > 0 || (zero && x === 0)));
  if (at >= 0)
    throw new OptionError(
      `${who}: ${what}: number ${at} is ${values[at]}, want ${zero ? "at least" : "more than"} 0`,
    );
  return values;
}

function readTies(who: string, tie: readonly number[] | undefined, K: number): number[] {
  if (tie === undefined) return Array.from({ length: K }, (_, k) => k);
  if (!Array.isArray(tie) || tie.length !== K)
    throw new ShapeError(
      `${who}: tie has ${tie?.length ?? "no"} entries, want ${K}, the group of each state`,
    );
  tie.forEach((group, k) => whole(who, `tie[${k}]`, group, 0));
  return tie.map((group) => tie.indexOf(group));
}
