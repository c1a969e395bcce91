/** What a hidden semi-Markov model is made from: options checked, and everything left out drawn. */
import { matrixOption, type MatrixOption } from "../data/matrix.ts";
import type { Algebra } from "../inference/matrix.ts";
import { emissionOptions, type EmissionFactory } from "../models/hmm/emissions/make.ts";
import { distribution } from "../models/hmm/read-parameters.ts";
import { readHmmSpec, type HmmSpec, type HmmStart } from "../models/hmm/spec.ts";
import type { NamedArrays } from "../models/hmm/emissions/parameters.ts";
import { OptionError, knownOptions, show, whole } from "../wasm/errors.ts";
import { collapse, expand, maximizeExpanded, type Tables } from "./expansion.ts";
import { SharedEmission } from "./shared-emission.ts";

/** How long a state lasts. */
export interface Durations {
  /** D, the longest segment in steps. Work grows with (N·D)² a step. */
  readonly max: number;
  /** [N,D] row i holds p(1) .. p(D) of state i. Zeros stay zero. Default: uniform. */
  readonly probabilities?: MatrixOption;
}

/**
 * A hidden semi-Markov model of N = `states` states, at least 2, with the options of `hmm` but `topology`.
 * `transmat` [N,N] says which state follows a segment, so its diagonal is 0; `fixed` knows "durations" too.
 */
export interface HsmmSpec extends Omit<HmmSpec, "topology"> {
  /** How long a state lasts. */
  readonly durations: Durations;
}

/** Copies of all parameters. */
export interface HsmmParameters extends Tables {
  /** The parameters of the emission, by name. */
  readonly emission: NamedArrays;
}

/** A checked spec: its states, and what they are expanded to. */
export interface HsmmStart {
  readonly N: number;
  readonly D: number;
  /** Those of the steps: a training that found better ones puts them here. */
  tables: Tables;
  /** Of N states. */
  readonly states: HmmStart;
  /** Of N·D steps; its emission lives on that of `states`. */
  readonly steps: HmmStart;
}

/** Steps N·D whose transitions [N·D,N·D] take 128 MB. */
const STEPS = 4000;

const options = ["states", "emission", "startprob", "transmat", "emissionParameters", "fixed", "tie", "seed"];

/** Checks a spec and draws what it leaves out. Throws OptionError, ShapeError or NumericError. */
export function readHsmmSpec(who: string, spec: HsmmSpec, algebra: Algebra): HsmmStart {
  knownOptions(who, spec, [...options, ...emissionOptions, "durations"]);
  const N = whole(who, "states", spec?.states, 2, STEPS);
  const { durations, ...rest } = spec;
  knownOptions(`${who}: durations`, durations, ["max", "probabilities"]);
  const D = whole(who, "durations.max", durations?.max, 1, Math.floor(STEPS / N));
  const table = durations.probabilities;
  const probabilities =
    table === undefined
      ? new Float64Array(N * D).fill(1 / D)
      : distribution(who, "durations", matrixOption(who, "durations.probabilities", table, N, D), D);
  const fixed: unknown = spec.fixed;
  const chain = Array.isArray(fixed) ? { ...rest, fixed: fixed.filter((x) => x !== "durations") } : rest;
  const states = readHmmSpec(who, chain, algebra);
  if (spec.transmat === undefined) withoutStaying(N, states.transmat);
  checkDiagonal(who, N, states.transmat);
  const keepsDurations = Array.isArray(fixed) && fixed.includes("durations");
  return expanded(states, probabilities, { keepsDurations });
}

/** The states with durations [N,D], as steps. */
export function expanded(
  states: HmmStart,
  durations: Float64Array,
  { keepsDurations }: { readonly keepsDurations: boolean },
): HsmmStart {
  const N = states.K;
  const D = durations.length / N;
  const { startprob, transmat } = states;
  const tables = { startprob, transmat, durations };
  const fixed = new Set([...states.fixed, ...(keepsDurations ? ["durations"] : [])]);
  const emissions: EmissionFactory = {
    numbers: states.emissions.numbers,
    make: (algebra) => new SharedEmission(states.emissions.make(algebra), D),
  };
  const steps: HmmStart = {
    ...states,
    ...expand(tables),
    K: N * D,
    emission: new SharedEmission(states.emission, D),
    emissions,
    fixed,
    given: new Set([...states.given, "startprob", "transmat"]), // a fit starts from these tables
    maximizeChain: (chain, counts) => maximizeExpanded(N, fixed, chain, counts),
    keepChain: (chain) => {
      start.tables = collapse(N, chain);
      return expand(start.tables); // to the bit what a file of these tables gives
    },
  };
  const start: HsmmStart = { N, D, tables, states, steps };
  return start;
}

/** Row by row, the probabilities of the others alone. */
function withoutStaying(N: number, A: Float64Array): void {
  for (let i = 0; i < N; ++i) {
    const row = A.subarray(i * N, (i + 1) * N);
    row[i] = 0;
    const sum = row.reduce((total, p) => total + p, 0);
    for (let j = 0; j < N; ++j) row[j] /= sum;
  }
}

/** Throws OptionError where a segment is followed by one of the same state. */
export function checkDiagonal(who: string, N: number, A: Float64Array): void {
  for (let i = 0; i < N; ++i)
    if (A[i * N + i] > 0)
      throw new OptionError(
        `${who}: transmat: row ${i}, entry ${i} is ${show(A[i * N + i])}, want 0; how long a state lasts ` +
          "is said by durations",
      );
}
