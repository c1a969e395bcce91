/**
 * A network's mean loss on the current batch as a function of its free parameters: the only thing an
 * optimizer sees.
 *
 *   f(θ) = Σ_shards Σ w·ℓ / total      G·v = Σ_shards Jᵀ·H·(J·v) / total
 *
 * A batch may be cut in shards, run one after another and summed in their order: the bits depend on the
 * shards, not on who runs them.
 */
import type { Engine } from "../wasm/engine.ts";
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import type { NodeId } from "../graph/graph.ts";
import type { Mode } from "../graph/op.ts";
import { Tape } from "../graph/tape.ts";
import type { Weights } from "../graph/weights.ts";
import type { ConstraintMap } from "../graph/constraint-map.ts";
import type { Loss, LossSite } from "../losses/loss.ts";
import type { CurvatureObjective } from "../optim/optimizer.ts";
import { Batch, type InputNodes } from "./batch.ts";
import type { DataSpec } from "./data.ts";
import type { ShardResult } from "./shards.ts";
import { meanSquaredGradient } from "./squared-gradients.ts";
import { type NoiseDraw, WeightNoise } from "./weight-noise.ts";

/** What a network is to its objective. */
export interface ObjectiveParts {
  readonly weights: Weights;
  readonly output: NodeId;
  readonly loss: Loss;
  readonly spec: DataSpec;
  readonly nodes: InputNodes;
  /** Map from free to full parameters; absent: all are free. */
  readonly constraints?: ConstraintMap;
}

/** f, ∇f and G·v on batches that the training loop sets. */
export class NetworkObjective implements CurvatureObjective {
  readonly engine: Engine;
  readonly size: number;
  readonly theta: Ptr;
  /** Shards of the current batch, for value and gradient. */
  batch: readonly Batch[] = [];
  /** Shards of the curvature batch; empty: the current batch serves. */
  curvatureBatch: readonly Batch[] = [];
  /** How the passes run: dropout's draw, state carried on. */
  mode: Partial<Mode> = {};
  /**
   * Computes the shards of the current batch elsewhere, at full parameters θ, and hands over the results in
   * order.
   */
  remote?: (theta: Floats, take: (result: ShardResult) => void) => Promise<void>;
  /** Noise on the parameters while a gradient is taken; absent: none. */
  noise?: NoiseDraw;
  /** Called between CG iterations. */
  pause?: () => void | Promise<void>;
  readonly #parts: ObjectiveParts;
  readonly #arena: Arena;
  readonly #full: Ptr;
  readonly #sum: Ptr;
  readonly #direction: Ptr;
  #version = -1;
  #weightNoise: WeightNoise | undefined;
  #train: Tape | undefined;
  #value: Tape | undefined;
  #single: Tape | undefined;
  #linear: Tape[] = [];
  readonly #kept = new Map<Tape, { arena: Arena; reals: number; ptr: Ptr }>();

  constructor(parts: ObjectiveParts) {
    const { weights, constraints } = parts;
    const P = weights.graph.size;
    this.#parts = parts;
    this.engine = weights.engine;
    this.size = constraints?.size ?? P;
    this.#arena = new Arena(this.engine.memory, "gradients of nets");
    this.theta = constraints ? this.#arena.reals(this.size) : weights.theta;
    this.#full = this.#arena.reals(P);
    this.#sum = this.#arena.reals(P);
    this.#direction = this.#arena.reals(P);
    this.adopt();
  }

  changed(): void {
    const { weights, constraints } = this.#parts;
    constraints?.expand(this.theta, weights.theta);
    weights.changed();
    this.#version = weights.version;
  }

