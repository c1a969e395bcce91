/** One Hessian-free optimization at work: gradient, CG run, walk back, line search, a step at a time. */
import { inRange, NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { ConjugateGradient } from "./conjugate-gradient.ts";
import type { HessianFreeOptions, HessianFreeReport } from "./hessian-free.ts";
import type { CurvatureObjective, OptimizerRun } from "./optimizer.ts";
import { nextLambda, walkBack } from "./step-rules.ts";

const shrink = 0.8; // of α in the line search; Martens's code

/** A step that has its gradient and is somewhere in its CG run. */
interface Pending {
  loss: number;
  gradientNorm: number;
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

  async step(): Promise<HessianFreeReport> {
    const {
      engine: { kernels: k },
      size: n,
      theta,
    } = this.#f;
    const { mu } = this.#settings;
    const lambda = this.state.scalars.lambda;
    if (this.#pending) await this.#f.linearize(); // the batch is the same, but it may have been loaded anew
    const { loss, gradientNorm } = (this.#pending ??= await this.#enter());
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
    const whole = await this.#at(delta, 1, () => this.#f.value());
    const rho = whole > loss ? -Infinity : (whole - loss) / q;
    this.state.scalars.lambda = nextLambda(lambda, rho);
    const { after, stepLength } = await this.#search(delta, loss, whole);
    const cgIterations = this.#cg.iteration;
    return { loss, after, gradientNorm, lambda, mu, rho, cgIterations, chosen, stepLength };
  }

  /**
   * Goes to the first of θ + αδ, α = 1, 0.8, 0.64 …, that is low enough, given f = `whole` at α = 1; stays at θ
   * where none is. The next CG run starts from this one's end, or from 0.
   */
  async #search(delta: Ptr, loss: number, whole: number): Promise<{ after: number; stepLength: number }> {
    const {
      engine: { kernels: k },
      size: n,
    } = this.#f;
    const { sufficientDecrease, lineSearchTries } = this.#settings;
    const slope = k.dot(n, this.#g, delta) * sufficientDecrease;
    let after = whole;
    let stepLength = 1;
    let tries = 1;
    while (!(after < loss + stepLength * slope) && tries < lineSearchTries) {
      stepLength *= shrink;
      ++tries;
      after = await this.#at(delta, stepLength, () => this.#f.value());
    }
    if (after < loss + stepLength * slope) {
      k.copyRows(1, n, this.#cg.x, n, this.#direction, n);
      return { after, stepLength };
    }
    this.#move(delta, 0);
    k.fill(n, 0, this.#direction);
    return { after: loss, stepLength: 0 };
  }

  /** Gradient, linearization and the start of CG at the present θ. */
  async #enter(): Promise<Pending> {
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
