/**
 * Ridge regression that never squares the condition of Z: min ‖Z·W - Y‖² + λ‖W‖² from the triangle R of
 * Z = Q·R and from QᵀY, both kept up to date as rows come, by Householder reflections of a triangle above a
 * block of rows (Lawson & Hanson 1974, chapter 27). A direction that ZᵀZ rounds away at 10^-8 of the largest
 * is still there at 10^-16. Several times the work of ridge-sums.ts.
 */
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import { checkRows, checkSolvable, type RidgeRegression, type RidgeSizes } from "./ridge.ts";

/** Rows that are reflected into the triangle together: they stay in the processor's cache. */
const BLOCK = 64;

/** R and QᵀY of all rows seen. */
export class RidgeTriangle implements RidgeRegression {
  /** Rows added so far. */
  rows = 0;
  readonly #engine: InferenceEngine;
  readonly #arena: Arena;
  readonly #sizes: RidgeSizes;
  /** C = D + O */
  readonly #columns: number;
  /** [D,C] R beside QᵀY. */
  readonly #triangle: Ptr;
  /** [BLOCK,C] Z beside Y. */
  readonly #block: Ptr;
  /** [BLOCK] the reflection below its head. */
  readonly #v: Ptr;
  /** [C] the reflection times the rows. */
  readonly #u: Ptr;

  constructor(engine: InferenceEngine, sizes: RidgeSizes) {
    this.#engine = engine;
    this.#sizes = sizes;
    this.#columns = sizes.features + sizes.outputs;
    this.#arena = new Arena(engine.memory);
    this.#triangle = this.#arena.reals(sizes.features * this.#columns);
    this.#block = this.#arena.reals(BLOCK * this.#columns);
    this.#v = this.#arena.reals(BLOCK);
    this.#u = this.#arena.reals(this.#columns);
    this.clear();
  }

  /** Forgets all rows. */
  clear(): void {
    this.rows = 0;
    this.#engine.kernels.fill(this.#sizes.features * this.#columns, 0, this.#triangle);
  }

  /** Adds R ≤ maxRows rows: Z [R,D], Y [R,O]. */
  add(R: number, Z: Ptr, Y: Ptr): void {
    checkRows(R, this.#sizes);
    const { kernels: k, memory: m } = this.#engine;
    const { features: D, outputs: O } = this.#sizes;
    const C = this.#columns;
    for (let from = 0; from < R; from += BLOCK) {
      const rows = Math.min(BLOCK, R - from);
      k.copyRows(rows, D, m.at(Z, from * D), D, this.#block, C);
      k.copyRows(rows, O, m.at(Y, from * O), O, m.at(this.#block, D), C);
      this.#absorb(this.#triangle, rows, 0);
    }
    this.rows += R;
  }

  /** W [D,O] written to `out`; lambda as in ridge.ts. What was added stays. */
  solve(lambda: number, out: Ptr): void {
    checkSolvable(this, lambda);
    const { kernels: k, memory: m } = this.#engine;
    const { features: D, outputs: O } = this.#sizes;
    const C = this.#columns;
    const arena = new Arena(m);
    try {
      const triangle = arena.reals(D * C);
      k.copyRows(1, D * C, this.#triangle, D * C, triangle, D * C);
      if (lambda > 0) this.#addDiagonal(triangle, Math.sqrt(lambda));
      const pivots = Array.from({ length: D }, (_, i) => Math.abs(m.reals(m.at(triangle, i * C + i), 1)[0]));
      const least = Number.EPSILON * Math.max(...pivots);
      const lost = pivots.findIndex((pivot) => !(pivot > least));
      if (lost >= 0)
        throw new NumericError(
          `ridge: column ${lost} of ${D} depends on those before it; use a larger ridge than ${lambda}`,
        );
      k.copyRows(D, O, m.at(triangle, D), C, out, O);
      k.solveUpper(D, O, triangle, C, out);
    } finally {
      arena.dispose();
    }
  }

  dispose(): void {
    this.#arena.dispose();
  }

  /** The rows √λ·I below a triangle. */
  #addDiagonal(triangle: Ptr, root: number): void {
    const { features: D } = this.#sizes;
    const C = this.#columns;
    const { kernels: k, memory: m } = this.#engine;
    for (let from = 0; from < D; from += BLOCK) {
      const rows = Math.min(BLOCK, D - from);
      k.fill(rows * C, 0, this.#block);
      const block = m.reals(this.#block, rows * C);
      for (let i = 0; i < rows; ++i) block[i * C + from + i] = root;
      this.#absorb(triangle, rows, from);
    }
  }

  /** Reflects the rows of the block into a triangle; they are 0 left of column `from`. */
  #absorb(triangle: Ptr, rows: number, from: number): void {
    const { kernels: k, memory: m } = this.#engine;
    const { features: D } = this.#sizes;
    const C = this.#columns;
    const block = m.reals(this.#block, rows * C) as Float64Array;
    const v = m.reals(this.#v, rows) as Float64Array;
    for (let j = from; j < D; ++j) {
      for (let i = 0; i < rows; ++i) v[i] = block[i * C + j];
      const head = m.at(triangle, j * C + j);
      const beta = reflection(m.reals(head, 1) as Float64Array, v);
      if (beta === 0) continue;
      const rest = C - j - 1;
      const right = m.at(head, 1);
      const below = m.at(this.#block, j + 1);
      // u = the triangle's row + vᵀ·rows; row -= β·u, rows -= β·v·u
      k.product(1, rest, rows, this.#v, rows, below, C, this.#u, rest);
      k.addScaled(rest, 1, right, this.#u);
      k.addScaled(rest, -beta, this.#u, right);
      for (let i = 0; i < rows; ++i) v[i] *= -beta;
      k.addOuter(rows, rest, 1, this.#v, rows, this.#u, rest, below, C);
    }
  }
}

/**
 * The reflection I - β·w·wᵀ, w = (1, v), that makes (head, v) = (r, 0): r is written to head, the lower part
 * of w to v. Returns β, 0 where v is 0 already.
 */
function reflection(head: Float64Array, v: Float64Array): number {
  let scale = 0;
  for (let i = 0; i < v.length; ++i) scale = Math.max(scale, Math.abs(v[i]));
  if (scale === 0) return 0;
  const [x] = head;
  scale = Math.max(scale, Math.abs(x));
  let sum = (x / scale) * (x / scale);
  for (let i = 0; i < v.length; ++i) sum += (v[i] / scale) * (v[i] / scale);
  const length = scale * Math.sqrt(sum);
  const r = x > 0 ? -length : length;
  const top = x - r; // no cancellation
  for (let i = 0; i < v.length; ++i) v[i] /= top;
  head[0] = r;
  return -top / r;
}
