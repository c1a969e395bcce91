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
import { stationaryCovariance } from "../models/structural/stationary-covariance.ts";
import { OptionError, knownOptions, oneOf, show, whole } from "../wasm/errors.ts";

/** Where the state begins, by its elements: what is in neither list has the mean and the covariance given. */
export interface MixedStart {
  /** [n] Default 0; of stationary and diffuse elements it is not looked at. */
  readonly mean?: MatrixOption;
  /** [n,n] Default 0; of stationary and diffuse elements it is not looked at. */
  readonly covariance?: MatrixOption;
  /** Elements of infinite variance, from 0. */
  readonly diffuse?: readonly number[];
  /** Elements with the mean and covariance that they have for ever; no others may move them. */
  readonly stationary?: readonly number[];
}

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

/** A matrix as rows of the right sizes, which most are; undefined for what needs a closer look. */
function plainRows(value: MatrixOption | undefined, r: number, c: number): Float64Array | undefined {
  if (!Array.isArray(value) || value.length !== r) return undefined;
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
}

/**
 * Checks matrices. Throws OptionError, ShapeError,
 * NumericError, which begin with `who`.
 */
export function readSystem(
  who: string,
  algebra: Algebra,
  { state: n, output: p, input: m }: SystemSizes,
  { given, next = given, isFirst = true }: SystemOfStep,
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
    const known = plain && isDiagonal(plain, size) ? plain : undefined;
    const data = known ?? covarianceOption(`${who}: system`, name, of[name], size, algebra);
    return new Matrix(algebra, size, size, data);
  };
  const intercept = (name: "stateIntercept" | "outputIntercept", size: number): Matrix =>
    Matrix.column(
      algebra,
      matrixOption(`${who}: system`, name, given[name] ?? new Float64Array(size), 1, size),
    );
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
  return { model: withNoiseInState(who, plain, matrix("S", n, p), covariance("R", p, next)), A };
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

/** The system of (x, v). Throws NumericError where S is more than Q and R allow. */
function withNoiseInState(who: string, model: LinearGaussian, S: Matrix, nextR: Matrix): LinearGaussian {
  const { state: n, output: p, A, B, C, Q, R } = model;
  const { algebra } = A;
  const size = n + p;
  const beside = padded(Matrix.zeros(algebra, n).beside(S), size, size);
  const joint = padded(Q, size, size).plus(cornered(R, size)).plus(beside).plus(beside.transposed());
  covarianceOption(`${who}: system`, "[[Q, S], [Sᵀ, R]]", joint.data, size, algebra);
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

/** What a start may look at. */
interface StartOf {
  readonly A: Matrix;
  readonly Q: Matrix;
  readonly stateIntercept: Matrix;
}

function readStart(who: string, initial: SystemMatrices["initial"], system: StartOf): Diffuse {
  const { A } = system;
  const { algebra, rows: n } = A;
  const all = Array.from({ length: n }, (_, i) => i);
  const start: MixedStart =
    typeof initial === "string"
      ? { [oneOf(`${who}: system`, "initial", initial, ["stationary", "diffuse"] as const)]: all }
      : initial!;
  const place = `${who}: system: initial`;
  knownOptions(place, start, ["mean", "covariance", "diffuse", "stationary"]);
  const diffuse = readElements(place, "diffuse", start.diffuse, n);
  const settled = readElements(place, "stationary", start.stationary, n);
  const both = diffuse.find((i) => settled.includes(i));
  if (both !== undefined)
    throw new OptionError(`${place}: element ${both} is both diffuse and stationary, want one of them`);
  const given = all.filter((i) => !diffuse.includes(i) && !settled.includes(i));
  const mean = matrixOption(place, "mean", start.mean ?? new Float64Array(n), 1, n);
  const known = covarianceOption(
    place,
    "covariance",
    start.covariance ?? new Float64Array(n * n),
    n,
    algebra,
  );
  const kept = stationaryMoments(place, system, settled);
  const covariance = Matrix.zeros(algebra, n).map((_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    if (given.includes(i) && given.includes(j)) return known[k];
    const [a, b] = [settled.indexOf(i), settled.indexOf(j)];
    return a >= 0 && b >= 0 ? kept.covariance.at(a, b) : 0;
  });
  const first = Float64Array.from(all, (i) => {
    const at = settled.indexOf(i);
    if (at >= 0) return kept.mean.data[at];
    return given.includes(i) ? mean[i] : 0;
  });
  return {
    mean: Matrix.column(algebra, first),
    covariance,
    W: Matrix.identity(algebra, n).part(all, diffuse),
  };
}

function readElements(who: string, name: string, value: unknown, n: number): number[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw new OptionError(
      `${who}: ${name} is ${show(value)}, want an array of elements of the state, from 0`,
    );
  return [...new Set(value.map((i: unknown, k) => whole(who, `${name}[${k}]`, i as number, 0, n - 1)))];
}

/** The mean (I - A)⁻¹·a and the covariance for ever of some elements, which no others may move. */
function stationaryMoments(
  who: string,
  { A, Q, stateIntercept }: StartOf,
  elements: readonly number[],
): { mean: Matrix; covariance: Matrix } {
  const { algebra, rows: n } = A;
  const own = A.part(elements, elements);
  for (const i of elements)
    for (let j = 0; j < n; ++j)
      if (!elements.includes(j) && A.at(i, j) !== 0)
        throw new OptionError(
          `${who}: element ${i} cannot be stationary alone: element ${j} moves it; list both, or make both ` +
            "diffuse",
        );
  const covariance = stationaryCovariance(who, own, Q.part(elements, elements));
  // Σ Aᵏ·a by doubling, whose sum is (I - A)⁻¹·a where A is stable
  let mean = stateIntercept.part(elements, [0]);
  let power = own;
  for (let i = 0; i < 60 && elements.length > 0; ++i) {
    mean = mean.plus(power.times(mean));
    power = power.times(power);
  }
  return { mean: elements.length > 0 ? mean : Matrix.zeros(algebra, 0, 1), covariance };
}
