/**
 * A linear system whose matrices are functions of named parameters, and of the step where they change:
 *
 *   x_{t+1} = A·x_t + B·u_t + a + w_t,  y_t = C·x_t + D·u_t + c + v_t,  Cov(w, v) = [[Q, S], [Sᵀ, R]]
 *
 * Where S is not 0 the state is (x_t, v_t): x_{t+1} = A·x_t + S·R⁺·v_t + …, and what is left of w_t does not
 * know v_t. So the filter sees independent noises, whatever is missing.
 */
import { covarianceOption, matrixOption, type MatrixOption } from "../data/matrix.ts";
import { Matrix } from "../inference/matrix-value.ts";
import type { Algebra } from "../inference/matrix.ts";
import { diffuseStart, type Diffuse, type LinearGaussian } from "../inference/state-space.ts";
import { knownOptions } from "../wasm/errors.ts";
import { readStart, type MixedStart } from "./start.ts";

/** The matrices of a system, at one step where it varies. */
export interface SystemMatrices {
  /** [n,n] */
  readonly A: MatrixOption;
  /** [n,m] Default 0. */
  readonly B?: MatrixOption;
  /** [p,n] */
  readonly C: MatrixOption;
  /** [p,m] Default 0. */
  readonly D?: MatrixOption;
  /** [n,n] covariance of the state's noise. */
  readonly Q: MatrixOption;
  /** [p,p] covariance of the outputs' noise. */
  readonly R: MatrixOption;
  /** [n,p] covariance of the state's noise with the outputs' noise of the same step. Default 0. */
  readonly S?: MatrixOption;
  /** [n] what is added to the next state. Default 0. */
  readonly stateIntercept?: MatrixOption;
  /** [p] what is added to the output. Default 0. */
  readonly outputIntercept?: MatrixOption;
  /**
   * The first state, read at the first step: "stationary", "diffuse" (exactly), or element by element.
   * Default "diffuse".
   */
  readonly initial?: "stationary" | "diffuse" | MixedStart;
}

/** A step of a system that varies. */
export interface SystemStep {
  /** The step, from 0. */
  readonly t: number;
  /** [m] the inputs of the step. */
  readonly input: Float64Array;
}

/** The sizes of a system. */
export interface SystemSizes {
  /** n */
  readonly state: number;
  /** p */
  readonly output: number;
  /** m */
  readonly input: number;
}

const names = ["A", "B", "C", "D", "Q", "R", "S", "stateIntercept", "outputIntercept", "initial"] as const;

/** A matrix as rows or numbers of the right sizes, which most are; undefined for what needs a closer look. */
function plainRows(value: MatrixOption | undefined, r: number, c: number): Float64Array | undefined {
  if (r * c === 1 && Number.isFinite(value)) return Float64Array.of(value as number);
  if (!Array.isArray(value)) return undefined;
  if (value.length === r * c && areFinite(value)) return Float64Array.from(value as number[]);
  if (value.length !== r) return undefined;
  const out = new Float64Array(r * c);
  let finite = true;
  for (let i = 0; i < r; ++i) {
    const row: unknown = value[i];
    if (!Array.isArray(row) || row.length !== c) return undefined;
    for (let j = 0; j < c; ++j) {
      const x: unknown = row[j];
      finite &&= typeof x === "number" && Number.isFinite(x);
      out[i * c + j] = x as number;
    }
  }
  return finite ? out : undefined;
}

function areFinite(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; ++i) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Whether a matrix [n,n] is a covariance at a glance: nothing beside a diagonal of no negative numbers. */
function isDiagonal(data: Float64Array, n: number): boolean {
  for (let k = 0; k < data.length; ++k) if (k % (n + 1) === 0 ? !(data[k] >= 0) : data[k] !== 0) return false;
  return true;
}

/** A system as filters see it: the last of its inputs is 1, for the intercepts. */
export interface ReadSystem {
  readonly model: LinearGaussian;
  /** A without what the outputs' noise tells of the state's. */
  readonly A: Matrix;
}

/** The matrices of a step, those of the step after it, and whether its start counts. */
export interface SystemOfStep {
  readonly given: SystemMatrices;
  readonly next?: SystemMatrices;
  readonly isFirst?: boolean;
  /** Whether covariances are taken as they are, beside those of a system that was checked. Default false. */
  readonly isTrusted?: boolean;
}

/**
 * Checks matrices. Throws OptionError, ShapeError,
 * NumericError, which begin with `who`.
 */
