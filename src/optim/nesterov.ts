/**
 * Nesterov's accelerated gradient in the form of Sutskever et al. 2013, eqs. 3-4: v ← μ·v - ε·∇f(θ + μ·v), θ
 * ← θ + v. θ is moved to the look-ahead point θ + μ·v before the gradient, then by -ε·g to θ + v.
 */
import { descent } from "./descent.ts";
import type { MomentumOptions } from "./momentum.ts";
import type { Optimizer } from "./optimizer.ts";
import { checkSchedule, valueAt } from "./schedule.ts";

/** Momentum that corrects itself where it is going; rate 0.01, momentum 0.9. */
export const nesterov = (options: MomentumOptions = {}): Optimizer =>
  descent(
    {
      name: "nesterov",
      defaults: { rate: 0.01, momentum: 0.9, clip: undefined, decay: 0 },
      vectors: ["velocity"],
      check: (o) => checkSchedule("nesterov", "momentum", o.momentum, 0, 1),
      look: ({ engine, size, theta, step, vectors }, o) =>
        engine.kernels.addScaled(size, valueAt(o.momentum, step), vectors.velocity, theta),
      update: ({ engine, size, theta, g, rate, step, vectors }, o) => {
        const { kernels: k } = engine;
        k.axpby(size, -rate, g, valueAt(o.momentum, step), vectors.velocity);
        k.addScaled(size, -rate, g, theta);
      },
    },
    options,
  );