  /**
   * Takes up parameters that were written behind its back: the nearest point that satisfies the constraints.
   */
  adopt(): void {
    const { weights, constraints } = this.#parts;
    if (!constraints || weights.version === this.#version) return;
    constraints.restrict(weights.theta, this.theta);
    this.changed();
  }

  value(): number {
    return this.#valueOf(this.batch);
  }

  curvatureValue(): number {
    return this.#valueOf(this.#curvature);
  }

  gradient(g: Ptr): number | Promise<number> {
    const quiet = this.noise && (this.#weightNoise ??= new WeightNoise(this)).add(this.noise);
    // workers get a copy of θ before the call comes back
    try {
      return this.remote ? this.#remoteGradient(g, this.remote) : this.localGradient(g);
    } finally {
      quiet?.();
    }
  }

  /** The gradient, computed here. */
  localGradient(g: Ptr): number {
    const total = totalWeight(this.batch);
    const { kernels: k } = this.engine;
    const { constraints } = this.#parts;
    const sums = constraints ? this.#sum : g;
    let sum = 0;
    this.batch.forEach((shard, i) => {
      sum += this.shardGradient(shard, total, this.shardMode(i), i > 0 ? this.#full : sums);
      if (i > 0) k.addScaled(this.#parts.weights.graph.size, 1, this.#full, sums);
    });
    constraints?.pull(sums, g);
    return sum / total;
  }

  /** g [full P] = gradient of one shard's Σ w·ℓ / total; returns Σ w·ℓ. */
  shardGradient(shard: Batch, total: number, mode: Partial<Mode>, g: Ptr): number {
    return this.#gradientOn(this.tape, shard, total, mode, g);
  }

  #gradientOn(tape: Tape, shard: Batch, total: number, mode: Partial<Mode>, g: Ptr): number {
    const { loss, output } = this.#parts;
    const sum = this.#forward(tape, shard, true, mode);
    if (!Number.isFinite(sum)) throw this.#nonFinite(tape, sum / total);
    tape.vjp(g, () => loss.gradient(this.#site(tape, shard), 1 / total, tape.adjoint(output)));
    return sum;
  }

  /** How the pass over shard i runs: each draws masks of its own. */
  shardMode(i: number): Partial<Mode> {
    const { mode, batch } = this;
    return mode.draw === undefined || batch.length === 1
      ? mode
      : { ...mode, draw: mode.draw * batch.length + i };
  }

  /** What the loss of the current batch is divided by. */
  get total(): number {
    return totalWeight(this.batch);
  }

  async #remoteGradient(g: Ptr, remote: NonNullable<NetworkObjective["remote"]>): Promise<number> {
    const { kernels: k, memory } = this.engine;
    const { weights, constraints } = this.#parts;
    const P = weights.graph.size;
    const sums = constraints ? this.#sum : g;
    let sum = 0;
    let first = true;
    await remote(memory.reals(weights.theta, P).slice(), ({ value, gradient }) => {
      memory.reals(first ? sums : this.#full, P).set(gradient);
      if (!first) k.addScaled(P, 1, this.#full, sums);
      first = false;
      sum += value;
    });
    constraints?.pull(sums, g);
    return sum / this.total;
  }

  linearize(): number {
    const shards = this.#curvature;
    while (this.#linear.length < shards.length) this.#linear.push(new Tape(this.#parts.weights));
    let sum = 0;
    shards.forEach((shard, i) => {
      sum += this.#forward(this.#linear[i], shard, true, this.mode);
    });
    const loss = sum / totalWeight(shards);
    if (!Number.isFinite(loss)) throw this.#nonFinite(this.#linear[0], loss);
    return loss;
  }

  gaussNewton(v: Ptr, out: Ptr, structural = 0): void {
    const { constraints, output, loss, weights } = this.#parts;
    const { kernels: k } = this.engine;
    const P = weights.graph.size;
    constraints?.push(v, this.#direction);
    const shards = this.#curvature;
    const total = totalWeight(shards);
    const sums = constraints ? this.#sum : out;
    k.fill(P, 0, sums);
    shards.forEach((shard, i) => {
      const tape = this.#linear[i];
      tape.jvp(constraints ? this.#direction : v);
      tape.vjp(
        this.#full,
        () => loss.curvature(this.#site(tape, shard), 1 / total, tape.tangent(output), tape.adjoint(output)),
        structural / total,
      );
      k.addScaled(P, 1, this.#full, sums);
    });
    constraints?.pull(sums, out);
  }

  /**
   * Sequences start at their own initial states even where states are carried on: which sequence of a chunk
   * was whose is not kept.
   */
  squaredGradients(out: Ptr): Promise<void> {
    const { spec, nodes, constraints, weights } = this.#parts;
    const { engine, size } = this;
    const tape = (this.#single ??= new Tape(weights));
    return meanSquaredGradient(
      {
        engine,
        size,
        room: () => new Batch(engine, spec, nodes),
        pause: () => this.pause?.(),
        gradient: (batch, g) => {
          this.#gradientOn(
            tape,
            batch,
            totalWeight([batch]),
            { ...this.mode, carry: undefined },
            constraints ? this.#full : g,
          );
          constraints?.pull(this.#full, g);
        },
      },
      this.#curvature,
      out,
    );
  }

  /** Summed loss of a batch whose values stand on a tape, infinite where a sequence's is. */
  lossOn(tape: Tape, batch: Batch): number {
    return this.#parts.loss.value(this.#site(tape, batch));
  }

  /** The tape of the last gradient, for analysis. */
  get tape(): Tape {
    return (this.#train ??= new Tape(this.#parts.weights));
  }

  dispose(): void {
    for (const tape of [this.#train, this.#value, this.#single, ...this.#linear]) tape?.dispose();
    for (const { arena } of this.#kept.values()) arena.dispose();
    this.#weightNoise?.dispose();
    this.#arena.dispose();
  }

  get #curvature(): readonly Batch[] {
    return this.curvatureBatch.length > 0 ? this.curvatureBatch : this.batch;
  }

  #valueOf(shards: readonly Batch[]): number {
    this.#value ??= new Tape(this.#parts.weights);
    let sum = 0;
    for (const shard of shards) sum += this.#forward(this.#value, shard, false, this.mode);
    return sum / totalWeight(shards);
  }

  #forward(tape: Tape, shard: Batch, gradient: boolean, mode: Partial<Mode>): number {
    tape.plan(shard.packing, shard.inputs, gradient);
    tape.forward(mode);
    return this.#parts.loss.value(this.#site(tape, shard), true);
  }

  #site(tape: Tape, shard: Batch): LossSite {
    const { output, loss } = this.#parts;
    const { rows, columns, packing } = tape.shape(output);
    const site = {
      k: this.engine.kernels,
      memory: this.engine.memory,
      packing,
      rows,
      columns,
      z: tape.value(output),
      target: shard.target,
      targetOffsets: shard.targetOffsets,
      weight: shard.weight,
    };
    let kept = this.#kept.get(tape);
    if (!kept)
      this.#kept.set(
        tape,
        (kept = { arena: new Arena(this.engine.memory, "gradients of nets"), reals: -1, ptr: 0 as Ptr }),
      );
    const reals = loss.room(site);
    if (reals > kept.reals) {
      kept.arena.dispose();
      kept.reals = -1; // an allocation that fails leaves no size behind
      kept.ptr = kept.arena.reals(reals);
      kept.reals = reals;
    }
    return { ...site, kept: kept.ptr };
  }

  #nonFinite(tape: Tape, loss: number): NumericError {
    const node = tape.firstNonFinite();
    return new NumericError(
      `loss is ${loss}${node ? `, first at "${node.name}"` : ""}; lower the rate, set clip, or check ` +
        "the data",
    );
  }
}

const totalWeight = (shards: readonly Batch[]): number => {
  const total = shards.reduce((sum, shard) => sum + shard.total, 0);
  return total > 0 ? total : 1;
};
