/**
 * One class of K a step with smoothed labels (Szegedy et al. 2016), as PyTorch's CrossEntropyLoss with
 * label_smoothing ε: the target is (1 - ε)·onehot + ε/K. Curvature: that of softmax.
 */
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Loss } from "../loss.ts";
import { softmax } from "../softmax.ts";
import type { SoftmaxLoss } from "./descriptions.ts";

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
