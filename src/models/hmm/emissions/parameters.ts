/** What all kinds of emission share: named parameter arrays that are copied, restored and saved alike. */
import type { Tensor } from "../../../formats/safetensors.ts";

/** Named arrays with K rows. */
export class Parameters {
  /** Number of states. */
  readonly K: number;
  /** By name; live. */
  readonly parameters: Readonly<Record<string, Float64Array>>;
  readonly #shapes: Readonly<Record<string, readonly number[]>>;

  /** shapes: of one state's part of each parameter. */
  constructor(K: number, shapes: Readonly<Record<string, readonly number[]>>) {
    this.K = K;
    this.#shapes = shapes;
    this.parameters = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        new Float64Array(shape.reduce((size, d) => size * d, K)),
      ]),
    );
  }

  snapshot(): Record<string, Float64Array> {
    return Object.fromEntries(Object.entries(this.parameters).map(([name, data]) => [name, data.slice()]));
  }

  restore(saved: Record<string, Float64Array>): void {
    for (const [name, data] of Object.entries(this.parameters)) data.set(saved[name]);
  }

  tensors(): Tensor[] {
    return Object.entries(this.snapshot()).map(([name, data]) => ({
      name: `emission.${name}`,
      shape: [this.K, ...this.#shapes[name]],
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
