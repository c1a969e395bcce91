/** What a state-space model is made from, checked. */
import type { Algebra } from "../inference/matrix.ts";
import { OptionError, knownOptions, seedOption, show, whole } from "../wasm/errors.ts";
import { inputsAt, type Systems } from "./passes.ts";
import { named, readParameters, type Parameter, type ParameterSpec } from "./parameters.ts";
import {
  readSystem,
  type ReadSystem,
  type SystemMatrices,
  type SystemSizes,
  type SystemStep,
} from "./system.ts";
import type { Series } from "../inference/state-space.ts";

/** A linear state-space model whose matrices are functions of named parameters. */
export interface StateSpaceSpec {
  /** n, the size of the hidden state. */
  readonly state: number;
  /** p, values observed a step. */
  readonly output: number;
  /** m, driving inputs a step. Default 0. */
  readonly input?: number;
  /** Each parameter by name: its kind, or what it may be. Default none. */
  readonly parameters?: Readonly<Record<string, ParameterSpec>>;
  /**
   * The matrices, given the parameters by name: a number in them is fixed, a parameter in two places ties
   * them. With `varying` it is asked for every step, and may look at its number and its inputs.
   */
  readonly system: (parameters: Readonly<Record<string, number>>, step: SystemStep) => SystemMatrices;
  /** Whether the matrices change from step to step. Default false. */
  readonly varying?: boolean;
  /** Of samples. Default 1. */
  readonly seed?: number;
}

/** A checked spec. */
export interface ReadSpec extends SystemSizes {
  readonly parameters: readonly Parameter[];
  readonly system: StateSpaceSpec["system"];
  readonly varying: boolean;
  readonly seed: number;
}

const LARGEST = 100;

/** Checks a spec. Throws OptionError. */
export function readSpec(who: string, spec: StateSpaceSpec): ReadSpec {
  knownOptions(who, spec, ["state", "output", "input", "parameters", "system", "varying", "seed"]);
  const state = whole(who, "state", spec?.state, 1, LARGEST);
  const output = whole(who, "output", spec.output, 1, LARGEST);
  const input = whole(who, "input", spec.input ?? 0, 0, LARGEST);
  const { system, varying = false } = spec;
  if (typeof system !== "function")
    throw new OptionError(
      `${who}: system is ${show(system)}, want a function from parameters to { A, C, Q, R, … }`,
    );
  if (typeof varying !== "boolean")
    throw new OptionError(`${who}: varying is ${show(varying)}, want true or false`);
  const parameters = readParameters(who, spec.parameters ?? {});
  return { state, output, input, parameters, system, varying, seed: seedOption(who, spec.seed ?? 1) };
}

/** Values of all parameters beside a series; `isTrusted` as of `readSystem`. */
export interface SeriesValues {
  readonly natural: Float64Array;
  readonly series: Series;
  readonly isTrusted?: boolean;
}

/** The system of each step of a series, with values of all parameters. */
export function systemsOf(
  who: string,
  algebra: Algebra,
  spec: ReadSpec,
  { natural, series, isTrusted }: SeriesValues,
): Systems {
  const values = Object.freeze(named(spec.parameters, natural));
  const at = (t: number): SystemMatrices =>
    spec.system(values, { t, input: Float64Array.from(inputsAt(series, t, spec.input)) });
  if (!spec.varying) {
    const system = readSystem(who, algebra, spec, { given: at(0), isTrusted });
    return () => system;
  }
  const T = series.y.length / spec.output;
  const given: SystemMatrices[] = [];
  const matrices = (t: number): SystemMatrices | undefined => (t < T ? (given[t] ??= at(t)) : undefined);
  const read: ReadSystem[] = [];
  return (t) =>
    (read[t] ??= readSystem(`${who}: step ${t}`, algebra, spec, {
      given: given[t] ?? at(t),
      next: matrices(t + 1),
      isFirst: t === 0,
      isTrusted,
    }));
}
