/**
 * Lyapunov exponents: how fast neighboring states part, nats a step. Tangent vectors are carried along the
 * trajectory and made orthonormal again after every step (QR by Gram-Schmidt); the mean logarithm of what
 * each was shortened by is its exponent (Benettin et al. 1980). Positive: chaos; the spectrum comes in
 * falling order.
 */
import { knownOptions, whole, seedOption } from "../wasm/errors.ts";
import { elementwise } from "../wasm/elementwise.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import type { StateMap } from "./state-map.ts";

/** How far `lyapunov` follows a net. */
export interface LyapunovOptions {
  /** Exponents wanted, the largest first. Default 1. */
  readonly count?: number;
  /** Steps averaged over. Default 10,000. */
  readonly steps?: number;
  /** Steps before that, to reach the attractor and to turn the tangents. Default 1000. */
  readonly discard?: number;
  /** The first state [n]. Default: 0.1·N(0,1) from the seed. */
  readonly start?: ArrayLike<number>;
  /** Of the first state and the first tangents. Default 1. */
  readonly seed?: number;
}

/**
 * Below this a squared length has lost digits to underflow, so the vector is scaled up before it is measured.
 */
const SMALL = 1e-200;
/** A power of two, so that scaling by it is exact. */
const SCALE = 2 ** 500;

/** Length of the n values at v, also where their squares underflow; they end at length 1, or stay 0. */
function normalize({ kernels: k }: InferenceEngine, n: number, v: Ptr): number {
  let square = k.dot(n, v, v);
  let unit = 1;
  for (let i = 0; i < 2 && square < SMALL; ++i) {
    k.scale(n, SCALE, v);
    unit /= SCALE;
    square = k.dot(n, v, v);
  }
  const length = Math.sqrt(square);
  if (length > 0) k.scale(n, 1 / length, v);
  return length * unit;
}

/**
 * The `count` largest exponents of a map, nats a step, in falling order. A direction whose Jacobian is 0 has
 * the exponent -∞. Throws OptionError for an unknown option or one that is out of range.
 */
export function lyapunovExponents(map: StateMap, options: LyapunovOptions = {}): Float64Array {
  knownOptions("lyapunovExponents", options, ["count", "steps", "discard", "start", "seed"]);
  const { engine, size: n, tangents } = map;
  const { kernels: k, memory } = engine;
  const count = whole("lyapunovExponents", "count", options.count ?? 1, 1, n);
  const steps = whole("lyapunovExponents", "steps", options.steps ?? 10_000, 1);
  const discard = whole("lyapunovExponents", "discard", options.discard ?? 1000, 0);
  const random = new Random(engine, seedOption("lyapunovExponents", options.seed ?? 1), streams.searches);
  const start = options.start ?? Float64Array.from({ length: n }, () => 0.1 * random.normal());
  const directions = Float64Array.from({ length: count * n }, () => random.normal());
  const row = (i: number): Ptr => memory.at(tangents, i * n);
  /** Takes the first i tangents out of tangent i and gives it length 1; returns the length that it had. */
  const orthonormalize = (i: number): number => {
    for (let j = 0; j < i; ++j) k.addScaled(n, -k.dot(n, row(j), row(i)), row(j), row(i));
    return normalize(engine, n, row(i));
  };
  const sums = new Float64Array(count);
  map.state = start;
  memory.reals(tangents, count * n).set(directions);
  for (let t = -discard; t < steps; ++t) {
    map.step(count);
    const lengths = Float64Array.from({ length: count }, (_, i) => orthonormalize(i));
    if (t >= 0) elementwise(engine, "mapLog", lengths).forEach((log, i) => (sums[i] += log));
  }
  return sums.map((sum) => sum / steps);
}
