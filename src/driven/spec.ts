/** What a driven hidden Markov model is made from: options checked, and what is left out drawn. */
import { covarianceOption, matrixOption, type MatrixOption } from "../data/matrix.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import type { Algebra } from "../inference/matrix.ts";
import { drawStart } from "../models/hmm/chain.ts";
import { distribution } from "../models/hmm/read-parameters.ts";
import { OptionError, knownOptions, oneOf, seedOption, show, someOf, whole } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { poissonEmission } from "./counts.ts";
import type { DrivenEmission, Sizes } from "./emission.ts";
import { gaussianEmission } from "./regressions.ts";
import { symbolEmission } from "./symbols.ts";

const parts = ["transitions", "emissions"] as const;
const emissions = {
  gaussian: () => gaussianEmission,
  poisson: () => poissonEmission,
  categorical: symbolEmission,
} as const satisfies Record<string, (symbols: number) => DrivenEmission>;
type EmissionName = keyof typeof emissions;
/** Names of the parameters. */
export const parameterNames = ["startprob", "transitions", "coefficients", "covariances"] as const;
/** A parameter by name. */
export type IohmmParameterName = (typeof parameterNames)[number];

/** A hidden Markov model whose transitions and emissions depend on inputs. */
export interface IohmmSpec {
  /** K, the number of hidden states. */
  readonly states: number;
  /** m, inputs a step. */
  readonly input: number;
  /** D, values a step. Default 1. */
  readonly output?: number;
  /**
   * What a state emits: "gaussian" (default), B·x plus noise; "poisson", counts of rates exp(B·x) that are
   * independent given the state; or "categorical", one of `symbols`, its probability ∝ exp(b·x).
   */
  readonly emission?: EmissionName;
  /** M, for categorical emissions: symbols are whole numbers below it. */
  readonly symbols?: number;
  /** What the inputs drive. Default both. */
  readonly drives?: readonly (typeof parts)[number][];
  /** [K] of the first state. */
  readonly startprob?: MatrixOption;
  /** [K,K,1+m] log-odds of going from i to j beside staying in i: constant first. Rows i, i are 0. */
  readonly transitions?: readonly MatrixOption[];
  /**
   * [K,D,1+m] of each state's output, of the logarithm of its rates where it counts: constant first. Of
   * symbols [K,M,1+m], log-odds beside symbol 0: rows 0 are 0.
   */
  readonly coefficients?: readonly MatrixOption[];
  /** [K,D,D]; counts and symbols have none. */
  readonly covariances?: readonly MatrixOption[];
  /** Parameters that no fit changes. */
  readonly fixed?: readonly IohmmParameterName[];
  /** Default 1. */
  readonly seed?: number;
}

/** All parameters, row-major. */
export interface IohmmParameters {
  /** [K] */
  readonly startprob: Float64Array;
  /** [K,K,1+m] */
  readonly transitions: Float64Array;
  /** [K,D,1+m], of symbols [K,M,1+m] */
  readonly coefficients: Float64Array;
  /** [K,D,D]; of counts and symbols empty. */
  readonly covariances: Float64Array;
}

/** A checked spec with its parameters. */
export interface IohmmStart {
  readonly engine: InferenceEngine;
  readonly spec: Required<
    Pick<IohmmSpec, "states" | "input" | "output" | "emission" | "drives" | "fixed" | "seed">
  > &
    Pick<IohmmSpec, "symbols">;
  readonly sizes: Sizes;
  /** What the states emit. */
  readonly emission: DrivenEmission;
  /** Names of the parameters that were given. */
  readonly given: ReadonlySet<string>;
  parameters: IohmmParameters;
}

/** Log-odds of leaving a state for another in a start. */
const LEAVES = -2;

/** Copies. */
export const copied = ({
  startprob,
  transitions,
  coefficients,
  covariances,
}: IohmmParameters): IohmmParameters => ({
  startprob: startprob.slice(),
  transitions: transitions.slice(),
  coefficients: coefficients.slice(),
  covariances: covariances.slice(),
});

/** Log-odds [K,K,R] with every other state as likely, and little drawn on top. */
export function drawTransitions({ K, R }: Sizes, random: Random): Float64Array {
  return Float64Array.from({ length: K * K * R }, (_, at) => {
    const pair = Math.floor(at / R);
    if (at % R > 0 || Math.floor(pair / K) === pair % K) return 0;
    return LEAVES + random.uniform() - 0.5;
  });
}

/** K matrices [rows,columns] one after another. */
function matrices(
  who: string,
  name: string,
  value: readonly MatrixOption[],
  [K, rows, columns]: readonly [number, number, number],
): Float64Array {
  if (!Array.isArray(value) || value.length !== K)
    throw new OptionError(`${who}: ${name} is ${show(value)}, want ${K} matrices [${rows},${columns}]`);
  const list = (value as MatrixOption[]).map((M, k) => matrixOption(who, `${name}[${k}]`, M, rows, columns));
  return Float64Array.from(list.flatMap((M) => [...M]));
}

