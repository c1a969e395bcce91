/** One Hessian-free optimization at work: gradient, CG run, walk back, line search, a step at a time. */
import { inRange, NumericError, OptionError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { ConjugateGradient } from "./conjugate-gradient.ts";
import type { HessianFreeOptions, HessianFreeReport } from "./hessian-free.ts";
import type { CurvatureObjective, Objective, OptimizerRun } from "./optimizer.ts";
import { nextLambda, walkBack } from "./step-rules.ts";

const shrink = 0.8; // of α in the line search; Martens's code

/** A step that has its gradient and is somewhere in its CG run. */
interface Pending {
  loss: number;
  gradientNorm: number;
}

/** The objective, if it has all that these settings need; else an OptionError. */
export function curved(objective: Objective, settings: Required<HessianFreeOptions>): CurvatureObjective {
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

/** An optimization in progress. */
export class HessianFreeRun implements OptimizerRun<HessianFreeReport> {
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
      iterations: settings.cgIterations,
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

  async step(objective: Objective = this.#f): Promise<HessianFreeReport> {
    const f = curved(objective, this.#settings);
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = f;
    const { mu } = this.#settings;
    const lambda = this.state.scalars.lambda;
    if (this.#pending) await f.linearize(); // the batch is the same, but it may have been loaded anew
    const { loss, gradientNorm } = (this.#pending ??= await this.#enter(f));
    do await f.pause?.();
    while ((await this.#cg.next((v, out) => this.#multiply(f, v, out))) === undefined);
    this.#pending = undefined;

    const { kept } = this.#cg;
    k.copyRows(1, n, theta, n, this.#origin, n);
    const index = await walkBack(kept.length, async (j) =>
      this.#at(f, kept[j].x, 1, () => f.curvatureValue()),
    );
    const { x: delta, iteration: chosen, value } = kept[index];
    const q = this.#settings.model === "damped" ? value : await this.#undamped(f, delta);
    const whole = await this.#at(f, delta, 1, () => f.value());
    const rho = whole > loss ? -Infinity : (whole - loss) / q;
    this.state.scalars.lambda = nextLambda(lambda, rho);
    const { after, stepLength } = await this.#search(f, delta, loss, whole);
    const cgIterations = this.#cg.iteration;
    return { loss, after, gradientNorm, lambda, mu, rho, cgIterations, chosen, stepLength };
  }

  /**
   * Goes to the first of θ + αδ, α = 1, 0.8, 0.64 …, that is low enough, given f = `whole` at α = 1; stays at
   * θ where none is. The next CG run starts from this one's end, or from 0.
   */
  async #search(
    f: CurvatureObjective,
    delta: Ptr,
    loss: number,
    whole: number,
  ): Promise<{ after: number; stepLength: number }> {
    const {
      engine: { kernels: k },
      size: n,
    } = f;
    const { sufficientDecrease, lineSearchTries } = this.#settings;
    const slope = k.dot(n, this.#g, delta) * sufficientDecrease;
    let after = whole;
    let stepLength = 1;
    let tries = 1;
    while (!(after < loss + stepLength * slope) && tries < lineSearchTries) {
      stepLength *= shrink;
      ++tries;
      after = await this.#at(f, delta, stepLength, () => f.value());
    }
    if (after < loss + stepLength * slope) {
      k.copyRows(1, n, this.#cg.x, n, this.#direction, n);
      return { after, stepLength };
    }
    this.#move(f, delta, 0);
    k.fill(n, 0, this.#direction);
    return { after: loss, stepLength: 0 };
  }

  /** Gradient, linearization and the start of CG at the present θ. */
  async #enter(f: CurvatureObjective): Promise<Pending> {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = f;
    const { weightDecay, preconditioner, warmStart } = this.#settings;
    const loss = (await f.gradient(this.#g)) + this.#decay(f);
    k.addScaled(n, weightDecay, theta, this.#g);
    const gradientNorm = Math.sqrt(k.dot(n, this.#g, this.#g));
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new NumericError(
        `hessianFree: the loss is ${loss} and the gradient's norm ${gradientNorm} at the start of a ` +
          "step; want finite numbers",
      );
    }
    await f.linearize();
    k.copyRows(1, n, this.#g, n, this.#b, n);
    k.scale(n, -1, this.#b);
    k.copyRows(1, n, this.#direction, n, this.#cg.x, n);
    k.scale(n, warmStart, this.#cg.x);
    if (preconditioner === "diagonal") await this.#prepare(f);
    await this.#cg.start(
      (v, out) => this.#multiply(f, v, out),
      this.#b,
      preconditioner === "diagonal" ? this.#inverse : undefined,
    );
    return { loss, gradientNorm };
  }

  /** out = (G + λμ·G_S + (λ + w)I)·v. */
  async #multiply(f: CurvatureObjective, v: Ptr, out: Ptr): Promise<void> {
    const lambda = this.state.scalars.lambda;
    const { mu, weightDecay } = this.#settings;
    await f.gaussNewton(v, out, lambda * mu);
    f.engine.kernels.addScaled(f.size, lambda + weightDecay, v, out);
  }

  /** inverse = (Σ_i g_i²/n + λ + w)^-¾. */
  async #prepare(f: CurvatureObjective): Promise<void> {
    await f.squaredGradients!(this.#inverse);
    const extra = this.state.scalars.lambda + this.#settings.weightDecay;
    const d = f.engine.memory.reals(this.#inverse, f.size);
    for (let i = 0; i < d.length; ++i) {
      const root = Math.sqrt(d[i] + extra);
      d[i] = 1 / (root * Math.sqrt(root));
    }
  }

  /** θ = origin + α·δ. */
  #move(f: CurvatureObjective, delta: Ptr, alpha: number): void {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = f;
    k.copyRows(1, n, this.#origin, n, theta, n);
    if (alpha !== 0) k.addScaled(n, alpha, delta, theta);
    f.changed();
  }

  /** f at origin + α·δ, weight decay included; θ stays there. */
  async #at(
    f: CurvatureObjective,
    delta: Ptr,
    alpha: number,
    value: () => number | Promise<number>,
  ): Promise<number> {
    this.#move(f, delta, alpha);
    return (await value()) + this.#decay(f);
  }

  /** gᵀδ + ½ δᵀ(G + wI)δ, back at the point of linearization. */
  async #undamped(f: CurvatureObjective, delta: Ptr): Promise<number> {
    const {
      engine: { kernels: k },
      size: n,
    } = f;
    this.#move(f, delta, 0);
    await f.linearize();
    await f.gaussNewton(delta, this.#b);
    return (
      k.dot(n, this.#g, delta) +
      0.5 * (k.dot(n, delta, this.#b) + this.#settings.weightDecay * k.dot(n, delta, delta))
    );
  }

  #decay(f: CurvatureObjective): number {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = f;
    const w = this.#settings.weightDecay;
    return w === 0 ? 0 : 0.5 * w * k.dot(n, theta, theta);
  }
}
