/** RMSprop (Tieleman & Hinton 2012): s ← ρ·s + (1-ρ)g², θ ← θ - ε·g/(√s + ϵ). */
import { inRange } from "../wasm/errors.ts";
import { descent, type DescentOptions } from "./descent.ts";
import type { Optimizer } from "./optimizer.ts";

/** Options of `rmsprop`. */
export interface RmspropOptions extends DescentOptions {
  /** ρ, decay of the mean square, [0, 1). Default 0.9. (L2 weight decay is `decay`.) */
  averaging?: number;
  /** Added to the root mean square. Default 1e-8. */
  epsilon?: number;
}

/** Steps divided by a running root mean square; rate 0.001. */
export const rmsprop = (options: RmspropOptions = {}): Optimizer =>
  descent(
    {
      name: "rmsprop",
      defaults: { rate: 0.001, averaging: 0.9, epsilon: 1e-8, clip: undefined, decay: 0 },
      vectors: ["square"],
      check(o) {
        inRange("rmsprop", "averaging", o.averaging, 0, 1 - 2 ** -52);
        inRange("rmsprop", "epsilon", o.epsilon, 0);
      },
      update: ({ engine, size, theta, g, rate, vectors }, { averaging, epsilon }) =>
        engine.kernels.rmspropUpdate(size, rate, averaging, epsilon, g, vectors.square, theta),
    },
    options,
  );
