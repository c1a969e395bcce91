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
import { inRange, knownOptions, NumericError, OptionError, oneOf, whole } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { ConjugateGradient } from "./conjugate-gradient.ts";
import type { CurvatureObjective, Objective, Optimizer, OptimizerRun, StepReport } from "./optimizer.ts";

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
  /** Most CG iterations a step. Default 300. */
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
  /** Most step lengths tried. Default 50. */
  lineSearchTries?: number;
}

/** What a Hessian-free step reports. */
export interface HessianFreeReport extends StepReport {
  /** f after the step, on the gradient batch, with weight decay. */
  after: number;
  /** λ used in the step, and μ. */
  lambda: number;
  mu: number;
  /** The reduction ratio; -Infinity where f rose, NaN where it was not finite. */
  rho: number;
  /** CG iterations run, and those behind the iterate chosen by walking back. */
  cgIterations: number;
  chosen: number;
  /** α; 0 where no step was good enough. */
  stepLength: number;
}

/** The Levenberg-Marquardt rule: the next λ. A ρ that is NaN counts as low. */
export const nextLambda = (lambda: number, rho: number): number =>
  rho > 0.75 ? lambda * (2 / 3) : rho >= 0.25 ? lambda : lambda * 1.5;

/**
 * Index of the iterate to take: from the last backwards as long as the loss does not rise. `loss(j)` is asked
 * once per iterate.
 */
export async function walkBack(count: number, loss: (j: number) => Promise<number>): Promise<number> {
  let best = count - 1;
  let low = await loss(best);
  for (let j = best - 1; j >= 0; --j) {
    const value = await loss(j);
    if (value > low || (Number.isNaN(value) && !Number.isNaN(low))) break;
    best = j;
    low = value;
  }
  return best;
}

const shrink = 0.8; // of α in the line search; Martens's code

/**
 * Hessian-free optimization of any objective that has Gauss-Newton products. It wants large batches, in
 * `shard`s where memory is short; a net takes products on the first `curvature` sequences of each: by default
 * all of up to 1000, and of more a tenth, but no fewer than 1000.
 */
export function hessianFree(options: HessianFreeOptions = {}): Optimizer {
  knownOptions("hessianFree", options, [
    "lambda",
    "mu",
    "weightDecay",
    "cgIterations",
    "cgTolerance",
    "warmStart",
    "preconditioner",
    "model",
    "sufficientDecrease",
    "lineSearchTries",
  ]);
  const settings: Required<HessianFreeOptions> = {
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
    ...options,
  };
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
    options: settings,
    start: (objective) => new HessianFree(curved(objective, settings), settings),
  };
}

function curved(objective: Objective, settings: Required<HessianFreeOptions>): CurvatureObjective {
  const f = objective as CurvatureObjective;
  if (typeof f.gaussNewton !== "function")
    throw new OptionError(
      "hessianFree: the objective has no gaussNewton product; want a loss with curvature at every target",
    );
  if (settings.preconditioner === "diagonal" && !f.squaredGradients)
    throw new OptionError(
      'hessianFree: the objective has no squaredGradients, which preconditioner "diagonal" needs',
    );
  return f;
}

/** A step that has its gradient and is somewhere in its CG run. */
interface Pending {
  loss: number;
  gradientNorm: number;
}

class HessianFree implements OptimizerRun {
  readonly state: OptimizerRun["state"];
  readonly #f: CurvatureObjective;
  readonly #settings: Required<HessianFreeOptions>;
  readonly #arena: Arena;
  readonly #cg: ConjugateGradient;
  readonly #direction: Ptr; // the last CG run's final iterate, θ's shape
  readonly #g: Ptr;
  readonly #b: Ptr;
  readonly #inverse: Ptr;
  readonly #origin: Ptr;
  #pending: Pending | undefined;

