/**
 * What a hidden Markov model emits: one object a kind, with its densities, moments, maximization, draws and
 * file.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Arena } from "../../../wasm/memory.ts";
import type { Random } from "../../../wasm/random.ts";
import type { EmissionRows } from "../../../inference/forward-backward.ts";
import type { InferenceEngine } from "../../../inference/inference-engine.ts";
import type { Sequences } from "../../../data/sequence.ts";
import type { Beliefs, ColumnPrior } from "./beliefs.ts";
import type { Parameters } from "./parameters.ts";

/** Expected outputs under state probabilities. */
export interface Outputs {
  /** [T,M] of each symbol, each trial's outcome, or each entry being 1. */
  readonly probabilities?: Float64Array;
  /** [T,D] */
  readonly means?: Float64Array;
  /** [T,D] variance of each output. */
  readonly variances?: Float64Array;
  /** Of a product: those of each part, by its name. */
  readonly columns?: Readonly<Record<string, Outputs>>;
}

/** Where a chain goes on: p(state of its next step) [K], transitions [K,K], and the steps before it [·,D]. */
export interface Future {
  readonly next: Float64Array;
  readonly transmat: Float64Array;
  readonly past: Float64Array;
}

/** What the maximization obeys. */
export interface EmissionRules {
  /** Dirichlet prior of probabilities, at least 1. */
  readonly prior: number;
  /** Priors of means, covariances and rates. */
  readonly beliefs?: Beliefs;
  /** Of a product: what is said of its columns, by their names. */
  readonly columns?: Readonly<Record<string, ColumnPrior>> | undefined;
  /** Smallest variance in any direction, relative to the data's. */
  readonly floor: number;
  /** State → the first state whose emission it shares. */
  readonly ties: readonly number[];
  /** Names of parameters that stay as they are. */
  readonly fixed: ReadonlySet<string>;
}

/** Where densities are computed: rows of N ≥ K columns in an arena. */
export interface Workspace {
  readonly engine: InferenceEngine;
  readonly arena: Arena;
  readonly K: number;
  readonly N: number;
}

/** The densities of one sequence, with what the moments will want of it. */
export interface Observed extends EmissionRows {
  /** The sequence [T,D], and its copy in the workspace. */
  readonly y: Float64Array;
  readonly data: Ptr;
}

/** One kind of emission with the parameters of K states. */
export interface Emission extends Parameters {
  /** Values a step. */
  readonly width: number;
  /** How many steps before it a step depends on. Default 0. */
  readonly lags?: number;
  /** Which priors of `Beliefs` it takes. Default: none. */
  readonly believes?: readonly string[];
  /** Of a product: which each of its parts takes, by its name. */
  readonly parts?: Readonly<Record<string, readonly string[]>>;
  /** Data, checked. */
  flatten(who: string, sequences: Sequences): Float64Array[];
  /** ln p(y_t | state) in the workspace's arena; columns from K on are -∞, missing values count 0. */
  rows(space: Workspace, y: Float64Array): Observed;
  /** Draws parameters that suit the data. */
  draw(random: Random, data: readonly Float64Array[]): void;
  /** Looks at the data that a fit is about to see: their scale. Throws DataError where it is out of reach. */
  prepare(who: string, data: readonly Float64Array[], rules: EmissionRules): void;
  /** Forgets the moments. */
  clear(): void;
  /** Adds the moments of a sequence, as `rows` gave it, weighted by γ [T,N]. */
  add(space: Workspace, observed: Observed, gamma: Ptr): void;
  /** Moves the parameters to their maximum; a state without weight keeps its own. */
  maximize(rules: EmissionRules): void;
  /** ln prior of the parameters, up to a constant. */
  logPrior(rules: EmissionRules): number;
  /** Draws one output of state k; past [·,D]: the steps before it, where there are lags. */
  sample(k: number, random: Random, past?: Float64Array): ArrayLike<number>;
  /** Outputs of mixtures with weights [T,K]; past [·,D]: the steps up to the last but one, likewise. */
  outputs(T: number, weights: Float64Array, past?: Float64Array): Outputs;
  /**
   * Outputs of the next `steps` steps, where each depends on those before it; without it, steps depend on
   * their states alone. `emitter`: whose parameters a state of the chain has. Default: its own.
   */
  future?(steps: number, from: Future, emitter?: (state: number) => number): Outputs | undefined;
  /** Gives its memory back. */
  dispose(): void;
}
