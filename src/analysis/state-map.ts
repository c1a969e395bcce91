/**
 * A recurrent net left to itself, as a map of its state, with tangent vectors carried along:
 *
 *   "outside"  h ← f(W·h + b)      J = diag(f')·W, f' at W·h + b
 *   "inside"   a ← W·f(a) + b      J = W·diag(f'), f' at a
 *
 * The first is a layer's hidden state, the second its pre-activation. Double precision, f from the kernels.
 */
import { inRange, knownOptions, oneOf, ShapeError } from "../wasm/errors.ts";
import { activationCodes, type Activation, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { inferenceEngine, type InferenceEngine } from "../inference/inference-engine.ts";

/** What a map is. */
export interface StateMapSpec {
  /** [n,n], row-major: W[i,j] from unit j to unit i. */
  readonly W: ArrayLike<number>;
  /** [n]. Default 0. */
  readonly bias?: ArrayLike<number>;
  /** Default "tanh". */
  readonly activation?: Activation;
  /** Default "outside". */
  readonly form?: "outside" | "inside";
}

/** The map at a state h. */
export interface Linearization {
  /** [n] the state after one step. */
  next: Float64Array;
  /** [n,n] row i: the derivatives of component i of `next` by h. */
  jacobian: Float64Array;
}

/** A state and up to `tangents` tangent vectors, moved by `step`. */
export class StateMap {
  /** The float64 engine that it works on, whatever the net's precision. */
  readonly engine: InferenceEngine;
  /** n, the number of units. */
  readonly size: number;
  /** Rows that `step` carries along, in kernel memory [tangents, n]. */
  readonly tangents: Ptr;
  readonly #inside: boolean;
  readonly #code: number;
  readonly #arena: Arena;
  readonly #W: Ptr;
  readonly #b: Ptr;
  readonly #h: Ptr;
  readonly #y: Ptr;
  readonly #z: Ptr;
  readonly #slope: Ptr;
  readonly #one: Ptr;
  readonly #moved: Ptr;

  /** Use `stateMap(spec)`. */
  constructor(engine: InferenceEngine, spec: StateMapSpec, tangents: number) {
    const n = (this.size = Math.round(Math.sqrt(spec.W.length)));
    const arena = (this.#arena = new Arena(engine.memory));
    const { kernels: k, memory } = engine;
    this.engine = engine;
    this.#inside = spec.form === "inside";
    this.#code = activationCodes[spec.activation ?? "tanh"];
    [this.#h, this.#y, this.#z, this.#slope, this.#one, this.#b] = Array.from({ length: 6 }, () =>
      arena.reals(n),
    ) as [Ptr, Ptr, Ptr, Ptr, Ptr, Ptr];
    [this.tangents, this.#moved] = [
      arena.reals(Math.max(tangents, 1) * n),
      arena.reals(Math.max(tangents, 1) * n),
    ];
    this.#W = arena.reals(k.packedSize(n, n));
    const dense = arena.reals(n * n);
    memory.reals(dense, n * n).set(spec.W);
    k.packTransposed(n, n, dense, n, this.#W);
    memory.reals(this.#b, n).set(spec.bias ?? new Float64Array(n));
    k.fill(n, 1, this.#one);
    k.fill(n, 0, this.#h);
  }

  /** The state [n]: a copy. */
  get state(): Float64Array {
    return this.engine.memory.reals(this.#h, this.size).slice() as Float64Array;
  }
  /** Puts the net into a state [n]. Throws ShapeError. */
  set state(h: ArrayLike<number>) {
    if (h.length !== this.size)
      throw new ShapeError(`stateMap: a state of ${h.length} values, want ${this.size}`);
    this.engine.memory.reals(this.#h, this.size).set(h);
  }

  /** One step of the state, and of the first `count` tangents by the Jacobian at the state before it. */
  step(count = 0): void {
    const { kernels: k } = this.engine;
    const n = this.size;
    const from = this.#inside ? this.#y : this.#h;
    if (this.#inside) k.activate(this.#code, n, this.#h, this.#y);
    k.copyRows(1, n, this.#b, n, this.#z, n);
    k.gemmPacked(1, n, n, from, n, this.#W, this.#z, n);
    if (this.#inside) k.copyRows(1, n, this.#z, n, this.#h, n);
    else {
      k.activate(this.#code, n, this.#z, this.#y);
      k.copyRows(1, n, this.#y, n, this.#h, n);
    }
    if (count === 0) return;
    k.fill(n, 0, this.#slope);
    k.activationProduct(this.#code, n, this.#y, this.#one, this.#slope);
    const scale = (rows: Ptr): void => {
      for (let i = 0; i < count; ++i) k.mul(n, this.#at(rows, i), this.#slope, this.#at(rows, i));
    };
    if (this.#inside) scale(this.tangents);
    k.fill(count * n, 0, this.#moved);
    k.gemmPacked(count, n, n, this.tangents, n, this.#W, this.#moved, n);
    if (!this.#inside) scale(this.#moved);
    k.copyRows(1, count * n, this.#moved, count * n, this.tangents, count * n);
  }

  /** The map and its Jacobian at h. Needs n tangents. */
  linearize(h: ArrayLike<number>): Linearization {
    const n = this.size;
    const { memory } = this.engine;
    const rows = memory.reals(this.tangents, n * n);
    const jacobian = new Float64Array(n * n);
    rows.fill(0);
    for (let i = 0; i < n; ++i) rows[i * n + i] = 1;
    this.state = h;
    this.step(n);
    const moved = memory.reals(this.tangents, n * n);
    for (let i = 0; i < n; ++i) for (let j = 0; j < n; ++j) jacobian[i * n + j] = moved[j * n + i]!;
    return { next: this.state, jacobian };
  }

  /** [steps + 1, n] states from `start` on. */
  trajectory(start: ArrayLike<number>, steps: number): Float64Array {
    const n = this.size;
    const out = new Float64Array((steps + 1) * n);
    this.state = start;
    out.set(this.state);
    for (let t = 1; t <= steps; ++t) {
      this.step();
      out.set(this.engine.memory.reals(this.#h, n), t * n);
    }
    return out;
  }

  /** Gives its memory back. The net that it was made from is not touched. */
  dispose(): void {
    this.#arena.dispose();
  }

  #at(rows: Ptr, i: number): Ptr {
    return this.engine.memory.at(rows, i * this.size);
  }
}

/**
 * Makes a map with memory for `tangents` tangent vectors (default n). Throws ShapeError where W is not
 * square.
 */
export async function stateMap(spec: StateMapSpec, tangents?: number): Promise<StateMap> {
  knownOptions("stateMap", spec, ["W", "bias", "activation", "form"]);
  const n = Math.round(Math.sqrt(spec.W.length));
  if (n < 1 || n * n !== spec.W.length)
    throw new ShapeError(`stateMap: W has ${spec.W.length} values, want n·n`);
  if (spec.bias && spec.bias.length !== n)
    throw new ShapeError(`stateMap: bias has ${spec.bias.length} values, want ${n}`);
  for (const [i, w] of Array.from(spec.W).entries()) inRange("stateMap", `W[${i}]`, w, -Infinity);
  oneOf("stateMap", "activation", spec.activation ?? "tanh", ["identity", "tanh", "logistic", "relu"]);
  oneOf("stateMap", "form", spec.form ?? "outside", ["outside", "inside"]);
  return new StateMap(await inferenceEngine(), spec, tangents ?? n);
}