export function readSystem(
  who: string,
  algebra: Algebra,
  { state: n, output: p, input: m }: SystemSizes,
  { given, next = given, isFirst = true, isTrusted = false }: SystemOfStep,
): ReadSystem {
  knownOptions(`${who}: system`, given, names);
  const matrix = (name: "A" | "B" | "C" | "D" | "S", r: number, c: number): Matrix => {
    const value = given[name];
    if (value === undefined && name !== "A" && name !== "C") return Matrix.zeros(algebra, r, c);
    const data = plainRows(value, r, c) ?? matrixOption(`${who}: system`, name, value!, r, c);
    return new Matrix(algebra, r, c, data);
  };
  const covariance = (name: "Q" | "R", size: number, of = given): Matrix => {
    const plain = plainRows(of[name], size, size);
    const known = plain && (isTrusted || isDiagonal(plain, size)) ? plain : undefined;
    const data = known ?? covarianceOption(`${who}: system`, name, of[name], size, algebra);
    return new Matrix(algebra, size, size, data);
  };
  const intercept = (name: "stateIntercept" | "outputIntercept", size: number): Matrix => {
    const value = given[name];
    if (value === undefined) return Matrix.zeros(algebra, size, 1);
    const data = plainRows(value, size, 1) ?? matrixOption(`${who}: system`, name, value, 1, size);
    return Matrix.column(algebra, data);
  };
  const A = matrix("A", n, n);
  const Q = covariance("Q", n);
  const R = covariance("R", p);
  const stateIntercept = intercept("stateIntercept", n);
  const plain: LinearGaussian = {
    state: n,
    output: p,
    input: m + 1,
    A,
    B: matrix("B", n, m).beside(stateIntercept),
    C: matrix("C", p, n),
    D: matrix("D", p, m).beside(intercept("outputIntercept", p)),
    Q,
    R,
    initial: isFirst ? readStart(who, given.initial ?? "diffuse", { A, Q, stateIntercept }) : "diffuse",
  };
  if (given.S === undefined) return { model: plain, A };
  const S = matrix("S", n, p);
  if (!isTrusted) checkJoint(who, plain, S);
  return { model: withNoiseInState(who, plain, S, covariance("R", p, next)), A };
}

/** M in the upper left of zeros [rows,columns]. */
function padded({ algebra, rows: r, columns: c, data }: Matrix, rows: number, columns: number): Matrix {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < r; ++i) out.set(data.subarray(i * c, (i + 1) * c), i * columns);
  return new Matrix(algebra, rows, columns, out);
}

/** M in the lower right of zeros [rows,rows], or another block there. */
function cornered(block: Matrix, rows: number): Matrix {
  const from = rows - block.rows;
  return Matrix.zeros(block.algebra, rows).map((_, i) => {
    const [r, c] = [Math.floor(i / rows) - from, (i % rows) - from];
    return r >= 0 && c >= 0 ? block.at(r, c) : 0;
  });
}

/** Throws NumericError where S is more than Q and R allow. */
function checkJoint(who: string, { state: n, output: p, Q, R }: LinearGaussian, S: Matrix): void {
  const { algebra } = S;
  const size = n + p;
  const beside = padded(Matrix.zeros(algebra, n).beside(S), size, size);
  const joint = padded(Q, size, size).plus(cornered(R, size)).plus(beside).plus(beside.transposed());
  covarianceOption(`${who}: system`, "[[Q, S], [Sᵀ, R]]", joint.data, size, algebra);
}

/** The system of (x, v). */
function withNoiseInState(who: string, model: LinearGaussian, S: Matrix, nextR: Matrix): LinearGaussian {
  const { state: n, output: p, A, B, C, Q, R } = model;
  const { algebra } = A;
  const size = n + p;
  const told = R.solve(`${who}: system: R`, S.transposed(), { semidefinite: true }).transposed();
  const rest = Q.minus(told.timesTransposed(S)).symmetric();
  const start = diffuseStart(model);
  const initial: Diffuse = {
    mean: padded(start.mean, size, 1),
    covariance: padded(start.covariance, size, size).plus(cornered(R, size)),
    W: padded(start.W, size, start.W.columns),
  };
  return {
    ...model,
    state: size,
    A: padded(A.beside(told), size, size),
    B: padded(B, size, B.columns),
    C: C.beside(Matrix.identity(algebra, p)),
    Q: padded(rest, size, size).plus(cornered(nextR, size)),
    R: Matrix.zeros(algebra, p),
    initial,
  };
}
