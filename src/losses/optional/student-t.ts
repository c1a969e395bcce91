/**
 * Student's t: for each of D targets the outputs say location, scale = softplus and degrees of freedom
 * ν = 2 + softplus (as in DeepAR, Salinas et al. 2020): heavy tails, learned. -ln p is not convex in them.
 */
import type { Loss } from "../loss.ts";
import { drawGamma } from "../../inference/draws.ts";
import { eachTarget, slopeLoss } from "./slope-loss.ts";

const NAMES = ["location", "scale", "degreesOfFreedom"] as const;

/** The loss. */
export function studentTLoss(): Loss {
  return slopeLoss({
    name: "studentT",
    likelihood: true,
    ...eachTarget("studentT", NAMES),
    measure: (k, s, slope) => k.studentLoss((s.rows * s.columns) / 3, s.z, s.target, s.weight, slope),
    show: (k, { rows, columns, z, y }) => k.studentParameters((rows * columns) / 3, z, y),
    point: (y) => Array.from({ length: y.length / 3 }, (_, i) => y[3 * i]),
    draw: (y, source, bias) =>
      Array.from({ length: y.length / 3 }, (_, i) => {
        const { random } = source;
        const [location, scale, freedom] = [y[3 * i], y[3 * i + 1], y[3 * i + 2]];
        const heavy = Math.sqrt(drawGamma(source, random, freedom / 2) / (freedom / 2));
        return location + (scale * source.exp([-bias])[0] * random.normal()) / heavy;
      }),
  });
}
