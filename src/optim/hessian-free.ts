/**
 * Hessian-free optimization (Martens 2010; Martens & Sutskever 2011, 2012). A step at θ with gradient g:
 *
 *   B = G + λI + λμ·G_S           δ ≈ -B⁻¹g by truncated CG from decay × the last run's final iterate
 *   walk back over kept iterates while f keeps falling;  ρ = (f(θ+δ) - f(θ)) / q(δ)
 *   ρ < ¼: λ ← 3/2·λ    ρ > ¾: λ ← 2/3·λ    θ ← θ + α·δ,  α = 0.8ʲ with the first f that is low enough, or 0
 *
 * At θ itself ∇S = 0, so structural damping changes B and nothing else. With weight decay w, f gains ½w‖θ‖²
 * and G gains w·I.
 */
import { inRange, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import { curved, HessianFreeRun } from "./hessian-free-run.ts";
import type { Optimizer, StepReport } from "./optimizer.ts";

/** Options of `hessianFree`. */
export interface HessianFreeOptions {
  /**
   * λ at the start. Default 0.1; 0.3 is usual without structural damping, 0.1·T for the random permutation.
   */
  lambda?: number;
  /**
   * μ, the weight of structural damping relative to λ. Default 1/30; 0 for nets without recurrence. The
   * damping of a step of the states is weighed by w = |∂state/∂pre-activation|, 1 - h² for tanh, and divided
   * by what divides the loss: the steps or sequences that count.
   */
  mu?: number;
  /** w, weight decay. Default 0; the authors' recurrent nets use 2e-5. */
  weightDecay?: number;
  /** CG iterations a step, at most. Default 300. */
  cgIterations?: number;
  /** ε of the truncation rule. Default 0.0005. */
  cgTolerance?: number;
  /** How much of the last run's final iterate the next starts from. Default 0.95. */
  warmStart?: number;
  /** "none" (default), or "diagonal": M = (Σ_i g_i²/n + λ + w)^¾, for nets without recurrence. */
  preconditioner?: "none" | "diagonal";
  /**
   * Whether q, which the LM rule divides by, contains the damping. Default "damped"; "undamped" costs one
   * more product.
   */
  model?: "damped" | "undamped";
  /**
   * c of the line search: the first α with f(θ+αδ) < f(θ) + cα·gᵀδ. Default 0, any decrease (50 tries); 2010
   * used 0.01 and 60 tries.
   */
  sufficientDecrease?: number;
  /** Step lengths tried, at most. Default 50. */
  lineSearchTries?: number;
}

/** What a Hessian-free step reports. */
export interface HessianFreeReport extends StepReport {
  /** f after the step, on the gradient batch, with weight decay. */
  after: number;
  /** λ used in the step. */
  lambda: number;
  /** μ used in the step. */
  mu: number;
  /** The reduction ratio; -Infinity where f rose, NaN where it was not finite. */
  rho: number;
  /** CG iterations run. */
  cgIterations: number;
  /** CG iterations behind the iterate that the step took. */
  chosen: number;
  /** α; 0 where no step was good enough. */
  stepLength: number;
}

const defaults: Required<HessianFreeOptions> = {
  lambda: 0.1,
  mu: 1 / 30,
  weightDecay: 0,
  cgIterations: 300,
  cgTolerance: 0.0005,
  warmStart: 0.95,
  preconditioner: "none",
  model: "damped",
  sufficientDecrease: 0,
  lineSearchTries: 50,
};

/**
 * Hessian-free optimization of any objective that has Gauss-Newton products. It wants large batches, in
 * `shard`s where memory is short; a net takes products on the first `curvature` sequences of each: by default
 * all of up to 1000, and of more a tenth, but no fewer than 1000.
 */
export function hessianFree(options: HessianFreeOptions = {}): Optimizer<HessianFreeReport> {
  knownOptions("hessianFree", options, Object.keys(defaults));
  const settings = { ...defaults, ...options };
  for (const name of ["lambda", "mu", "weightDecay", "cgTolerance"] as const)
    inRange("hessianFree", name, settings[name], 0);
  for (const name of ["warmStart", "sufficientDecrease"] as const)
    inRange("hessianFree", name, settings[name], 0, 1);
  for (const name of ["cgIterations", "lineSearchTries"] as const)
    whole("hessianFree", name, settings[name], 1);
  oneOf("hessianFree", "preconditioner", settings.preconditioner, ["none", "diagonal"]);
  oneOf("hessianFree", "model", settings.model, ["damped", "undamped"]);
  return {
    name: "hessianFree",
    needs: "curvature",
    options: settings,
    start: (objective) => new HessianFreeRun(curved(objective, settings), settings),
  };
}
