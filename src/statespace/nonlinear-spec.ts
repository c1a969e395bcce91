/** What a filter of nonlinear functions is made from, checked. */
import { covarianceOption, matrixOption, type MatrixOption } from "../data/matrix.ts";
import { Matrix } from "../inference/matrix-value.ts";
import type { Algebra } from "../inference/matrix.ts";
import type { Moments } from "../inference/state-space.ts";
import { OptionError, knownOptions, oneOf, show, whole } from "../wasm/errors.ts";
import type { SystemSizes, SystemStep } from "./system.ts";
import { byPoints, byTangent, type StateFunction, type Transformed } from "./transform.ts";

/** A function of the state [n] and the step. */
export type StepFunction = (x: Float64Array, step: SystemStep) => ArrayLike<number>;
/** Its derivatives, a row for each of its numbers. */
export type StepJacobian = (x: Float64Array, step: SystemStep) => MatrixOption;

/** The Gaussian of the first state. */
export interface FirstState {
  /** [n] */
  readonly mean: MatrixOption;
  /** [n,n] */
  readonly covariance: MatrixOption;
}

/** x_{t+1} = f(x_t, u_t) + N(0, Q), y_t = h(x_t, u_t) + N(0, R), x_1 ~ N(mean, covariance). */
export interface NonlinearSpec {
  /** n, the size of the hidden state. */
  readonly state: number;
  /** p, values observed a step. */
  readonly output: number;
  /** m, driving inputs a step. Default 0. */
  readonly input?: number;
  /** f, the next state [n]. */
  readonly transition: StepFunction;
  /** h, the output [p]. */
  readonly observation: StepFunction;
  /** [n,n] covariance of the state's noise. */
  readonly Q: MatrixOption;
  /** [p,p] covariance of the outputs' noise. */
  readonly R: MatrixOption;
  /** The first state, before the first output. */
  readonly initial: FirstState;
  /** How functions see a Gaussian: by points, or by tangents. Default "unscented". */
  readonly method?: "unscented" | "extended";
  /** [n,n] of the transition, for "extended". Default: by differences. */
  readonly transitionJacobian?: StepJacobian;
  /** [p,n] of the observation, for "extended". Default: by differences. */
  readonly observationJacobian?: StepJacobian;
}

/** A checked spec. */
export interface Nonlinear extends SystemSizes {
  readonly Q: Matrix;
  readonly R: Matrix;
  readonly initial: Moments;
  readonly transition: (step: SystemStep) => StateFunction;
  readonly observation: (step: SystemStep) => StateFunction;
  readonly transform: (who: string, f: StateFunction, state: Moments) => Transformed;
}

const LARGEST = 100;
const names = [
  ...["state", "output", "input", "transition", "observation", "Q", "R", "initial", "method"],
  ...["transitionJacobian", "observationJacobian"],
];

/** Checks a spec. Throws OptionError, ShapeError, NumericError. */
export function readNonlinear(who: string, spec: NonlinearSpec, algebra: Algebra): Nonlinear {
  knownOptions(who, spec, names);
  const n = whole(who, "state", spec?.state, 1, LARGEST);
  const p = whole(who, "output", spec.output, 1, LARGEST);
  const input = whole(who, "input", spec.input ?? 0, 0, LARGEST);
  const method = oneOf(who, "method", spec.method ?? "unscented", ["unscented", "extended"] as const);
  const covariance = (name: string, value: MatrixOption, size: number): Matrix =>
    new Matrix(algebra, size, size, covarianceOption(who, name, value, size, algebra));
  const { initial } = spec;
  knownOptions(`${who}: initial`, initial, ["mean", "covariance"]);
  if (!initial)
    throw new OptionError(`${who}: initial is missing, want { mean, covariance } of the first state`);
  return {
    state: n,
    output: p,
    input,
    Q: covariance("Q", spec.Q, n),
    R: covariance("R", spec.R, p),
    initial: {
      mean: Matrix.column(algebra, matrixOption(who, "initial.mean", initial.mean, 1, n)),
      covariance: covariance("initial.covariance", initial.covariance, n),
    },
    transition: readFunction(who, spec, "transition", { size: n, n, method }),
    observation: readFunction(who, spec, "observation", { size: p, n, method }),
    transform: method === "extended" ? byTangent : byPoints,
  };
}

function readFunction(
  who: string,
  spec: NonlinearSpec,
  name: "transition" | "observation",
  { size, n, method }: { readonly size: number; readonly n: number; readonly method: string },
): (step: SystemStep) => StateFunction {
  const of = spec[name];
  const slopes = spec[`${name}Jacobian`];
  if (typeof of !== "function")
    throw new OptionError(
      `${who}: ${name} is ${show(of)}, want a function from the state to ${size} numbers`,
    );
  if (slopes === undefined) return (step) => ({ name, size, of: (x) => of(x, step) });
  if (typeof slopes !== "function" || method !== "extended")
    throw new OptionError(
      `${who}: ${name}Jacobian is ${show(slopes)} of "${method}", want a function, of method "extended"`,
    );
  return (step) => ({
    name,
    size,
    of: (x) => of(x, step),
    jacobian: (x) => matrixOption(who, `${name}Jacobian`, slopes(x, step), size, n),
  });
}
