/**
 * The passes of a step whose shards are computed elsewhere: the same values, gradients and products as here,
 * since results are summed in the order of the shards.
 */
import { NumericError } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { Floats } from "../wasm/memory.ts";
import type { NetworkObjective } from "./objective.ts";
import type { ShardResult, ShardWork } from "./shards.ts";

/** The batch of values and gradients, or that of curvature products. */
export type StepBatch = "whole" | "curvature";

/** Computes the shards of a step elsewhere. */
export interface RemoteShards {
  /** What the loss of a batch is divided by. */
  total(batch: StepBatch): number;
  /** Hands over the results of all shards of a batch in their order. A gradient is of the whole one. */
  run(batch: StepBatch, work: ShardWork, take: (result: ShardResult) => void): Promise<void>;
}

/** Memory [P] for the points of a net's gradients, each of which lasts until the next. */
const points = new WeakMap<NetworkObjective, Floats>();

/** The passes of one step. */
export class RemotePasses {
  readonly #net: NetworkObjective;
  readonly #remote: RemoteShards;
  /** θ [P] of a version of the weights: the same array as long as it is the same point. */
  #snapshot: { readonly version: number; readonly theta: Floats } | undefined;
  /** Where products are taken. */
  #linear: Floats | undefined;

  constructor(net: NetworkObjective, remote: RemoteShards) {
    this.#net = net;
    this.#remote = remote;
  }

  /** g = ∇f at θ as it is now, overwritten; resolves to f. */
  async gradient(g: Ptr): Promise<number> {
    const gradient = this.#net.sum(g);
    let sum = 0;
    await this.#remote.run("whole", { theta: this.#point(this.#kept()), pass: "gradient" }, (result) => {
      gradient.add((to) => this.#write(to, result));
      sum += result.value;
    });
    gradient.end();
    return sum / this.#remote.total("whole");
  }

  /** f of a batch at θ as it is now, infinite where it is. */
  async value(batch: StepBatch): Promise<number> {
    let sum = 0;
    await this.#remote.run(batch, { theta: this.#point(), pass: "value" }, ({ value }) => {
      sum += value;
    });
    return sum / this.#remote.total(batch);
  }

  /** Products are taken at θ as it is now; resolves to f of the curvature batch. */
  async linearize(): Promise<number> {
    this.#net.loss.checkCurvature();
    this.#linear = this.#point();
    const loss = await this.value("curvature");
    if (!Number.isFinite(loss))
      throw new NumericError(`loss is ${loss}; lower the rate, set clip, or check the data`);
    return loss;
  }

  /** out = (G + structural·G_S)·v at the point of `linearize`, overwritten. */
  async product(v: Ptr, out: Ptr, structural: number): Promise<void> {
    const { memory, kernels } = this.#net.engine;
    const { size: P } = this.#net.loss;
    const direction = memory.reals(this.#net.fullDirection(v), P).slice();
    const theta = this.#linear ?? this.#point();
    const sum = this.#net.sum(out);
    sum.add((to) => kernels.fill(P, 0, to));
    await this.#remote.run("curvature", { theta, pass: "product", direction, structural }, (result) =>
      sum.add((to) => this.#write(to, result)),
    );
    sum.end();
  }

  /** θ [P] as it is now, in memory that nobody writes, or in that of `kept`. */
  #point(kept?: Floats): Floats {
    const { theta, graph, version } = this.#net.parts.weights;
    if (this.#snapshot?.version !== version) {
      const now = this.#net.engine.memory.reals(theta, graph.size);
      kept?.set(now);
      this.#snapshot = { version, theta: kept?.subarray() ?? now.slice() };
    }
    return this.#snapshot.theta;
  }

  /** Memory for the point of a gradient, where no product asks for the one before. */
  #kept(): Floats | undefined {
    if (this.#linear) return undefined;
    const { theta, graph } = this.#net.parts.weights;
    const kept = points.get(this.#net) ?? this.#net.engine.memory.reals(theta, graph.size).slice();
    points.set(this.#net, kept);
    return kept;
  }

  #write(to: Ptr, { vector }: ShardResult): void {
    this.#net.engine.memory.reals(to, vector.length).set(vector);
  }
}
