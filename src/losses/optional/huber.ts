/**
 * Huber's loss (Huber 1964), as PyTorch's HuberLoss: Σ w·ℓ(z - y), ℓ(e) = ½e² for |e| ≤ δ, else δ(|e| - ½δ).
 * Curvature: w where |e| ≤ δ, else 0.
 */
import type { Loss } from "../loss.ts";
import type { HuberLoss } from "./descriptions.ts";
import { slopeLoss } from "./slope-loss.ts";

/** The loss of a description. */
export function huberLoss({ delta }: HuberLoss): Loss {
  return slopeLoss({
    name: "huber",
    likelihood: false,
    diagonal: true,
    more: (s) => s.rows * s.columns,
    measure: (k, s, slope, curve) =>
      k.huberLoss(s.rows * s.columns, delta, s.z, s.target, s.weight, slope, curve),
  });
}
