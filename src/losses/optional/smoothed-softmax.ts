/**
 * One class of K a step with smoothed labels (Szegedy et al. 2016), as PyTorch's CrossEntropyLoss with
 * label_smoothing ε: the target is (1 - ε)·onehot + ε/K. Curvature: that of softmax.
 */
import { inRange, knownOptions } from "../../wasm/errors.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Loss } from "../loss.ts";
import { softmax } from "../softmax.ts";

/** One class a step, its labels smoothed. */
export interface SoftmaxLoss {
  /** Which loss this is. */
  readonly kind: "softmax";
  /** ε: the share of a label that is spread over all classes. Default 0. */
  readonly labelSmoothing: number;
}

/** One class of K a step; `labelSmoothing` spreads a share of each label over all. Throws OptionError. */
export function smoothing(options: { labelSmoothing?: number }): SoftmaxLoss {
  knownOptions("softmax", options, ["labelSmoothing"]);
  const labelSmoothing = inRange("softmax", "labelSmoothing", options.labelSmoothing ?? 0, 0, 1);
  return { kind: "softmax", labelSmoothing };
}

/** The loss of a description. */
export function smoothedSoftmax({ labelSmoothing: epsilon }: SoftmaxLoss): Loss {
  if (epsilon === 0) return softmax;
  return {
    ...softmax,
    likelihood: false,
    value(s) {
      const sharp = softmax.value(s);
      const { rows, columns, z, target, weight } = s;
      return sharp + epsilon * optionalKernels(s.k).smoothingValue(rows, columns, z, target, weight);
    },
    gradient(s, scale, dz) {
      softmax.gradient(s, scale, dz);
      const { rows, columns, target, weight } = s;
      optionalKernels(s.k).smoothingGradient(rows, columns, target, weight, scale * epsilon, dz);
    },
  };
}
