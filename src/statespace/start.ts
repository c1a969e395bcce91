/** Where the state of a system begins: given, diffuse, or as it is for ever, element by element. */
import { covarianceOption, matrixOption, type MatrixOption } from "../data/matrix.ts";
import { Matrix } from "../inference/matrix-value.ts";
import type { Diffuse } from "../inference/state-space.ts";
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

/** What a start may look at. */
interface StartOf {
  readonly A: Matrix;
  readonly Q: Matrix;
  readonly stateIntercept: Matrix;
}

/** The first state. Throws OptionError, ShapeError, NumericError, which begin with `who`. */
export function readStart(
  who: string,
  initial: "stationary" | "diffuse" | MixedStart,
  system: StartOf,
): Diffuse {
  const { A } = system;
  const { algebra, rows: n } = A;
  const all = Array.from({ length: n }, (_, i) => i);
  const start: MixedStart =
    typeof initial === "string"
      ? { [oneOf(`${who}: system`, "initial", initial, ["stationary", "diffuse"] as const)]: all }
      : initial;
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
  for (let i = 0; i < 60 && power.data.some((x) => x !== 0); ++i) {
    mean = mean.plus(power.times(mean));
    power = power.times(power);
  }
  return { mean: elements.length > 0 ? mean : Matrix.zeros(algebra, 0, 1), covariance };
}
