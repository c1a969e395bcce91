/**
 * The pass of sequences through a reservoir, many side by side, and the readout y = W·[1; u; h] of its
 * states.
 */
import type { DataSpec, FlatItem } from "../../data/item.ts";
import { longestFirst } from "../../graph/packing.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { Reservoirs } from "./reservoirs.ts";
import { dataOf, widthsOf, type EsnWidths, type FullEsnSpec } from "./spec.ts";
import { writeInput, writeTarget } from "./step-data.ts";

/** Sequences side by side: the reservoir's product is one matrix product. */
const GROUP = 64;

/** A sequence as it is driven through. */
export type Driven = Pick<FlatItem, "length" | "input">;

/** Called after each step with the sequences still alive, whose states are the first rows. */
export type Visit = (t: number, alive: readonly number[]) => ArrayLike<number> | undefined;

/** The reservoir, the readout, and their buffers. */
export class Runner {
  readonly engine: InferenceEngine;
  readonly spec: FullEsnSpec;
  readonly data: DataSpec;
  readonly widths: EsnWidths;
  readonly reservoirs: Reservoirs;
  /** [D,O] the readout, and its panels. */
  readonly readout: Ptr;
  readonly packed: Ptr;
  readonly #arena: Arena;
  readonly #u: Ptr;
  readonly #z: Ptr;
  readonly #y: Ptr;
  readonly #noise: Ptr;
  #noiseCounter = 0;

  constructor(engine: InferenceEngine, spec: FullEsnSpec) {
    const { input: I, output: O, feedback: F, features: D } = (this.widths = widthsOf(spec));
    this.engine = engine;
    this.spec = spec;
    this.data = dataOf(spec);
    this.#arena = new Arena(engine.memory, "echo state networks");
    this.reservoirs = new Reservoirs(engine, spec, GROUP);
    this.readout = this.#arena.reals(D * O);
    this.packed = this.#arena.reals(engine.kernels.packedSize(D, O));
    this.#u = this.#arena.reals(GROUP * (1 + I + F));
    this.#z = this.#arena.reals(GROUP * D);
    this.#y = this.#arena.reals(GROUP * O);
    this.#noise = spec.noise > 0 ? this.#arena.reals(GROUP * this.reservoirs.units) : NULL;
  }

  /** The readout was written. */
  changed(): void {
    const { features: D, output: O } = this.widths;
    this.engine.kernels.pack(D, O, this.readout, O, this.packed);
  }

  /** The noise of training begins anew. */
  resetNoise(): void {
    this.#noiseCounter = 0;
  }

  /** Groups of at most GROUP sequences, longest first. */
  groups(items: readonly Driven[]): number[][] {
    const order = longestFirst(items.map((item) => item.length));
    const groups: number[][] = [];
    for (let first = 0; first < order.length; first += GROUP)
      groups.push(Array.from(order.subarray(first, first + GROUP)));
    return groups;
  }

  /**
   * Runs one group from zero states. Feedback is the target of the step before where targets are given
   * (training, with noise), else what `visit` returned.
   */
  drive(
    group: readonly number[],
    items: readonly Driven[],
    targets: readonly FlatItem[] | undefined,
    visit: Visit,
  ): void {
    const { memory } = this.engine;
    const { inputs: F, units: N } = this.reservoirs;
    const { feedback: feedbacks } = this.widths;
    const head = 1 + this.widths.input;
    const fed = new Float64Array(GROUP * feedbacks);
    let alive = group;
    this.reservoirs.reset(alive.length);
    for (let t = 0; ; ++t) {
      alive = alive.filter((i) => items[i].length > t);
      const B = alive.length;
      if (B === 0) return;
      const u = memory.reals(this.#u, B * F);
      alive.forEach((i, b) => {
        writeInput(this.data, items[i].input, t, this.widths.input, u.subarray(b * F, b * F + head));
        u.set(fed.subarray(b * feedbacks, (b + 1) * feedbacks), b * F + head);
      });
      this.reservoirs.step(B, this.#u, targets ? this.#noiseRows(B * N) : NULL);
      const y = visit(t, alive);
      if (feedbacks === 0) continue;
      if (targets)
        alive.forEach((i, b) =>
          writeTarget(this.data, targets[i], t, fed.subarray(b * feedbacks, (b + 1) * feedbacks)),
        );
      else fed.set(y!);
    }
  }

  /** z [B,D] = [1; u; h] of the sequences of this step from b on. */
  features(B: number, b: number, z: Ptr): void {
    const { memory, kernels: k } = this.engine;
    const { inputs: F } = this.reservoirs;
    const { input, features: D } = this.widths;
    const head = 1 + input;
    k.copyRows(B, head, memory.at(this.#u, b * F), F, z, D);
    this.reservoirs.copyStates(B, b, memory.at(z, head), D);
  }

  /** Outputs [B,O] of the first B sequences of this step. */
  read(B: number): Floats {
    const { memory, kernels: k } = this.engine;
    const { output: O, features: D } = this.widths;
    this.features(B, 0, this.#z);
    k.fill(B * O, 0, this.#y);
    k.gemmPacked(B, O, D, this.#z, D, this.packed, this.#y, O);
    return memory.reals(this.#y, B * O);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.reservoirs.dispose();
    this.#arena.dispose();
  }

  /** n reals of noise, or NULL. */
  #noiseRows(n: number): Ptr {
    if (this.#noise === NULL) return NULL;
    const { kernels: k } = this.engine;
    const [key0, key1] = Random.key(this.spec.seed);
    k.randomNormal(n, key0, key1, streams.reservoirNoise, this.#noiseCounter, this.#noise);
    this.#noiseCounter += Math.ceil(n / 2); // two normals a block
    k.scale(n, this.spec.noise, this.#noise);
    return this.#noise;
  }
}
