/**
 * A network's mean loss as a function of its free parameters: the only thing an optimizer sees.
 *
 *   f(θ) = Σ_shards Σ w·ℓ / total      G·v = Σ_shards Jᵀ·H·(J·v) / total
 *
 * `at(step)` is f on the data of one step, a value that nobody changes. A batch may be cut in shards, run one
 * after another and summed in their order: the bits depend on the shards, not on who runs them.
 */
import type { Engine } from "../wasm/engine.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { ConstraintMap } from "../graph/constraint-map.ts";
import type { CurvatureObjective, ParameterRange } from "../optim/optimizer.ts";
import { Batch } from "./batch.ts";
import { NetLoss, type LossParts, type PassMode } from "./net-loss.ts";
import { parameterRanges } from "./parameter-ranges.ts";
import type { RemotePasses, RemoteShards } from "./remote-passes.ts";
import type { NoiseDraw, WeightNoise } from "./weight-noise.ts";

/** What a network is to its objective. */
export interface ObjectiveParts extends LossParts {
  /** Map from free to full parameters; absent: all are free. */
  readonly constraints?: ConstraintMap;
}

/** Everything that one step depends on beside θ. */
export interface StepData {
  /** Shards of the batch, for value and gradient; asked for only where they are computed here. */
  batch(): readonly Batch[];
  /** What the loss of the batch is divided by. */
  readonly total: number;
  /** Shards of the curvature batch. Default: the batch itself. */
  curvatureBatch?(): readonly Batch[];
  /** How the passes run: dropout's draw, states carried on. Default: no dropout. */
  readonly mode?: PassMode;
  /** Noise on the parameters while a gradient is taken. Default: none. */
  readonly noise?: NoiseDraw;
  /** Computes the shards. Default: here, one after another. */
  readonly remote?: RemoteShards;
  /** Writes the gradient [P] and gives back the loss, in place of the batch. */
  readonly own?: (g: Ptr) => number;
  /** Called between CG iterations. */
  readonly pause?: () => void | Promise<void>;
}

/** How the pass over shard i of `count` runs: each draws masks of its own. */
export const shardMode = (mode: PassMode, i: number, count: number): PassMode =>
  mode.draw === undefined || count === 1 ? mode : { ...mode, draw: mode.draw * count + i };

/** 1 where nothing counts, so that a sum of zeros stays 0. */
export const divisor = (total: number): number => (total > 0 ? total : 1);
const totalOf = (shards: readonly Batch[]): number =>
  divisor(shards.reduce((sum, shard) => sum + shard.total, 0));

/** θ, and f of every step. */
export class NetworkObjective {
  readonly engine: Engine;
  /** F, the number of free parameters. */
  readonly size: number;
  /** θ [F]. */
  readonly theta: Ptr;
  /** The loss at full parameters. */
  readonly loss: NetLoss;
  readonly parts: ObjectiveParts;
  readonly #arena: Arena;
  readonly #full: Ptr;
  readonly #sum: Ptr;
  readonly #direction: Ptr;
  #version = -1;
  #weightNoise: WeightNoise | undefined;

  constructor(parts: ObjectiveParts) {
    const { weights, constraints } = parts;
    const P = weights.graph.size;
    this.parts = parts;
    this.engine = weights.engine;
    this.size = constraints?.size ?? P;
    this.loss = new NetLoss(parts);
    this.#arena = new Arena(this.engine.memory, "gradients of nets");
    this.theta = constraints ? this.#arena.reals(this.size) : weights.theta;
    this.#full = this.#arena.reals(P);
    this.#sum = this.#arena.reals(P);
    this.#direction = this.#arena.reals(P);
    this.readWeights();
  }

  /** f on the data of one step. */
  at(step: StepData): CurvatureObjective {
    return new StepObjective(this, step);
  }

  /** θ by the names of the net's parameters. */
  get ranges(): readonly ParameterRange[] {
    return parameterRanges(this.parts.weights.graph.parameters, this.parts.constraints);
  }

  /** θ [F] was written: the full parameters follow. */
  changed(): void {
    const { weights, constraints } = this.parts;
    constraints?.expand(this.theta, weights.theta);
    weights.changed();
    this.#version = weights.version;
  }

  /** The full parameters were written: θ is the nearest point that satisfies the constraints. */
  readWeights(): void {
    const { weights, constraints } = this.parts;
    if (!constraints || this.isCurrent) return;
    constraints.project(weights.theta, this.theta);
    this.changed();
  }

  /** Whether the full parameters are those that θ gave. */
  get isCurrent(): boolean {
    return this.parts.weights.version === this.#version;
  }

  /** The full parameters and θ are what they were before somebody looked elsewhere. */
  restored(): void {
    const { weights } = this.parts;
    const known = this.isCurrent;
    weights.changed();
    if (known) this.#version = weights.version;
  }

