/**
 * Ridge regression from sufficient statistics: W = (ZᵀZ + λI)⁻¹ ZᵀY, by Cholesky. Only the lower triangle of
 * ZᵀZ is computed. Sums and factorization in f64; λ below 10^-16 of the largest eigenvalue is lost in them.
 */
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import { checkRows, checkSolvable, type RidgeRegression, type RidgeSizes } from "./ridge.ts";

// columns of ZᵀZ at once: wide enough for the product kernel, narrow enough to waste little above the
// diagonal
const PANEL = 128;

/** ZᵀZ and ZᵀY of all rows seen. */
export class RidgeSums implements RidgeRegression {
  /** Rows added so far. */
  rows = 0;
  readonly #engine: InferenceEngine;
  readonly #arena: Arena;
  readonly #D: number;
  readonly #O: number;
  readonly #ZZ: Ptr;
  readonly #ZY: Ptr;
  readonly #sizes: RidgeSizes;
  readonly #scratch: Ptr;

  constructor(engine: InferenceEngine, sizes: RidgeSizes) {
    const { features: D, outputs: O, maxRows } = sizes;
    this.#engine = engine;
    this.#arena = new Arena(engine.memory);
    this.#D = D;
    this.#O = O;
    this.#sizes = sizes;
    this.#ZZ = this.#arena.reals(D * D);
    this.#ZY = this.#arena.reals(D * O);
    this.#scratch = this.#arena.reals(
      Math.max(engine.kernels.gemmTNScratch(PANEL, maxRows), engine.kernels.gemmTNScratch(O, maxRows)),
    );
    this.clear();
  }

  /** Forgets all rows. */
  clear(): void {
    this.rows = 0;
    this.#engine.kernels.fill(this.#D * this.#D, 0, this.#ZZ);
    this.#engine.kernels.fill(this.#D * this.#O, 0, this.#ZY);
  }

  /** Adds R ≤ maxRows rows: Z [R,D], Y [R,O]. */
  add(R: number, Z: Ptr, Y: Ptr): void {
    checkRows(R, this.#sizes);
    const { kernels: k, memory: m } = this.#engine;
    const D = this.#D;
    const O = this.#O;
    for (let j = 0; j < D; j += PANEL) {
      k.gemmTN(
        D - j,
        Math.min(PANEL, D - j),
        R,
        m.at(Z, j),
        D,
        m.at(Z, j),
        D,
        m.at(this.#ZZ, j * D + j),
        D,
        this.#scratch,
      );
    }
    k.gemmTN(D, O, R, Z, D, Y, O, this.#ZY, O, this.#scratch);
    this.rows += R;
  }

  /** W [D,O] written to `out`; lambda as in ridge.ts. The sums stay. */
  solve(lambda: number, out: Ptr): void {
    checkSolvable(this, lambda);
    const { kernels: k, memory } = this.#engine;
    const D = this.#D;
    const O = this.#O;
    const arena = new Arena(memory);
    try {
      const L = arena.reals(D * D);
      k.copyRows(1, D * D, this.#ZZ, D * D, L, D * D);
      const a = memory.reals(L, D * D);
      for (let i = 0; i < D; ++i) a[i * D + i] += lambda;
      const stopped = k.cholesky(D, L, -1);
      if (stopped > 0)
        throw new NumericError(
          `ridge: ZᵀZ + λI is not positive at column ${stopped - 1} of ${D}; use a larger ridge ` +
            `than ${lambda}, or solver: "qr"`,
        );
      k.copyRows(1, D * O, this.#ZY, D * O, out, D * O);
      k.solveLower(D, O, L, out);
      k.solveLowerTransposed(D, O, L, out);
    } finally {
      arena.dispose();
    }
  }

  dispose(): void {
    this.#arena.dispose();
  }
}
