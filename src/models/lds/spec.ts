/** Linear dynamical systems as users describe them. */
import { covarianceOption, matrixOption, type MatrixOption } from "../../data/matrix.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import type { Algebra } from "../../inference/matrix.ts";
import type { LinearGaussian, Moments } from "../../inference/state-space.ts";
import { OptionError, knownOptions, oneOf, seedOption, someOf, whole } from "../../wasm/errors.ts";
import { type FixedSet, ldsNames, ldsSizes, readFixed, type Fixed, type LdsName } from "./fixed.ts";
import { draw } from "./initial-values.ts";

/** The state before anything is observed: a normal distribution, or one of infinite variance, exactly. */
export type InitialOption =
  | "diffuse"
  | {
      /** [n] */
      readonly mean: MatrixOption;
      /** [n,n] */
      readonly covariance: MatrixOption;
    };

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
  readonly initial?: InitialOption;
  /**
   * Parameters that learning leaves alone, or entries of them: `{ name: "C", indices: [0] }`. Default none.
   */
  readonly fixed?: readonly Fixed[];
  /** Covariances that learning keeps diagonal. Default none. */
  readonly diagonal?: readonly ("Q" | "R")[];
  /** Default 1. */
  readonly seed?: number;
}

/** A checked spec. */
export interface LdsStart {
  readonly model: LinearGaussian;
  readonly given: ReadonlySet<LdsName>;
  readonly fixed: FixedSet;
  readonly diagonal: readonly ("Q" | "R")[];
  readonly seed: number;
}

const LARGEST = 1000;

/** Checks a spec and draws what it leaves out. Throws OptionError, ShapeError or NumericError. */
export function readSpec(who: string, spec: LdsSpec, algebra: Algebra): LdsStart {
  knownOptions(who, spec, ["state", "output", "input", ...ldsNames, "fixed", "diagonal", "seed"]);
  const n = whole(who, "state", spec?.state, 1, LARGEST);
  const p = whole(who, "output", spec.output, 1, LARGEST);
  const m = whole(who, "input", spec.input ?? 0, 0, LARGEST);
  const seed = seedOption(who, spec.seed ?? 1);
  const given = new Set(ldsNames.filter((name) => spec[name] !== undefined));
  const drawn = draw(algebra, { state: n, output: p, input: m }, { seed, restart: 0 });
  return {
    model: { ...drawn, ...readMatrices(who, spec, drawn) },
    given,
    fixed: readFixed(who, spec.fixed, ldsSizes(n, p, m)),
    diagonal: someOf(who, "diagonal", spec.diagonal ?? [], ["Q", "R"]),
    seed,
  };
}

/** The parameters that a spec gives, of the shapes that `drawn` has. */
function readMatrices(who: string, spec: LdsSpec, drawn: LinearGaussian): Partial<LinearGaussian> {
  const { algebra } = drawn.A;
  const found: { -readonly [K in keyof LinearGaussian]?: LinearGaussian[K] } = {};
  for (const name of ["A", "B", "C", "D"] as const) {
    const value = spec[name];
    if (value === undefined) continue;
    if ((name === "B" || name === "D") && drawn.input === 0)
      throw new OptionError(`${who}: ${name} was given without inputs; say input: 1 or more`);
    const { rows, columns } = drawn[name];
    found[name] = new Matrix(algebra, rows, columns, matrixOption(who, name, value, rows, columns));
  }
  for (const name of ["Q", "R"] as const) {
    const value = spec[name];
    if (value === undefined) continue;
    const { rows } = drawn[name];
    found[name] = new Matrix(algebra, rows, rows, covarianceOption(who, name, value, rows, algebra));
  }
  if (spec.initial !== undefined) found.initial = readInitial(who, spec.initial, drawn.state, algebra);
  return found;
}

/** A start, checked. */
function readInitial(who: string, initial: InitialOption, n: number, algebra: Algebra): "diffuse" | Moments {
  if (typeof initial === "string") return oneOf(who, "initial", initial, ["diffuse"] as const);
  knownOptions(`${who}: initial`, initial, ["mean", "covariance"]);
  const { mean, covariance } = initial;
  if (mean === undefined || covariance === undefined)
    throw new OptionError(
      `${who}: initial lacks ${mean === undefined ? "mean" : "covariance"}, want { mean, ` +
        `covariance } or "diffuse"`,
    );
  return {
    mean: Matrix.column(algebra, matrixOption(who, "initial.mean", mean, 1, n)),
    covariance: new Matrix(
      algebra,
      n,
      n,
      covarianceOption(who, "initial.covariance", covariance, n, algebra),
    ),
  };
}
