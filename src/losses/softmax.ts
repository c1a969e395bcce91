/** One class of K a step: Σ w(log Σ exp z - z[class]); curvature diag(p) - p·pᵀ. */
import type { Loss } from "./loss.ts";

export const softmax: Loss = {
  name: "softmax",
  target: "class",
  inverseLink: "softmax",
  likelihood: true,
  keptSize: ({ rows, columns }) => rows * columns,
  value(s) {
    s.k.softmaxProbabilities(s.rows, s.columns, s.z, s.kept);
    return s.k.softmaxValue(s.rows, s.columns, s.z, s.target, s.weight);
  },
  gradient: (s, scale, dz) => s.k.softmaxGradient(s.rows, s.columns, s.kept, s.target, s.weight, scale, dz),
  curvature: (s, scale, rz, out) => s.k.softmaxCurvature(s.rows, s.columns, s.kept, s.weight, scale, rz, out),
  predict: ({ kernels: k }, rows, columns, z, y) => k.softmaxProbabilities(rows, columns, z, y),
};
