/**
 * What all kinds of emission share: named parameter arrays that are copied, restored, tied, counted and saved
 * alike.
 */
import type { Tensor } from "../../../formats/safetensors.ts";

/** What numbers a parameter may have. */
export type ParameterKind =
  "real" | "positive" | "nonnegative" | "probability" | "distribution" | "covariance" | "loadings";

/** One parameter of an emission. */
export interface ParameterShape {
  /** Of one state's part. */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  /** Kept equal: in all states, or in all entries of a state. */
  readonly equal?: "states" | "entries";
}

/** Arrays by name. */
export type NamedArrays = Record<string, Float64Array>;

const product = (shape: readonly number[]): number => shape.reduce((size, d) => size * d, 1);

/** Named arrays with K rows. */
export class Parameters {
  /** Number of states. */
  readonly K: number;
  /** By name; live. */
  readonly parameters: Readonly<NamedArrays>;
  /** What each of them is. */
  readonly shapes: Readonly<Record<string, ParameterShape>>;

  /** `arrays`: where some of them are already. */
  constructor(K: number, shapes: Readonly<Record<string, ParameterShape>>, arrays: NamedArrays = {}) {
    this.K = K;
    this.shapes = shapes;
    this.parameters = Object.fromEntries(
      Object.entries(shapes).map(([name, { shape }]) => [
        name,
        arrays[name] ?? new Float64Array(K * product(shape)),
      ]),
    );
  }

  /** Copies. */
  snapshot(): NamedArrays {
    return Object.fromEntries(Object.entries(this.parameters).map(([name, data]) => [name, data.slice()]));
  }

  /** Takes copies back. */
  restore(saved: NamedArrays): void {
    for (const [name, data] of Object.entries(this.parameters)) data.set(saved[name]);
  }

  /** For the file: "emission.means" and so on. */
  tensors(): Tensor[] {
    return Object.entries(this.snapshot()).map(([name, data]) => ({
      name: `emission.${name}`,
      shape: [this.K, ...this.shapes[name].shape],
      data,
    }));
  }

  /** Every state takes the parameters of the state that it shares with. */
  tie(ties: readonly number[]): void {
    for (const data of Object.values(this.parameters)) {
      const width = data.length / this.K;
      ties.forEach((first, k) => data.copyWithin(k * width, first * width, (first + 1) * width));
    }
  }

  /** Free parameters: what is fixed, tied, kept equal or structurally 0 does not count. */
  free(ties: readonly number[], fixed: ReadonlySet<string>): number {
    const groups = ties.flatMap((first, k) => (first === k ? [k] : []));
    let sum = 0;
    for (const [name, data] of Object.entries(this.parameters)) {
      if (fixed.has(name)) continue;
      const { shape, kind, equal } = this.shapes[name];
      const size = product(shape);
      if (equal === "states") sum += blockOf(kind, shape);
      else if (equal === "entries") sum += groups.length * (size / shape[shape.length - 1]);
      else for (const k of groups) sum += freeOf(kind, shape, data.subarray(k * size, (k + 1) * size));
    }
    return sum;
  }
}

/** Free numbers in one matrix or vector. */
function blockOf(kind: ParameterKind, shape: readonly number[]): number {
  const width = shape[shape.length - 1];
  return kind === "covariance" ? (width * (width + 1)) / 2 : width;
}

/** Free numbers in one state's part of a parameter. */
function freeOf(kind: ParameterKind, shape: readonly number[], part: Float64Array): number {
  const width = shape[shape.length - 1];
  if (kind === "covariance") return (part.length / (width * width)) * blockOf(kind, shape);
  if (kind === "loadings") {
    const rows = shape[shape.length - 2];
    const rotations = (width * (width - 1)) / 2; // which leave the covariance as it is
    return (part.length / (rows * width)) * (rows * width - rotations);
  }
  if (kind === "distribution") return part.filter((p) => p > 0).length - part.length / width;
  if (kind === "probability") return part.filter((p) => p > 0 && p < 1).length;
  return part.length;
}

/** Sums the rows [K,width] of states that share and gives each the sum. */
export function pool(moments: Float64Array, ties: readonly number[]): Float64Array {
  const width = moments.length / ties.length;
  ties.forEach((first, k) => {
    if (first !== k) for (let i = 0; i < width; ++i) moments[first * width + i] += moments[k * width + i];
  });
  ties.forEach((first, k) => moments.copyWithin(k * width, first * width, (first + 1) * width));
  return moments;
}
