/**
 * Counts by the negative binomial: for each of D targets the outputs say the mean μ = softplus and the
 * dispersion α = 10⁻⁶ + softplus, so that the variance is μ + αμ² (Salinas et al. 2020). PyTorch's
 * NegativeBinomial has total_count 1/α and probs αμ/(1 + αμ). -ln p is not convex in them.
 */
import type { Values } from "../../data/sequence.ts";
import type { Loss } from "../loss.ts";
import { drawGamma } from "../../inference/draws.ts";
import { drawPoisson } from "./draws.ts";
import { eachTarget, slopeLoss } from "./slope-loss.ts";

const counts: Values = {
  test: (x) => Number.isInteger(x) && x >= 0 && x <= 2 ** 24,
  want: "a count: a whole number from 0 to 2^24",
};

/** The loss. */
export function negativeBinomialLoss(): Loss {
  return slopeLoss({
    name: "negativeBinomial",
    likelihood: true,
    targets: () => counts,
    ...eachTarget("negativeBinomial", ["mean", "dispersion"]),
    measure: (k, s, slope) =>
      k.negativeBinomialLoss((s.rows * s.columns) / 2, s.z, s.target, s.weight, slope),
    show: (k, { rows, columns, z, y }) => k.negativeBinomialParameters((rows * columns) / 2, z, y),
    point: (y) => Array.from({ length: y.length / 2 }, (_, i) => y[2 * i]),
    draw: (y, source) =>
      Array.from({ length: y.length / 2 }, (_, i) => {
        const [mean, dispersion] = [y[2 * i], y[2 * i + 1]];
        const waiting = drawGamma(source, source.random, 1 / dispersion);
        return drawPoisson(source, mean * dispersion * waiting);
      }),
  });
}
