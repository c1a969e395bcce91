/**
 * Huber's loss (Huber 1964), as PyTorch's HuberLoss: Σ w·ℓ(z - y), ℓ(e) = ½e² for |e| ≤ δ, else δ(|e| - ½δ).
 * Curvature: w where |e| ≤ δ, else 0.
 */
import { inRange, knownOptions } from "../../wasm/errors.ts";
import type { Loss } from "../loss.ts";
import { slopeLoss } from "./slope-loss.ts";

/** Errors count squared up to `delta` and by their size beyond. */
export interface HuberLoss {
  /** Which loss this is. */
  readonly kind: "huber";
  /** Default 1. */
  readonly delta: number;
}

/**
 * Half squared error up to `delta`, linear beyond: large errors do not rule (Huber 1964). As PyTorch's
 * HuberLoss. Throws OptionError.
 */
export function huber(options: { delta?: number } = {}): HuberLoss {
  knownOptions("huber", options, ["delta"]);
  return { kind: "huber", delta: inRange("huber", "delta", options.delta ?? 1, 2 ** -100) };
}

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
