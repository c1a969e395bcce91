/**
 * Preconditioned conjugate gradients for B·x = b, one iteration a call, with the truncation rule and the kept
 * iterates of Martens 2010, "Deep learning via Hessian-free optimization", sections 4.4 and 4.6. Progress is
 * judged by the quadratic
 *
 *   φ(x) = ½ xᵀB x - bᵀx = -½ xᵀ(r + b)      r = b - B x
 *
 * and not by the residual. Inner products are summed in float64 by the kernel, whatever the precision of the
 * vectors.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";

/** out [P] = B·v, overwritten. */
export type Product = (v: Ptr, out: Ptr) => void | Promise<void>;

/** A point on the way: x after so many iterations, and φ(x). */
export interface Iterate {
  readonly iteration: number;
  readonly value: number;
  readonly x: Ptr;
}

/** Why a run ended. */
export type CgStop = "progress" | "limit" | "curvature" | "residual";

export interface CgOptions {
  /** ε: stop when φ fell by less than kε|φ| over the last k iterations. Default 0.0005. */
  tolerance: number;
  /** Iterations at the most. Default 250. */
  iterations: number;
}

const residualFloor = 1e-10; // of ‖r‖; Martens's code
const firstKept = 5;
const keptRatio = 1.3; // iterates kept at ⌈5·1.3ʲ⌉; Martens's code

/** k, how far back the truncation rule looks at iteration i: max(10, ⌈i/10⌉). */
export const truncationGap = (i: number): number => Math.max(10, Math.ceil(i / 10));

/**
 * Whether values φ_0 … φ_i of a run say that it has stopped paying: i > k, φ_i < 0, (φ_i - φ_{i-k})/φ_i < kε.
 */
export function truncated(values: readonly number[], tolerance: number): boolean {
  const i = values.length - 1;
  const k = truncationGap(i);
  const now = values[i];
  return i > k && now < 0 && (now - values[i - k]) / now < k * tolerance;
}

/**
 * The vectors of a CG run; used again by the next run. Between iterations nothing is in flight, so a run can
 * rest there.
 */
export class ConjugateGradient {
  /** x [P], the current iterate. Set by the caller before `start`. */
  readonly x: Ptr;
  /** φ of the start and of every iterate. */
  readonly values: number[] = [];
  /** The iterates kept, oldest first; complete when `next` has returned a reason. */
  readonly kept: Iterate[] = [];
  readonly #engine: Engine;
  readonly #size: number;
  readonly #options: CgOptions;
  readonly #arena: Arena;
  readonly #slots: Ptr[] = [];
  readonly #r: Ptr;
  readonly #p: Ptr;
  readonly #Bp: Ptr;
  readonly #z: Ptr;
  #b!: Ptr;
  #inverse: Ptr | undefined;
  #rz = 0;
  #keepAt = firstKept;

  constructor(engine: Engine, size: number, options: CgOptions) {
    this.#engine = engine;
    this.#size = size;
    this.#options = options;
    this.#arena = new Arena(engine.memory);
    [this.x, this.#r, this.#p, this.#Bp, this.#z] = Array.from({ length: 5 }, () =>
      this.#arena.reals(size),
    ) as [Ptr, Ptr, Ptr, Ptr, Ptr];
  }

  /** Iterations done. */
  get iteration(): number {
    return this.values.length - 1;
  }

  /**
   * Begins at x. b [P]; inverse [P], the reciprocal of a diagonal preconditioner, or absent. Both must stay
   * as they are during the run.
   */
  async start(multiply: Product, b: Ptr, inverse?: Ptr): Promise<void> {
    const { kernels: k } = this.#engine;
    const n = this.#size;
    await multiply(this.x, this.#Bp);
    this.#b = b;
    this.#inverse = inverse;
    k.copyRows(1, n, b, n, this.#r, n);
    k.addScaled(n, -1, this.#Bp, this.#r);
    this.#rz = this.#precondition();
    k.copyRows(1, n, this.#z, n, this.#p, n);
    this.values.length = this.kept.length = 0;
    this.values.push(this.#value());
    this.#keepAt = firstKept;
  }

  /** One iteration with the product of `start`; the reason to stop, or undefined to go on. */
  async next(multiply: Product): Promise<CgStop | undefined> {
    const { kernels: k } = this.#engine;
    const n = this.#size;
    if (Math.sqrt(k.dot(n, this.#r, this.#r)) < residualFloor) return this.#stop("residual");
    await multiply(this.#p, this.#Bp);
    const curvature = k.dot(n, this.#p, this.#Bp);
    if (!(curvature > 0)) return this.#stop("curvature");
    const alpha = this.#rz / curvature;
    k.addScaled(n, alpha, this.#p, this.x);
    k.addScaled(n, -alpha, this.#Bp, this.#r);
    const before = this.#rz;
    this.#rz = this.#precondition();
    k.axpby(n, 1, this.#z, this.#rz / before, this.#p);
    this.values.push(this.#value());
    if (this.iteration === Math.ceil(this.#keepAt)) {
      this.#keep();
      this.#keepAt *= keptRatio;
    }
    if (truncated(this.values, this.#options.tolerance)) return this.#stop("progress");
    return this.iteration >= this.#options.iterations ? this.#stop("limit") : undefined;
  }

  dispose(): void {
    this.#arena.dispose();
  }

  /** z = M⁻¹·r; returns rᵀz. */
  #precondition(): number {
    const { kernels: k } = this.#engine;
    const n = this.#size;
    if (this.#inverse === undefined) k.copyRows(1, n, this.#r, n, this.#z, n);
    else k.mul(n, this.#r, this.#inverse, this.#z);
    return k.dot(n, this.#r, this.#z);
  }

  #value(): number {
    const { kernels: k } = this.#engine;
    const n = this.#size;
    return -0.5 * (k.dot(n, this.x, this.#r) + k.dot(n, this.x, this.#b));
  }

  #keep(): void {
    const slot = (this.#slots[this.kept.length] ??= this.#arena.reals(this.#size));
    this.#engine.kernels.copyRows(1, this.#size, this.x, this.#size, slot, this.#size);
    this.kept.push({ iteration: this.iteration, value: this.values[this.iteration], x: slot });
  }

  #stop(why: CgStop): CgStop {
    if (this.kept[this.kept.length - 1]?.iteration !== this.iteration) this.#keep();
    return why;
  }
}
