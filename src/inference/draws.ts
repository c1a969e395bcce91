/** Random numbers of the gamma distribution, by the kernels' logarithms. */
import type { Random } from "../wasm/random.ts";
import type { Elementwise } from "./elementwise.ts";

/** ln and exp. */
export type Logarithms = Pick<Elementwise, "log" | "exp">;

/** A gamma variable of the given shape and scale 1 (Marsaglia & Tsang 2000). */
export function drawGamma(maps: Logarithms, random: Random, shape: number): number {
  if (shape < 1) {
    const power = maps.log([1 - random.uniform()])[0] / shape; // 1 - u is never 0
    return drawGamma(maps, random, shape + 1) * maps.exp([power])[0];
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const [logU, logV] = maps.log([1 - random.uniform(), v]);
    if (logU < 0.5 * x * x + d * (1 - v + logV)) return d * v;
  }
}
