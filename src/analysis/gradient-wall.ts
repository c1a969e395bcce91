/**
 * The wall in the error surface of one recurrent unit (Pascanu, Mikolov & Bengio 2013, figure 6): x ← w·σ(x)
 * + b from x = 0.5, after 50 steps E = (σ(x) - 0.7)². Derivatives by carrying ∂x/∂w and ∂x/∂b along:
 *
 *   ∂x'/∂w = σ(x) + w·σ'(x)·∂x/∂w      ∂x'/∂b = 1 + w·σ'(x)·∂x/∂b
 */
import { inferenceEngine } from "../inference/inference-engine.ts";
import { activationCodes } from "../wasm/kernels.ts";
import { knownOptions, whole } from "../wasm/errors.ts";
import { Arena } from "../wasm/memory.ts";

/** The part of the plane that `gradientWall` looks at. */
export interface GradientWallOptions {
  /** Ends of the axis of w. Default [4, 8]. */
  readonly w?: readonly [number, number];
  /** Ends of the axis of b. Default [-4, -1]. */
  readonly b?: readonly [number, number];
  /** Points on each axis. Default 201. */
  readonly points?: number;
  /** Default 50. */
  readonly steps?: number;
}

/** E and ‖∇E‖ on a grid: rows are values of w, columns of b. */
export interface GradientWall {
  /** [points] the recurrent weight. */
  readonly w: Float64Array;
  /** [points] the bias. */
  readonly b: Float64Array;
  /** [points,points] E. */
  readonly error: Float64Array;
  /** [points,points] ‖∇E‖. */
  readonly norm: Float64Array;
  /** The point of the grid where `norm` is largest. */
  readonly steepest: {
    /** ‖∇E‖ there. */
    readonly norm: number;
    /** Its weight. */
    readonly w: number;
    /** Its bias. */
    readonly b: number;
  };
  /** The median of `norm`. */
  readonly median: number;
}

/** The error surface and its gradient norm. */
export async function gradientWall(options: GradientWallOptions = {}): Promise<GradientWall> {
  knownOptions("gradientWall", options, ["w", "b", "points", "steps"]);
  const points = whole("gradientWall", "points", options.points ?? 201, 2);
  const steps = whole("gradientWall", "steps", options.steps ?? 50, 1);
  const axis = ([from, to]: readonly [number, number]): Float64Array =>
    Float64Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
  const w = axis(options.w ?? [4, 8]);
  const b = axis(options.b ?? [-4, -1]);
  const n = points * points;
  const engine = await inferenceEngine();
  const { memory, kernels: k } = engine;
  const arena = new Arena(memory);
  const x = arena.reals(n);
  const s = arena.reals(n);
  const dw = new Float64Array(n);
  const db = new Float64Array(n);
  k.fill(n, 0.5, x);
  for (let t = 0; t < steps; ++t) {
    k.activate(activationCodes.logistic, n, x, s);
    const xs = memory.reals(x, n);
    const ss = memory.reals(s, n);
    for (let i = 0; i < n; ++i) {
      const wi = w[Math.floor(i / points)];
      const y = ss[i];
      const slope = wi * y * (1 - y);
      dw[i] = y + slope * dw[i];
      db[i] = 1 + slope * db[i];
      xs[i] = wi * y + b[i % points];
    }
  }
  k.activate(activationCodes.logistic, n, x, s);
  const y = memory.reals(s, n);
  const error = new Float64Array(n);
  const norm = new Float64Array(n);
  let top = 0;
  for (let i = 0; i < n; ++i) {
    const e = y[i] - 0.7;
    const g = 2 * e * y[i] * (1 - y[i]);
    error[i] = e * e;
    norm[i] = Math.abs(g) * Math.sqrt(dw[i] * dw[i] + db[i] * db[i]);
    if (norm[i] > norm[top]) top = i;
  }
  arena.dispose();
  const sorted = norm.slice().sort();
  return {
    w,
    b,
    error,
    norm,
    steepest: { norm: norm[top], w: w[Math.floor(top / points)], b: b[top % points] },
    median: n % 2 ? sorted[(n - 1) / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2,
  };
}
