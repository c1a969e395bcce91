/** First parameters of a linear dynamical system, drawn from a seed. */
import { Matrix } from "../../inference/matrix-value.ts";
import type { Algebra } from "../../inference/matrix.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";

/** What to draw for. */
export interface DrawOptions {
  readonly seed: number;
  /** Start of a fit, from 0. */
  readonly restart: number;
  /** Standard deviations of the outputs [p]. Default 1. */
  readonly deviations?: ArrayLike<number>;
  /** Variance of the states. Default 1. */
  readonly states?: number;
}

/** The numbers of states, outputs and inputs. */
export type LdsShape = Pick<LinearGaussian, "state" | "output" | "input">;

/** Random parameters: slow states, and outputs of which half of the variance is noise. */
export function draw(algebra: Algebra, shape: LdsShape, options: DrawOptions): LinearGaussian {
  const { state: n, output: p, input: m } = shape;
  const { seed, restart, states = 1, deviations = new Float64Array(p).fill(1) } = options;
  const random = new Random(
    algebra.engine,
    seed,
    restart === 0 ? streams.initial : streams.restarts + restart,
  );
  const numbers = (rows: number, columns: number, value: (i: number) => number): Matrix =>
    new Matrix(
      algebra,
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, (_, i) => value(i)),
    );
  const kept = Float64Array.from({ length: n }, () => 0.5 + 0.45 * random.uniform());
  const root = Math.sqrt(n);
  return {
    state: n,
    output: p,
    input: m,
    A: Matrix.diagonal(algebra, kept).map((x) => x + (0.1 / root) * random.normal()),
    B: numbers(n, m, () => 0.1 * random.normal()),
    C: numbers(p, n, (i) => (deviations[Math.floor(i / n)] / root) * random.normal()),
    D: Matrix.zeros(algebra, p, m),
    Q: Matrix.diagonal(
      algebra,
      kept.map((x) => states * (1 - x * x)),
    ),
    R: Matrix.diagonal(
      algebra,
      Float64Array.from({ length: p }, (_, i) => 0.5 * deviations[i] * deviations[i]),
    ),
    initial: { mean: Matrix.zeros(algebra, n, 1), covariance: Matrix.identity(algebra, n).scaled(states) },
  };
}
