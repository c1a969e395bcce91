/** A linear dynamical system with data of its own, and a training of it to look into. */
import { Kalman } from "../../../src/inference/kalman.ts";
import { lds, type Lds } from "../../../src/models/lds/lds.ts";
import { readSpec, type LdsSpec } from "../../../src/models/lds/spec.ts";
import { LdsTraining } from "../../../src/models/lds/training.ts";

/** x₀ + x₁ + … */
export const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0);
/** A driven system of two states and two outputs. */
export const truth = {
  state: 2,
  output: 2,
  input: 1,
  A: [
    [0.9, 0.3],
    [-0.3, 0.8],
  ],
  B: [[0.5], [-0.2]],
  C: [
    [1, 0.5],
    [0, 1],
  ],
  D: [[0.3], [1]],
  Q: [
    [0.2, 0.05],
    [0.05, 0.1],
  ],
  R: [
    [0.3, 0.1],
    [0.1, 0.2],
  ],
  initial: {
    mean: [1, -1],
    covariance: [
      [0.5, 0],
      [0, 0.5],
    ],
  },
} as const;
/** Sequences drawn from it, with holes where wanted. */
export async function drawn(
  lengths: readonly number[],
  { holes }: { holes: boolean },
): Promise<{ y: Float64Array[]; u: Float64Array[]; model: Lds }> {
  const model = await lds(truth);
  const u = lengths.map((T, i) => Float64Array.from({ length: T }, (_, t) => Math.sin(0.7 * t + i)));
  const y = lengths.map((T, i) => model.sample(T, { seed: i + 1, inputs: [u[i]] }).sequence);
  if (holes)
    y.forEach((s, i) =>
      s.forEach((_, j) => {
        if ((j * 7 + i) % 5 === 0 || (j > 20 && j < 26)) s[j] = NaN;
      }),
    );
  return { y, u, model };
}

/** A training that starts from a spec, and its workspace. */
export function trainingOf(
  engine: Lds["engine"],
  spec: LdsSpec,
  y: readonly Float64Array[],
  u?: readonly Float64Array[],
): { training: LdsTraining; kalman: Kalman } {
  const kalman = new Kalman(engine);
  const start = readSpec("test", spec, kalman.algebra);
  const { model, fixed } = start;
  const data = y.map((values, i) => ({ y: values, u: u?.[i] }));
  const task = { who: "test", model, start, fixed, data, fresh: false, floor: 0 };
  return { training: new LdsTraining(kalman, task), kalman };
}

/** Central differences of a training's log-likelihood at a point. */
export function differences(training: LdsTraining, at: Float64Array, step: number): number[] {
  const value = (i: number, by: number): number => {
    const x = at.slice();
    x[i] += by;
    training.setCoordinates(x);
    return training.logLikelihood();
  };
  return Array.from(at, (_, i) => (value(i, step) - value(i, -step)) / (2 * step));
}
