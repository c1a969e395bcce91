/** Series for tests. */
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { elementwise } from "../../src/inference/elementwise.ts";
import { Random } from "../../src/wasm/random.ts";

const engine = await inferenceEngine();

/** Elementary functions of the kernels. */
export const math = elementwise(engine);

/** Standard normal numbers of a seed. */
export function normals(count: number, seed: number): Float64Array {
  const random = new Random(engine, seed, 0);
  return Float64Array.from({ length: count }, () => random.normal());
}

/** A monthly series: slope, pattern, noise, all above 0. */
export const monthly = (T: number, seed: number): Float64Array =>
  normals(T, seed).map((e, t) => 100 + 0.5 * t + [9, 3, -2, -6, 4, 8, 1, -5, -7, 0, 2, -7][t % 12] + 2 * e);
