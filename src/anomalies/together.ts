/**
 * How rare several rarities are together. The sum s of k values -ln p_i has mean k; were they independent,
 * its variance would be k, and s a gamma variable (Fisher 1932). Views of one value are not: with
 * correlations of ½ the variance is v = k + k(k - 1)/2, and shape k²/v and scale v/k keep mean and variance
 * (Brown 1975).
 */
import type { Elementwise } from "../inference/elementwise.ts";
import { logGammaTail } from "../inference/special-functions.ts";

const CORRELATION = 0.5;

/** -ln p of k rarities -ln p_i that sum to as much, nats. */
export function together(rarities: readonly number[], math: Elementwise): number {
  const k = rarities.length;
  const sum = rarities.reduce((a, b) => a + b, 0);
  const variance = k + CORRELATION * k * (k - 1);
  return k === 1 ? sum : -logGammaTail((k * k) / variance, (sum * k) / variance, math);
}
