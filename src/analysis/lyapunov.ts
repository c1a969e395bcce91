/**
 * Lyapunov exponents: how fast neighboring states part, nats a step. Tangent vectors are carried along the
 * trajectory and made orthonormal again after every step (QR by Gram-Schmidt); the mean logarithm of what
 * each was shortened by is its exponent (Benettin et al. 1980). Positive: chaos; the spectrum comes in
 * falling order.
 */
import { inRange, knownOptions, whole } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { Random } from "../wasm/random.ts";
import type { StateMap } from "./state-map.ts";

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

/** The largest exponents of a map. */
export function lyapunovExponents(map: StateMap, options: LyapunovOptions = {}): Float64Array {
  knownOptions("lyapunovExponents", options, ["count", "steps", "discard", "start", "seed"]);
  const { engine, size: n, tangents } = map;
  const { kernels: k, memory } = engine;
  const arena = new Arena(memory);
  const count = whole("lyapunovExponents", "count", options.count ?? 1, 1, n);
  const steps = whole("lyapunovExponents", "steps", options.steps ?? 10_000, 1);
  const discard = whole("lyapunovExponents", "discard", options.discard ?? 1000, 0);
  const random = new Random(engine, inRange("lyapunovExponents", "seed", options.seed ?? 1, 0));
  map.state = options.start ?? Float64Array.from({ length: n }, () => 0.1 * random.normal());
  memory.reals(tangents, count * n).set(Float64Array.from({ length: count * n }, () => random.normal()));
  const lengths = arena.reals(count);
  const logs = arena.reals(count);
  const sums = new Float64Array(count);
  const out = new Float64Array(count);
  for (let t = -discard; t < steps; ++t) {
    map.step(count);
    for (let i = 0; i < count; ++i) memory.reals(lengths, count)[i] = orthonormalize(map, i);
    if (t < 0) continue;
    k.mapLog(count, lengths, logs);
    const view = memory.reals(logs, count);
    for (let i = 0; i < count; ++i) sums[i] += view[i];
  }
  arena.dispose();
  for (let i = 0; i < count; ++i) out[i] = sums[i] / steps;
  return out;

  /** Takes the first i tangents out of tangent i and gives it length 1; returns the length it had. */
  function orthonormalize({ engine: { kernels, memory: m } }: StateMap, i: number): number {
    const row = (j: number): Ptr => m.at(tangents, j * n);
    const v = row(i);
    for (let j = 0; j < i; ++j) kernels.addScaled(n, -kernels.dot(n, row(j), v), row(j), v);
    const length = Math.sqrt(kernels.dot(n, v, v));
    kernels.scale(n, 1 / length, v);
    return length;
  }
}