  /** g [F] = Σ over shards of the gradients [P] that `shard` writes, in order, through the constraints. */
  sum(g: Ptr): { add(write: (to: Ptr) => void): void; end(): void } {
    const { kernels: k } = this.engine;
    const { weights, constraints } = this.parts;
    const sums = constraints ? this.#sum : g;
    let first = true;
    return {
      add: (write) => {
        write(first ? sums : this.#full);
        if (!first) k.addScaled(weights.graph.size, 1, this.#full, sums);
        first = false;
      },
      end: () => constraints?.pullBack(sums, g, weights.theta),
    };
  }

  /** v [F] as a direction of all parameters [P]. */
  fullDirection(v: Ptr): Ptr {
    const { weights, constraints } = this.parts;
    if (!constraints) return v;
    constraints.pushForward(v, this.#direction, weights.theta);
    return this.#direction;
  }

  /** Noise on θ; the function that comes back takes it off. */
  addNoise(noise: NoiseDraw | undefined): (() => void) | undefined {
    return noise && (this.#weightNoise ??= new (this.parts.passes().WeightNoise)(this)).add(noise);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.loss.dispose();
    this.#weightNoise?.dispose();
    this.#arena.dispose();
  }
}

/** f, ∇f and G·v on the data of one step. */
class StepObjective implements CurvatureObjective {
  readonly engine: Engine;
  readonly size: number;
  readonly theta: Ptr;
  readonly #net: NetworkObjective;
  readonly #step: StepData;
  readonly #mode: PassMode;
  readonly #remote: RemotePasses | undefined;

  constructor(net: NetworkObjective, step: StepData) {
    this.engine = net.engine;
    this.size = net.size;
    this.theta = net.theta;
    this.#net = net;
    this.#step = step;
    this.#mode = step.mode ?? {};
    this.#remote = step.remote && new (net.parts.passes().RemotePasses)(net, step.remote);
  }

  get ranges(): readonly ParameterRange[] {
    return this.#net.ranges;
  }

  changed(): void {
    this.#net.changed();
  }

  value(): number | Promise<number> {
    return this.#remote ? this.#remote.value("whole") : this.#valueOf(this.#step.batch());
  }

  curvatureValue(): number | Promise<number> {
    return this.#remote ? this.#remote.value("curvature") : this.#valueOf(this.#curvature);
  }

  gradient(g: Ptr): number | Promise<number> {
    const { noise, own } = this.#step;
    if (own) return this.#ownGradient(g, own);
    const removeNoise = this.#net.addNoise(noise);
    // workers get a copy of θ before the call comes back
    try {
      return this.#remote ? this.#remote.gradient(g) : this.#localGradient(g);
    } finally {
      removeNoise?.();
    }
  }

  linearize(): number | Promise<number> {
    if (this.#remote) return this.#remote.linearize();
    const shards = this.#curvature;
    const total = totalOf(shards);
    return this.#net.loss.linearize(shards, total, this.#mode) / total;
  }

  gaussNewton(v: Ptr, out: Ptr, structural = 0): void | Promise<void> {
    if (this.#remote) return this.#remote.product(v, out, structural);
    const { loss } = this.#net;
    const shards = this.#curvature;
    const total = totalOf(shards);
    const direction = this.#net.fullDirection(v);
    const sum = this.#net.sum(out);
    sum.add((to) => this.engine.kernels.fill(loss.size, 0, to));
    shards.forEach((shard, i) => {
      sum.add((to) => loss.product(direction, to, { i, shard, total, structural }));
    });
    sum.end();
  }

  /**
   * Sequences start at their own initial states even where states are carried on: which sequence of a chunk
   * was whose is not kept.
   */
  async squaredGradients(out: Ptr): Promise<void> {
    const { loss, parts } = this.#net;
    await parts.fetchPasses();
    const mode = { ...this.#mode, carry: undefined, carried: undefined };
    return parts.passes().meanSquaredGradient(
      {
        engine: this.engine,
        size: this.size,
        workspace: () => new Batch(this.engine, parts.spec, parts.nodes),
        pause: () => this.pause(),
        gradient: (batch, g) => {
          const sum = this.#net.sum(g);
          sum.add((to) => loss.singleGradient(batch, totalOf([batch]), mode, to));
          sum.end();
        },
      },
      this.#curvature,
      out,
    );
  }

  get #curvature(): readonly Batch[] {
    return this.#step.curvatureBatch?.() ?? this.#step.batch();
  }

  pause(): void | Promise<void> {
    return this.#step.pause?.();
  }

  #ownGradient(g: Ptr, own: (g: Ptr) => number): number {
    const gradient = this.#net.sum(g);
    let value = 0;
    gradient.add((to) => {
      value = own(to);
    });
    gradient.end();
    return value;
  }

  #localGradient(g: Ptr): number {
    const batch = this.#step.batch();
    const total = divisor(this.#step.total);
    const gradient = this.#net.sum(g);
    let sum = 0;
    batch.forEach((shard, i) => {
      gradient.add((to) => {
        sum += this.#net.loss.gradient(shard, total, shardMode(this.#mode, i, batch.length), to);
      });
    });
    gradient.end();
    return sum / total;
  }

  #valueOf(shards: readonly Batch[]): number {
    let sum = 0;
    for (const shard of shards) sum += this.#net.loss.value(shard, this.#mode);
    return sum / totalOf(shards);
  }
}
