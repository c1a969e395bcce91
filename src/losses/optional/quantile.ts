/**
 * Quantiles by the pinball loss (Koenker & Bassett 1978): Σ w Σ_τ max(τ(y - z), (τ - 1)(y - z)). For each of
 * D targets the net has Q outputs side by side, one a level. Predictions are sorted, so that quantiles never
 * cross (Chernozhukov et al. 2010). The loss is piecewise linear: it has no curvature.
 */
import type { Loss } from "../loss.ts";
import type { QuantileLoss } from "./descriptions.ts";
import { copy, eachTarget, slopeLoss } from "./slope-loss.ts";

/** The level nearest to ½, the lower of two. */
const middle = (levels: readonly number[]): number =>
  levels.reduce((best, level, q) => (Math.abs(level - 0.5) < Math.abs(levels[best] - 0.5) ? q : best), 0);

/** The loss of a description. */
export function quantileLoss({ levels }: QuantileLoss): Loss {
  const Q = levels.length;
  const chosen = middle(levels);
  return slopeLoss({
    name: "quantile",
    likelihood: false,
    more: () => Q,
    ...eachTarget(
      "quantile",
      levels.map((level) => `q${level}`),
    ),
    measure(k, s, slope, more) {
      s.memory.reals(more, Q).set(levels);
      return k.quantileLoss(s.rows, s.columns / Q, Q, more, s.z, s.target, s.weight, slope);
    },
    show(_, shown, { kernels, memory }) {
      copy(kernels, shown);
      const n = shown.rows * shown.columns;
      const all = memory.reals(shown.y, n);
      for (let i = 0; i < n; i += Q) all.subarray(i, i + Q).sort();
    },
    point: (y) => Array.from({ length: y.length / Q }, (_, i) => y[i * Q + chosen]),
  });
}
