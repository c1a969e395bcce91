/** Classical momentum (Polyak 1964): v ← μ·v - ε·∇f(θ), θ ← θ + v. */
import { descent, type DescentOptions } from "./descent.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkSchedule, valueAt, type Schedule } from "./schedule.ts";

/** Options of `momentum` and `nesterov`. */
export interface MomentumOptions extends DescentOptions {
  /** μ in [0, 1), or its schedule. Default 0.9. */
  momentum?: Schedule;
}

/** Gradient descent with a velocity; rate 0.01, momentum 0.9. */
export const momentum = (options: MomentumOptions = {}): Optimizer =>
  descent(
    {
      name: "momentum",
      defaults: { rate: 0.01, momentum: 0.9, clip: undefined, decay: 0 },
      vectors: ["velocity"],
      check: (o) => checkSchedule("momentum", "momentum", o.momentum, 0, 1),
      update: ({ engine, size, theta, g, rate, step, vectors }, o) =>
        engine.kernels.momentumUpdate(size, rate, valueAt(o.momentum, step), g, vectors.velocity, theta),
    },
    options,
  );
