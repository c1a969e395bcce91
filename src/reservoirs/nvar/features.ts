/**
 * The features of a nonlinear vector autoregression (Gauthier et al. 2021, eqs. 3-7): the constant 1, the
 * values of now and of s, 2s, …, (k-1)s steps ago, and the products of every p of them, repetition allowed:
 *
 *   z = [1; x_t; x_{t-s}; …; x_{t-(k-1)s}; ∏ of every multiset of p of these values, for each p of degrees]
 *
 * Multisets come in lexicographic order of places. Before a sequence begins its values count as 0.
 */
import type { NvarSpec } from "./spec.ts";

/** What the features depend on. */
export type FeatureSpec = Pick<Required<NvarSpec>, "input" | "delays" | "stride" | "degrees" | "constant">;

/** Multisets of p out of L: (L+p-1)!/(p!·(L-1)!); Infinity where that leaves the exact integers. */
function multisets(L: number, p: number): number {
  let count = 1;
  for (let i = 1; i <= p; ++i) {
    count = (count * (L - 1 + i)) / i;
    if (count > Number.MAX_SAFE_INTEGER / (L + p)) return Infinity;
  }
  return Math.round(count);
}

/** D: how many features there are. */
export function countFeatures({ input, delays, degrees, constant }: FeatureSpec): number {
  const L = input * delays;
  return degrees.reduce((sum, p) => sum + multisets(L, p), Number(constant) + L);
}

/** Places [count·p] of all multisets of p out of L. */
function placesOf(L: number, p: number): Int32Array {
  const count = multisets(L, p);
  const all = new Int32Array(count * p);
  const places = new Int32Array(p);
  for (let row = 0; row < count; ++row) {
    all.set(places, row * p);
    let last = p - 1;
    while (last >= 0 && places[last] === L - 1) --last;
    if (last >= 0) places.fill(places[last] + 1, last);
  }
  return all;
}

/** A window over a sequence, and the features of where it stands. */
export class FeatureWindow {
  /** D */
  readonly size: number;
  readonly #spec: FeatureSpec;
  readonly #monomials: readonly { readonly degree: number; readonly places: Int32Array }[];
  /** [(k-1)s+1, I] the last values, a ring. */
  readonly #ring: Float64Array;
  readonly #linear: Float64Array;
  #steps = 0;

  constructor(spec: FeatureSpec, from?: FeatureWindow) {
    const { input, delays, stride, degrees } = spec;
    const L = input * delays;
    this.size = countFeatures(spec);
    this.#spec = spec;
    this.#monomials = from
      ? from.#monomials
      : degrees.map((degree) => ({ degree, places: placesOf(L, degree) }));
    this.#ring = new Float64Array(((delays - 1) * stride + 1) * input);
    this.#linear = new Float64Array(L);
  }

  /** Another window with values of its own. */
  another(): FeatureWindow {
    return new FeatureWindow(this.#spec, this);
  }

  /** Steps of a sequence that its features look back. */
  get memory(): number {
    return this.#ring.length / this.#spec.input - 1;
  }

  /** Back to where no value has come. */
  reset(): void {
    this.#ring.fill(0);
    this.#steps = 0;
  }

  /** Takes the next values x [I] in, from place `at` of an array. */
  push(x: ArrayLike<number>, at = 0): void {
    const { input } = this.#spec;
    const row = this.#steps % (this.memory + 1);
    for (let i = 0; i < input; ++i) this.#ring[row * input + i] = x[at + i];
    ++this.#steps;
  }

  /** z [D] = the features. */
  write(z: { [i: number]: number }): void {
    const { constant } = this.#spec;
    let at = 0;
    if (constant) z[at++] = 1;
    this.#look();
    const x = this.#linear;
    for (let i = 0; i < x.length; ++i) z[at++] = x[i];
    for (const { degree, places } of this.#monomials)
      for (let row = 0; row < places.length; row += degree) {
        let product = x[places[row]];
        for (let i = 1; i < degree; ++i) product *= x[places[row + i]];
        z[at++] = product;
      }
  }

  /** The features' names: "1", "x0[t]", "x1[t-2]", "x0[t]·x1[t-2]". */
  names(): string[] {
    const { input, delays, stride, constant } = this.#spec;
    const linear = Array.from({ length: input * delays }, (_, i) => {
      const back = Math.floor(i / input) * stride;
      return `x${i % input}[t${back > 0 ? `-${back}` : ""}]`;
    });
    const products = this.#monomials.flatMap(({ degree, places }) =>
      Array.from({ length: places.length / degree }, (_, row) =>
        Array.from(places.subarray(row * degree, (row + 1) * degree), (i) => linear[i]).join("·"),
      ),
    );
    return [...(constant ? ["1"] : []), ...linear, ...products];
  }

  /** The values that it sees, the last first. */
  #look(): void {
    const { input, delays, stride } = this.#spec;
    const rows = this.memory + 1;
    for (let d = 0; d < delays; ++d) {
      const row = (((this.#steps - 1 - d * stride) % rows) + rows) % rows;
      for (let i = 0; i < input; ++i) this.#linear[d * input + i] = this.#ring[row * input + i];
    }
  }
}