  constructor(f: CurvatureObjective, settings: Required<HessianFreeOptions>) {
    this.#f = f;
    this.#settings = settings;
    this.#arena = new Arena(f.engine.memory);
    [this.#direction, this.#g, this.#b, this.#inverse, this.#origin] = Array.from({ length: 5 }, () =>
      this.#arena.reals(f.size),
    ) as [Ptr, Ptr, Ptr, Ptr, Ptr];
    f.engine.kernels.fill(f.size, 0, this.#direction);
    this.#cg = new ConjugateGradient(f.engine, f.size, {
      tolerance: settings.cgTolerance,
      most: settings.cgIterations,
    });
    this.state = { vectors: { direction: this.#direction }, scalars: { lambda: settings.lambda } };
  }

  restore(scalars: Record<string, number>): void {
    this.state.scalars.lambda = inRange("hessianFree", "lambda", scalars.lambda, 0);
    this.#pending = undefined;
  }

  dispose(): void {
    this.#cg.dispose();
    this.#arena.dispose();
  }

  async step(): Promise<HessianFreeReport> {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = this.#f;
    const { mu } = this.#settings;
    const lambda = this.state.scalars.lambda;
    if (this.#pending) await this.#f.linearize(); // the batch is the same, but it may have been loaded anew
    const { loss, gradientNorm } = (this.#pending ??= await this.#begin());
    do await this.#f.pause?.();
    while ((await this.#cg.next()) === undefined);
    this.#pending = undefined;

    const { kept } = this.#cg;
    k.copyRows(1, n, theta, n, this.#origin, n);
    const index = await walkBack(kept.length, async (j) =>
      this.#at(kept[j].x, 1, () => this.#f.curvatureValue()),
    );
    const { x: delta, iteration: chosen, value } = kept[index];
    const q = this.#settings.model === "damped" ? value : await this.#undamped(delta);
    let after = await this.#at(delta, 1, () => this.#f.value());
    const rho = after > loss ? -Infinity : (after - loss) / q;
    this.state.scalars.lambda = nextLambda(lambda, rho);

    const slope = k.dot(n, this.#g, delta) * this.#settings.sufficientDecrease;
    let stepLength = 1;
    let tries = 1;
    while (!(after < loss + stepLength * slope) && tries < this.#settings.lineSearchTries) {
      stepLength *= shrink;
      ++tries;
      after = await this.#at(delta, stepLength, () => this.#f.value());
    }
    if (after < loss + stepLength * slope) k.copyRows(1, n, this.#cg.x, n, this.#direction, n);
    else {
      stepLength = 0;
      after = loss;
      this.#move(delta, 0);
      k.fill(n, 0, this.#direction);
    }
    return {
      loss,
      after,
      gradientNorm,
      lambda,
      mu,
      rho,
      cgIterations: this.#cg.iteration,
      chosen,
      stepLength,
    };
  }

  /** Gradient, linearization and the start of CG at the present θ. */
  async #begin(): Promise<Pending> {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = this.#f;
    const { weightDecay, preconditioner, warmStart } = this.#settings;
    const loss = (await this.#f.gradient(this.#g)) + this.#decay();
    k.addScaled(n, weightDecay, theta, this.#g);
    const gradientNorm = Math.sqrt(k.dot(n, this.#g, this.#g));
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new NumericError(
        `hessianFree: the loss is ${loss} and the gradient's norm ${gradientNorm} at the start of a ` +
          "step; want finite numbers",
      );
    }
    await this.#f.linearize();
    k.copyRows(1, n, this.#g, n, this.#b, n);
    k.scale(n, -1, this.#b);
    k.copyRows(1, n, this.#direction, n, this.#cg.x, n);
    k.scale(n, warmStart, this.#cg.x);
    if (preconditioner === "diagonal") await this.#prepare();
    await this.#cg.start(
      (v, out) => this.#multiply(v, out),
      this.#b,
      preconditioner === "diagonal" ? this.#inverse : undefined,
    );
    return { loss, gradientNorm };
  }

  /** out = (G + λμ·G_S + (λ + w)I)·v. */
  async #multiply(v: Ptr, out: Ptr): Promise<void> {
    const lambda = this.state.scalars.lambda;
    const { mu, weightDecay } = this.#settings;
    await this.#f.gaussNewton(v, out, lambda * mu);
    this.#f.engine.kernels.addScaled(this.#f.size, lambda + weightDecay, v, out);
  }

  /** inverse = (Σ_i g_i²/n + λ + w)^-¾. */
  async #prepare(): Promise<void> {
    await this.#f.squaredGradients!(this.#inverse);
    const extra = this.state.scalars.lambda + this.#settings.weightDecay;
    const d = this.#f.engine.memory.reals(this.#inverse, this.#f.size);
    for (let i = 0; i < d.length; ++i) {
      const root = Math.sqrt(d[i] + extra);
      d[i] = 1 / (root * Math.sqrt(root));
    }
  }

  /** θ = origin + α·δ. */
  #move(delta: Ptr, alpha: number): void {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = this.#f;
    k.copyRows(1, n, this.#origin, n, theta, n);
    if (alpha !== 0) k.addScaled(n, alpha, delta, theta);
    this.#f.changed();
  }

  /** f at origin + α·δ, weight decay included; θ stays there. */
  async #at(delta: Ptr, alpha: number, f: () => number | Promise<number>): Promise<number> {
    this.#move(delta, alpha);
    return (await f()) + this.#decay();
  }

  /** gᵀδ + ½ δᵀ(G + wI)δ, back at the point of linearization. */
  async #undamped(delta: Ptr): Promise<number> {
    const {
      engine: { kernels: k },
      size: n,
    } = this.#f;
    this.#move(delta, 0);
    await this.#f.linearize();
    await this.#f.gaussNewton(delta, this.#b);
    return (
      k.dot(n, this.#g, delta) +
      0.5 * (k.dot(n, delta, this.#b) + this.#settings.weightDecay * k.dot(n, delta, delta))
    );
  }

  #decay(): number {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = this.#f;
    const w = this.#settings.weightDecay;
    return w === 0 ? 0 : 0.5 * w * k.dot(n, theta, theta);
  }
}
