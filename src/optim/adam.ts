/**
 * Adam (Kingma & Ba 2015): m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², θ ← θ - ε·m̂/(√v̂ + ϵ), hats divide by
 * 1-βᵗ.
 */
import { inRange } from "../wasm/errors.ts";
import { descent, type DescentOptions } from "./descent.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of `adam`. */
export interface AdamOptions extends DescentOptions {
  /** Decay of the first moment, [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the second moment, [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  epsilon?: number;
}

const power = (base: number, exponent: number): number => {
  let result = 1;
  let factor = base;
  for (let n = exponent; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
};

/** Steps scaled by running moments; rate 0.001. */
export const adam = (options: AdamOptions = {}): Optimizer =>
  descent(
    {
      name: "adam",
      defaults: { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: undefined, decay: 0 },
      vectors: ["mean", "square"],
      check(o) {
        for (const name of ["beta1", "beta2"] as const) inRange("adam", name, o[name], 0, 1 - 2 ** -52);
        inRange("adam", "epsilon", o.epsilon, 0);
      },
      update: ({ f, g, rate, step, vectors }, { beta1, beta2, epsilon }) =>
        f.engine.kernels.adamUpdate(
          f.size,
          rate,
          beta1,
          beta2,
          epsilon,
          1 / (1 - power(beta1, step + 1)),
          1 / (1 - power(beta2, step + 1)),
          g,
          vectors.mean,
          vectors.square,
          f.theta,
        ),
    },
    options,
  );
