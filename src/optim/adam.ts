/**
 * Adam (Kingma & Ba 2015): m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², θ ← θ - ε·m̂/(√v̂ + ϵ), hats divide by
 * 1-βᵗ; and AdamW (Loshchilov & Hutter 2019), whose decay is no part of g: first θ ← θ·(1 - ε·decay).
 */
import { inRange } from "../wasm/errors.ts";
import { descent, type DescentMethod, type DescentOptions, type DescentStep } from "./descent.ts";
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

/** θ ← θ - ε·m̂/(√v̂ + ϵ), and both moments. */
function moments(
  { engine, size, theta, g, rate, step, vectors }: DescentStep,
  { beta1, beta2, epsilon }: Required<AdamOptions>,
): void {
  engine.kernels.adamUpdate(
    size,
    rate,
    beta1,
    beta2,
    epsilon,
    1 / (1 - power(beta1, step + 1)),
    1 / (1 - power(beta2, step + 1)),
    g,
    vectors.mean,
    vectors.square,
    theta,
  );
}

/** What both have in common. */
const method = (
  name: string,
  decay: number,
): Pick<DescentMethod<AdamOptions>, "name" | "defaults" | "vectors" | "check"> => ({
  name,
  defaults: { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: undefined, decay },
  vectors: ["mean", "square"],
  check(o) {
    for (const beta of ["beta1", "beta2"] as const) inRange(name, beta, o[beta], 0, 1 - 2 ** -52);
    inRange(name, "epsilon", o.epsilon, 0);
  },
});

/** Steps scaled by running moments; rate 0.001. */
export const adam = (options: AdamOptions = {}): Optimizer =>
  descent({ ...method("adam", 0), update: moments }, options);

/** Adam whose weights decay by ε·decay a step, whatever their gradients are; rate 0.001, decay 0.01. */
export const adamW = (options: AdamOptions = {}): Optimizer =>
  descent(
    {
      ...method("adamW", 0.01),
      decays: true,
      update(s, o) {
        if (s.decay > 0) s.engine.kernels.scale(s.size, 1 - s.rate * s.decay, s.theta);
        moments(s, o);
      },
    },
    options,
  );
