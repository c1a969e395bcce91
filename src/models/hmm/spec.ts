/** What a hidden Markov model is made from: options checked, and everything left out drawn. */
import { ShapeError, knownOptions, oneOf, seedOption, someOf, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { matrixOption, type MatrixOption } from "../../data/matrix.ts";
import { checkLeftRight, drawStart, drawTransitions, type Topology } from "./chain.ts";
import type { Emission } from "./emissions/emission.ts";
import {
  emissionFactory,
  emissionOptions,
  type EmissionFactory,
  type EmissionSpec,
} from "./emissions/make.ts";
import { distribution, readParameters, type EmissionParameters } from "./read-parameters.ts";

/**
 * A hidden Markov model. What is left out is drawn from the seed, and again for the data by the first fit.
 * Zeros given stay zero.
 */
export interface HmmSpec extends EmissionSpec {
  /** K, the number of hidden states. */
  readonly states: number;
  /** [K] */
  readonly startprob?: MatrixOption;
  /** [K,K] row i holds the probabilities of going from i. */
  readonly transmat?: MatrixOption;
  /**
   * Some or all of these, by name. categorical: probabilities [K,M]; poisson: rates [K,D]; gaussian: means
   * [K,D], covariances [K,D,D], or variances [K,D] where they are diagonal or spherical; diagonal: means,
   * variances; mixture: weights [K,M], and a component axis M after the states; student-t: locations,
   * scales, freedoms [K,D]; negative-binomial: means, sizes [K,D]; gamma: shapes, scales [K,D]; von-mises:
   * directions, concentrations [K,D]; bernoulli, multinomial: probabilities [K,D]; low-rank covariances:
   * loadings [K,D,R], variances [K,D]; autoregressive: intercepts [K,D], coefficients [K,D,p·D] of the
   * steps before, the last first, covariances [K,D,D]; product: those of its parts by column and name,
   * "sound.means".
   */
  readonly emissionParameters?: EmissionParameters;
  /** Parameters that no fit changes: "startprob", "transmat", or names of emission parameters. */
  readonly fixed?: readonly string[];
  /** "left-right": starts in state 0 and never goes to a lower one. Default "ergodic". */
  readonly topology?: Topology;
  /** tie[k]: the group of state k; states of a group share their emission. Default: each its own. */
  readonly tie?: readonly number[];
  /** Default 1. */
  readonly seed?: number;
}

/** The parameters of a model; they move in place. */
export interface HmmState {
  startprob: Float64Array;
  transmat: Float64Array;
  readonly emission: Emission;
}

/** The part of a model that says how states follow each other. */
export type HmmChain = Pick<HmmState, "startprob" | "transmat">;

/** Expected counts of one pass over the data: first states [K], and transitions [K,K]. */
export interface ChainCounts {
  readonly starts: Float64Array;
  readonly transitions: Float64Array;
}

/** A checked spec with its parameters. */
export interface HmmStart extends HmmState {
  readonly engine: InferenceEngine;
  readonly spec: HmmSpec;
  readonly K: number;
  readonly topology: Topology;
  /** State → the first state that shares its emission. */
  readonly ties: readonly number[];
  readonly seed: number;
  /** Names of the parameters that were given. */
  readonly given: ReadonlySet<string>;
  /** Names of the parameters that stay. */
  readonly fixed: ReadonlySet<string>;
  /** Makes more emissions of this kind, with parameters of their own. */
  readonly emissions: EmissionFactory;
  /** Moves probabilities that share parameters to their maximum, in place. Default: each row by itself. */
  readonly maximizeChain?: (chain: HmmChain, counts: ChainCounts) => void;
  /** What the model keeps of a chain that a training found. Default: all of it. */
  readonly keepChain?: (chain: HmmChain) => HmmChain;
}

/** Where a model comes from. */
export interface HmmOrigin {
  readonly fitted: boolean;
  /** In the words of errors. Default "hmm". */
  readonly name?: string;
}

const options = [
  "states",
  "emission",
  "startprob",
  "transmat",
  "emissionParameters",
  "fixed",
  "topology",
  "tie",
];

/** Checks a spec and draws what it leaves out. Throws OptionError, ShapeError or NumericError. */
export function readHmmSpec(who: string, spec: HmmSpec, algebra: Algebra): HmmStart {
  knownOptions(who, spec, [...options, ...emissionOptions, "seed"]);
  const K = whole(who, "states", spec?.states, 1, 10_000);
  const emissions = emissionFactory(who, K, spec);
  const seed = seedOption(who, spec.seed ?? 1);
  const topology = oneOf(who, "topology", spec.topology ?? "ergodic", ["ergodic", "left-right"] as const);
  const ties = readTies(who, spec.tie, K);
  const random = new Random(algebra.engine, seed, streams.initial);
  const { startprob: start, transmat: moves } = spec;
  const startprob = start === undefined ? drawStart(K, topology) : rows(who, "startprob", start, 1, K);
  const transmat =
    moves === undefined ? drawTransitions(K, topology, random) : rows(who, "transmat", moves, K, K);
  if (topology === "left-right") checkLeftRight(who, K, { startprob, transmat });
  const emission = emissions.make(algebra);
  emission.draw(random, []);
  const named = readParameters(`${who}: emissionParameters`, emission, spec.emissionParameters, algebra);
  emission.tie(ties);
  const given = new Set(named);
  if (start !== undefined) given.add("startprob");
  if (moves !== undefined) given.add("transmat");
  const fixed = readFixed(who, spec.fixed, emission);
  const { engine } = algebra;
  return { engine, spec, K, topology, startprob, transmat, emission, ties, seed, given, fixed, emissions };
}

function rows(who: string, what: string, value: MatrixOption, r: number, c: number): Float64Array {
  return distribution(who, what, matrixOption(who, what, value, r, c), c);
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

function readFixed(
  who: string,
  fixed: readonly string[] | undefined,
  { parameters }: Emission,
): ReadonlySet<string> {
  return new Set(someOf(who, "fixed", fixed ?? [], ["startprob", "transmat", ...Object.keys(parameters)]));
}