/** Throws OptionError where log-odds of staying are not 0. */
function checkTransitions(who: string, { K, R }: Sizes, W: Float64Array): Float64Array {
  W.forEach((w, at) => {
    const pair = Math.floor(at / R);
    if (w !== 0 && Math.floor(pair / K) === pair % K)
      throw new OptionError(
        `${who}: transitions[${pair % K}]: row ${pair % K} has ${w}, want 0: log-odds are beside staying`,
      );
  });
  return W;
}

function readCovariances(
  who: string,
  value: readonly MatrixOption[],
  { K, D }: Sizes,
  algebra: Algebra,
): Float64Array {
  if (!Array.isArray(value) || value.length !== K)
    throw new OptionError(`${who}: covariances is ${show(value)}, want ${K} matrices [${D},${D}]`);
  const list = (value as MatrixOption[]).map((S, k) => {
    const covariance = covarianceOption(who, `covariances[${k}]`, S, D, algebra);
    algebra.cholesky(`${who}: covariances[${k}]`, D, covariance);
    return [...covariance];
  });
  return Float64Array.from(list.flat());
}

/** Throws OptionError where the regression of a symbol 0 is not 0. */
function checkSymbols(who: string, { C, R }: Sizes, B: Float64Array): Float64Array {
  B.forEach((b, at) => {
    const row = Math.floor(at / R);
    if (b !== 0 && row % C === 0)
      throw new OptionError(
        `${who}: coefficients[${row / C}]: row 0 has ${b}, want 0: log-odds are beside symbol 0`,
      );
  });
  return B;
}

/** The coefficients [K,C,R] as given, or constants drawn. */
function readCoefficients(
  who: string,
  value: readonly MatrixOption[] | undefined,
  { emission, sizes }: { readonly emission: DrivenEmission; readonly sizes: Sizes },
  random: Random,
): Float64Array {
  const { K, C, R } = sizes;
  const symbols = emission.classes !== undefined;
  if (value !== undefined) {
    const given = matrices(who, "coefficients", value, [K, C, R]);
    return symbols ? checkSymbols(who, sizes, given) : given;
  }
  const moves = (at: number): boolean => at % R === 0 && !(symbols && Math.floor(at / R) % C === 0);
  return Float64Array.from({ length: K * C * R }, (_, at) => (moves(at) ? random.normal() : 0));
}

/** What the states of a spec emit. Throws OptionError. */
export function emissionOf(
  who: string,
  { emission = "gaussian", symbols, output = 1 }: Pick<IohmmSpec, "emission" | "symbols" | "output">,
): DrivenEmission {
  const name = oneOf(who, "emission", emission, Object.keys(emissions) as EmissionName[]);
  if (name !== "categorical") {
    if (symbols !== undefined)
      throw new OptionError(`${who}: symbols was given, but ${name} has none; leave it out`);
    return emissions[name]();
  }
  if (output !== 1) throw new OptionError(`${who}: output is ${show(output)}, want 1: one symbol a step`);
  return emissions[name](whole(who, "symbols", symbols, 1, 1000));
}

/** Checks a spec and draws what it leaves out. Throws OptionError, ShapeError or NumericError. */
export function readIohmmSpec(who: string, spec: IohmmSpec, algebra: Algebra): IohmmStart {
  knownOptions(who, spec, [
    "states",
    "input",
    "output",
    "emission",
    "symbols",
    "drives",
    ...parameterNames,
    "fixed",
    "seed",
  ]);
  const K = whole(who, "states", spec?.states, 1, 1000);
  const m = whole(who, "input", spec.input, 1, 1000);
  const D = whole(who, "output", spec.output ?? 1, 1, 1000);
  const { emission: name = "gaussian", symbols } = spec;
  const emission = emissionOf(who, spec);
  if (!emission.spread && spec.covariances !== undefined)
    throw new OptionError(`${who}: covariances were given, but ${name} has none; leave them out`);
  const drives = someOf(who, "drives", spec.drives ?? parts, parts);
  const fixed = someOf(who, "fixed", spec.fixed ?? [], parameterNames);
  const seed = seedOption(who, spec.seed ?? 1);
  const sizes = { K, D, C: emission.classes ?? D, R: 1 + m };
  const { R } = sizes;
  const random = new Random(algebra.engine, seed, streams.initial);
  const { startprob, transitions, coefficients, covariances } = spec;
  const parameters: IohmmParameters = {
    startprob:
      startprob === undefined
        ? drawStart(K, "ergodic")
        : distribution(who, "startprob", matrixOption(who, "startprob", startprob, 1, K), K),
    transitions:
      transitions === undefined
        ? drawTransitions(sizes, random)
        : checkTransitions(who, sizes, matrices(who, "transitions", transitions, [K, K, R])),
    coefficients: readCoefficients(who, coefficients, { emission, sizes }, random),
    covariances:
      covariances === undefined
        ? Float64Array.from({ length: emission.spread ? K * D * D : 0 }, (_, at) =>
            Number((at % (D * D)) % (D + 1) === 0),
          )
        : readCovariances(who, covariances, sizes, algebra),
  };
  const given = new Set(parameterNames.filter((name) => spec[name] !== undefined));
  const one = { states: K, input: m, output: D, emission: name, drives, fixed, seed };
  const checked = symbols === undefined ? one : { ...one, symbols };
  return { engine: algebra.engine, spec: checked, sizes, emission, given, parameters };
}
