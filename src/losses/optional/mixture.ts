/**
 * Mixture densities: M Gaussians of diagonal covariance over all D targets of a step (Bishop 1994), or pen
 * movements, M bivariate Gaussians with correlation and the end of a stroke (Graves 2013, chapter 4). -ln p
 * is not convex in the outputs.
 */
import { ShapeError } from "../../wasm/errors.ts";
import type { Values } from "../../data/sequence.ts";
import type { Drawing, Loss } from "../loss.ts";
import type { MixtureLoss } from "./descriptions.ts";
import { slopeLoss } from "./slope-loss.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A component drawn by its weight w^(1 + bias), normalized (Graves 2013, equation 62). */
function component(weights: readonly number[], { random, exp, log }: Drawing, bias: number): number {
  if (bias === 0) return random.choice(weights);
  const top = weights.reduce((a, b) => Math.max(a, b), 0);
  return random.choice(exp(log(weights.map((w) => w / top)).map((x) => (1 + bias) * x)));
}

/** The numbers y[from, from + n). */
const part = (y: ArrayLike<number>, from: number, n: number): number[] => range(n).map((i) => y[from + i]);

/** The loss of a description. */
export function mixtureLoss({ components: M, over }: MixtureLoss): Loss {
  return over === "pen" ? penLoss(M) : realsLoss(M);
}

function realsLoss(M: number): Loss {
  const targets = (outputs: number): number => (outputs / M - 1) / 2;
  return slopeLoss({
    name: "mixture",
    likelihood: true,
    joint: true,
    targetColumns(outputs) {
      const D = targets(outputs);
      if (!Number.isInteger(D) || D < 1)
        throw new ShapeError(
          `mixture: the net has ${outputs} outputs, want components·(1 + 2D) = ${3 * M} for one target, ` +
            `${5 * M} for two, …`,
        );
      return D;
    },
    names(outputs) {
      const each = (name: string): string[] =>
        range(M).flatMap((m) => range(targets(outputs)).map((d) => `${name}[${m}][${d}]`));
      return [...range(M).map((m) => `weight[${m}]`), ...each("mean"), ...each("deviation")];
    },
    measure: (k, s, slope) => k.mixtureLoss(s.rows, M, targets(s.columns), s.z, s.target, s.weight, slope),
    show: (k, { rows, columns, z, y }) => k.mixtureParameters(rows, M, targets(columns), z, y),
    point(y, columns) {
      const D = targets(columns);
      return range((y.length / columns) * D).map((i) => {
        const from = Math.floor(i / D) * columns;
        return range(M).reduce((sum, m) => sum + y[from + m] * y[from + M + m * D + (i % D)], 0);
      });
    },
    draw(y, source, bias) {
      const { random } = source;
      const D = targets(y.length);
      const m = component(part(y, 0, M), source, bias);
      const shrink = source.exp([-bias])[0];
      return range(D).map((d) => y[M + m * D + d] + shrink * y[M * (1 + D) + m * D + d] * random.normal());
    },
  });
}

const ends: Values = { test: (x) => x === 0 || x === 1, want: "0 or 1, the end of a stroke" };

function penLoss(M: number): Loss {
  return slopeLoss({
    name: "mixture",
    likelihood: true,
    joint: true,
    targetColumns(outputs) {
      if (outputs !== 1 + 6 * M)
        throw new ShapeError(
          `mixture: the net has ${outputs} outputs, want 1 + 6·components = ${1 + 6 * M} for pen movements`,
        );
      return 3;
    },
    targets: (d) => (d === 2 ? ends : undefined),
    names: () => [
      "end",
      ...range(M).map((m) => `weight[${m}]`),
      ...range(2 * M).map((i) => `mean[${i >> 1}][${i & 1}]`),
      ...range(2 * M).map((i) => `deviation[${i >> 1}][${i & 1}]`),
      ...range(M).map((m) => `correlation[${m}]`),
    ],
    measure: (k, s, slope) => k.penLoss(s.rows, M, s.z, s.target, s.weight, slope),
    show: (k, { rows, z, y }) => k.penParameters(rows, M, z, y),
    point(y, columns) {
      return range((y.length / columns) * 3).map((i) => {
        const from = Math.floor(i / 3) * columns;
        if (i % 3 === 2) return y[from];
        return range(M).reduce((sum, m) => sum + y[from + 1 + m] * y[from + 1 + M + 2 * m + (i % 3)], 0);
      });
    },
    draw(y, source, bias) {
      const { random } = source;
      const shrink = source.exp([-bias])[0];
      const m = component(part(y, 1, M), source, bias);
      const [x0, y0] = part(y, 1 + M + 2 * m, 2);
      const [s1, s2] = part(y, 1 + 3 * M + 2 * m, 2).map((s) => s * shrink);
      const rho = y[1 + 5 * M + m];
      const u = random.normal();
      const v = rho * u + Math.sqrt(Math.max(0, 1 - rho * rho)) * random.normal();
      return [x0 + s1 * u, y0 + s2 * v, random.uniform() < y[0] ? 1 : 0];
    },
  });
}
