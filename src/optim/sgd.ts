/** Stochastic gradient descent: θ ← θ - ε·g. */
import { descent, type DescentOptions } from "./descent.ts";
import type { Optimizer } from "./optimizer.ts";

/** Plain gradient descent; rate 0.1. */
export const sgd = (options: DescentOptions = {}): Optimizer =>
  descent(
    {
      name: "sgd",
      defaults: { rate: 0.1, clip: undefined, decay: 0 },
      vectors: [],
      check: () => {},
      update: ({ engine, size, theta, g, rate }) => engine.kernels.addScaled(size, -rate, g, theta),
    },
    options,
  );
