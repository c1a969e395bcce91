/** Half squared error: Σ ½w(z - y)²; the Gaussian likelihood of unit variance up to a constant. */
import type { Loss } from "./loss.ts";

export const squared: Loss = {
  name: "squared",
  target: "reals",
  likelihood: false,
  keptSize: () => 0,
  value: (s) => s.k.squaredValue(s.rows, s.columns, s.z, s.target, s.weight),
  gradient: (s, scale, dz) => s.k.squaredGradient(s.rows, s.columns, s.z, s.target, s.weight, scale, dz),
  curvature: (s, scale, rz, out) => s.k.squaredCurvature(s.rows, s.columns, s.weight, scale, rz, out),
  predict: ({ kernels: k }, rows, columns, z, y) =>
    k.copyRows(1, rows * columns, z, rows * columns, y, rows * columns),
};
