/** Independent logistic outputs: Σ w(softplus(z) - y·z), y in [0,1]; curvature p(1-p). */
import type { Loss } from "./loss.ts";

export const bernoulli: Loss = {
  name: "bernoulli",
  target: "reals",
  targets: () => ({
    test: (y) => y >= 0 && y <= 1,
    want: "a probability from 0 to 1; any other number is for the loss squared",
  }),
  inverseLink: "logistic",
  likelihood: true,
  keptSize: () => 0,
  value: (s) => s.k.bernoulliValue(s.rows, s.columns, s.z, s.target, s.weight),
  gradient: (s, scale, dz) => s.k.bernoulliGradient(s.rows, s.columns, s.z, s.target, s.weight, scale, dz),
  curvature: (s, scale, rz, out) => s.k.bernoulliCurvature(s.rows, s.columns, s.z, s.weight, scale, rz, out),
  predict: ({ kernels: k }, rows, columns, z, y) => k.mapLogistic(rows * columns, z, y),
};
