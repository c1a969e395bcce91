/** The ridge regression of a nonlinear vector autoregression over all steps of its items. */
import type { FlatItem } from "../../data/item.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { RidgeRegression } from "../../inference/ridge.ts";
import { ridgeRegression } from "../../inference/ridge-solver.ts";
import { Pace } from "../../train/pace.ts";
import { DataError } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import type { AbortSignal } from "../../wasm/platform.ts";
import type { FeatureWindow } from "./features.ts";
import type { NvarSpec } from "./spec.ts";

/** Rows of features between two updates of the sums. */
const CHUNK = 512;

/** How far a fit is. */
export interface NvarProgress {
  /** Sequences that have been seen. */
  readonly sequences: number;
  /** All sequences of this fit. */
  readonly of: number;
  /** Steps that counted so far. */
  readonly rows: number;
}

/** How to fit, and whether the model is still there. */
interface Setting {
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: NvarProgress) => void;
  readonly check: () => void;
}

/** Rows on their way into the sums. */
class Rows {
  readonly regression: RidgeRegression;
  readonly #engine: InferenceEngine;
  readonly #spec: Required<NvarSpec>;
  readonly #window: FeatureWindow;
  readonly #arena: Arena;
  readonly #z: Ptr;
  readonly #y: Ptr;
  #pending = 0;

  constructor(engine: InferenceEngine, spec: Required<NvarSpec>, window: FeatureWindow) {
    const sizes = { features: window.size, outputs: spec.output, maxRows: CHUNK };
    this.regression = ridgeRegression(engine, spec.solver, sizes);
    this.#engine = engine;
    this.#spec = spec;
    this.#window = window;
    this.#arena = new Arena(engine.memory);
    this.#z = this.#arena.reals(CHUNK * window.size);
    this.#y = this.#arena.reals(CHUNK * spec.output);
  }

  /** Steps t of an item, each scaled by the root of its weight. */
  add({ input, target, weight }: FlatItem, t: number): void {
    const { input: I, output: O, says } = this.#spec;
    this.#window.push(input, t * I);
    const w = weight[t] ?? 1;
    if (t < this.#window.memory || w === 0) return;
    const { memory, kernels: k } = this.#engine;
    const D = this.#window.size;
    const z = memory.at(this.#z, this.#pending * D);
    this.#window.write(memory.reals(z, D));
    const y = memory.reals(memory.at(this.#y, this.#pending * O), O);
    const root = Math.sqrt(w);
    for (let o = 0; o < O; ++o)
      y[o] = root * (target[t * O + o] - (says === "increment" ? input[t * I + o] : 0));
    if (w !== 1) k.scale(D, root, z);
    if (++this.#pending === CHUNK) this.flush();
  }

  /** What waits goes into the sums. */
  flush(): void {
    if (this.#pending > 0) this.regression.add(this.#pending, this.#z, this.#y);
    this.#pending = 0;
  }

  /** W [D,O] */
  solve(): Float64Array {
    this.flush();
    const { output: O, ridge } = this.#spec;
    const size = this.#window.size * O;
    const arena = new Arena(this.#engine.memory);
    try {
      const W = arena.reals(size);
      this.regression.solve(ridge, W);
      return new Float64Array(this.#engine.memory.reals(W, size));
    } finally {
      arena.dispose();
    }
  }

  get rows(): number {
    return this.regression.rows + this.#pending;
  }

  dispose(): void {
    this.#arena.dispose();
    this.regression.dispose();
  }
}

/** The readout [D,O] of some items, and how many steps counted. Throws DataError where none did. */
export async function fitReadout(
  engine: InferenceEngine,
  spec: Required<NvarSpec>,
  window: FeatureWindow,
  items: readonly FlatItem[],
  { signal, onProgress, check }: Setting,
): Promise<{ weights: Float64Array; rows: number }> {
  const rows = new Rows(engine, spec, window);
  const pace = new Pace();
  try {
    signal?.throwIfAborted();
    let sequences = 0;
    for (const item of items) {
      window.reset();
      for (let t = 0; t < item.length; ++t) {
        rows.add(item, t);
        if (t % CHUNK !== CHUNK - 1) continue;
        await pace.breathe();
        check();
        signal?.throwIfAborted();
      }
      onProgress?.({ sequences: ++sequences, of: items.length, rows: rows.rows });
      await pace.breathe();
      check();
      signal?.throwIfAborted();
    }
    if (rows.rows === 0)
      throw new DataError(`nvar.fit: no step counts: each sequence wants more than ${window.memory} steps`);
    return { weights: rows.solve(), rows: rows.regression.rows };
  } finally {
    rows.dispose();
  }
}
