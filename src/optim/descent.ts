/**
 * What all first-order methods share: gradient at the evaluation point, weight decay, norm clipping,
 * schedules, groups, state. A method adds its vectors and its update.
 *
 *   g ← ∇f(θ) + decay·θ      g ← g·min(1, clip/‖g‖) (Pascanu et al. 2013)      θ ← update(g)
 */
import { inRange, knownOptions, NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { checkGroups, segmentsOf, type ParameterGroup, type Segment } from "./groups.ts";
import type { Objective, Optimizer, OptimizerRun, StepReport } from "./optimizer.ts";
import { checkSchedule, valueAt, type Schedule } from "./schedule.ts";

/** Options that every first-order optimizer takes. */
export interface DescentOptions {
  /** Step size ε, or its schedule. */
  rate?: Schedule;
  /** Largest ‖g‖; longer gradients are scaled down to it. Default: none. */
  clip?: number;
  /** L2 weight decay, added to the gradient; `adamW` takes it off the weights. Default 0. */
  decay?: number;
  /** Parameters with a rate or decay of their own, or frozen. Default: all are alike. */
  groups?: readonly ParameterGroup[];
}

/** What a method's update sees: a run of θ, and the figures of this step. */
export interface DescentStep extends Segment {
  /** Steps done before this one. */
  step: number;
  rate: number;
}

/** A first-order method. */
export interface DescentMethod<O extends DescentOptions> {
  readonly name: string;
  /** Defaults; their keys are the options there are. `undefined` has no default. */
  readonly defaults: O;
  readonly vectors: readonly string[];
  /** Whether the update itself sees to the decay. Default: it is added to the gradient. */
  readonly decays?: boolean;
  check(options: Required<O>): void;
  /** Moves θ to the evaluation point before the gradient; θ is put back if the gradient throws. */
  look?(s: DescentStep, options: Required<O>): void;
  update(s: DescentStep, options: Required<O>): void;
}

/** The optimizer for a method. */
export function descent<O extends DescentOptions>(method: DescentMethod<O>, given: O): Optimizer {
  knownOptions(method.name, given, [...Object.keys(method.defaults), "groups"]);
  const options = { groups: [], ...method.defaults, ...given } as unknown as Required<O>;
  checkSchedule(method.name, "rate", options.rate, 0);
  if (options.clip !== undefined) inRange(method.name, "clip", options.clip, Number.MIN_VALUE);
  inRange(method.name, "decay", options.decay, 0);
  checkGroups(method.name, options.groups);
  method.check(options);
  return { name: method.name, needs: "gradient", options, start: (f) => new Descent(method, options, f) };
}

class Descent<O extends DescentOptions> implements OptimizerRun {
  readonly state: { vectors: Record<string, Ptr>; scalars: { step: number } };
  readonly immediate = true;
  readonly #method: DescentMethod<O>;
  readonly #options: Required<O>;
  readonly #f: Objective;
  readonly #arena: Arena;
  readonly #g: Ptr;
  readonly #before: Ptr;
  /** The runs of θ that move, and those that do not. */
  readonly #moving: readonly DescentStep[];
  readonly #frozen: readonly Segment[];

  constructor(method: DescentMethod<O>, options: Required<O>, f: Objective) {
    this.#method = method;
    this.#options = options;
    this.#f = f;
    this.#arena = new Arena(f.engine.memory);
    this.#g = this.#arena.reals(f.size);
    this.#before = method.look ? this.#arena.reals(f.size) : this.#g;
    const vectors: Record<string, Ptr> = {};
    for (const name of method.vectors)
      f.engine.kernels.fill(f.size, 0, (vectors[name] = this.#arena.reals(f.size)));
    this.state = { vectors, scalars: { step: 0 } };
    const { rate, decay, groups } = options;
    try {
      const source = { f, g: this.#g, vectors, rate: rate as Schedule, decay: decay! };
      const segments = segmentsOf(method.name, source, groups!);
      this.#moving = segments.filter(({ frozen }) => !frozen).map((s) => ({ ...s, step: 0, rate: 0 }));
      this.#frozen = segments.filter(({ frozen }) => frozen);
    } catch (error) {
      this.#arena.dispose();
      throw error;
    }
  }

  step(f: Objective = this.#f, factor = 1): StepReport | Promise<StepReport> {
    const { kernels: k } = f.engine;
    const P = f.size;
    const rate = this.#rates(factor);
    if (this.#method.look) {
      k.copyRows(1, P, f.theta, P, this.#before, P);
      for (const part of this.#moving) this.#method.look(part, this.#options);
      f.changed();
    }
    try {
      const value = f.gradient(this.#g);
      if (typeof value === "number") return this.#update(f, value, rate);
      return value
        .then((loss) => this.#update(f, loss, rate))
        .catch((error: unknown) => this.#putBack(f, error));
    } catch (error) {
      return this.#putBack(f, error);
    }
  }

  restore(scalars: Record<string, number>): void {
    this.state.scalars.step = scalars.step!;
  }

  dispose(): void {
    this.#arena.dispose();
  }

  /** Sets the rates of this step, and returns the optimizer's own. Throws NumericError where one is none. */
  #rates(factor: number): number {
    const { step } = this.state.scalars;
    for (const part of this.#moving) {
      part.step = step;
      part.rate = this.#rate(part.schedule, factor);
    }
    return this.#rate(this.#options.rate as Schedule, factor);
  }

  #rate(schedule: Schedule, factor: number): number {
    const { step } = this.state.scalars;
    const rate = factor * valueAt(schedule, step);
    if (Number.isFinite(rate)) return rate;
    throw new NumericError(`${this.#method.name}: rate is ${rate} at step ${step}, want a finite number`);
  }

  /** Decay, clipping and the method's update, once the gradient is there. */
  #update(f: Objective, loss: number, rate: number): StepReport {
    const options = this.#options;
    const { kernels: k } = f.engine;
    const P = f.size;
    const g = this.#g;
    for (const { size, g: part } of this.#frozen) k.fill(size, 0, part);
    if (!this.#method.decays)
      for (const { size, decay, theta, g: part } of this.#moving)
        if (decay > 0) k.addScaled(size, decay, theta, part);
    const gradientNorm = Math.sqrt(k.dot(P, g, g));
    if (!Number.isFinite(gradientNorm))
      throw new NumericError(
        `${this.#method.name}: ‖gradient‖ is ${gradientNorm} at ` +
          `step ${this.state.scalars.step + 1}; lower the rate or set clip`,
      );
    if (options.clip !== undefined && gradientNorm > options.clip) k.scale(P, options.clip / gradientNorm, g);
    for (const part of this.#moving) this.#method.update(part, options);
    f.changed();
    ++this.state.scalars.step;
    return { loss, gradientNorm, rate };
  }

  /** θ as it was before the look ahead. */
  #putBack(f: Objective, error: unknown): never {
    if (this.#method.look) {
      f.engine.kernels.copyRows(1, f.size, this.#before, f.size, f.theta, f.size);
      f.changed();
    }
    throw error;
  }
}
