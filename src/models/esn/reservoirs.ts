/**
 * Several reservoirs as one: side by side over the same inputs (leaky units of different speed, orthogonal
 * ones beside them), or stacked, each hearing the states of one before it (deep echo state networks:
 * Gallicchio, Micheli & Pedrelli 2017):
 *
 *   h⁽ˡ⁾ ← (1 - leak)·h⁽ˡ⁾ + leak·tanh(W⁽ˡ⁾·h⁽ˡ⁾ + Win⁽ˡ⁾·[1; x⁽ˡ⁾; feedback])
 *
 * where x⁽ˡ⁾ is u, or what the reservoir that it hears has become in this step. The state is all of theirs.
 */
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { Reservoir } from "./reservoir.ts";
import { reservoirsOf, widthsOf, type FullEsnSpec } from "./spec.ts";

/** One of the reservoirs, and what it hears. */
interface Member {
  readonly reservoir: Reservoir;
  /** The reservoir whose states it hears, by its place; undefined: the inputs. */
  readonly hears: number | undefined;
  /** [capacity, 1+X+F] what it hears; NULL: the inputs as they are. */
  readonly heard: Ptr;
}

/** All reservoirs of a net, with the states of up to `capacity` sequences. */
export class Reservoirs {
  readonly engine: InferenceEngine;
  /** N, units of all together. */
  readonly units: number;
  /** Columns of [1; u; feedback]. */
  readonly inputs: number;
  readonly #spec: FullEsnSpec;
  readonly #feedbacks: number;
  readonly #arena: Arena;
  readonly #members: Member[] = [];

  /** `origin`: one whose matrices it shares; else they are drawn. */
  constructor(engine: InferenceEngine, spec: FullEsnSpec, capacity: number, origin?: Reservoirs) {
    const { input, feedback: F, features } = widthsOf(spec);
    this.engine = engine;
    this.units = features - 1 - input;
    this.inputs = 1 + input + F;
    this.#spec = spec;
    this.#feedbacks = F;
    this.#arena = new Arena(engine.memory, "echo state networks");
    const random = new Random(engine, spec.seed, streams.initial);
    const list = reservoirsOf(spec);
    list.forEach(({ hears, inputs: heardInputs, inputScale, ...own }, i) => {
      const below = hears === undefined ? undefined : list[hears].units;
      const width = below ?? input;
      const full = {
        ...own,
        inputs: 1 + width + F,
        feedbacks: F,
        heard: heardInputs,
        // a weighted sum of many states is then as large as that of one input
        inputScale: below === undefined ? inputScale : inputScale / Math.sqrt(below),
      };
      const reservoir = origin
        ? origin.#members[i].reservoir.another(capacity)
        : new Reservoir(engine, full, capacity, random);
      const heard = below === undefined ? NULL : this.#arena.reals(capacity * full.inputs);
      this.#members.push({ reservoir, hears, heard });
    });
  }

  /** The same matrices with states of their own. */
  another(capacity: number): Reservoirs {
    return new Reservoirs(this.engine, this.#spec, capacity, this);
  }

  /** The first B states are 0. */
  reset(B: number): void {
    for (const { reservoir } of this.#members) reservoir.reset(B);
  }

  /**
   * One step of the first B sequences: inputs [B, 1+I+F]; noise [B·N], a block [B, units] for each reservoir,
   * is added inside the tanh where it is not NULL.
   */
  step(B: number, inputs: Ptr, noise: Ptr): void {
    const { memory } = this.engine;
    let before = 0;
    for (const member of this.#members) {
      const from = noise === NULL ? NULL : memory.at(noise, B * before);
      member.reservoir.step(B, this.#hear(B, member, inputs), from);
      before += member.reservoir.spec.units;
    }
  }

  /** to [B, N], rows `stride` apart = states of the sequences from b on. */
  copyStates(B: number, b: number, to: Ptr, stride: number): void {
    const { kernels: k, memory } = this.engine;
    let before = 0;
    for (const { reservoir } of this.#members) {
      const { units } = reservoir.spec;
      k.copyRows(B, units, memory.at(reservoir.state, b * units), units, memory.at(to, before), stride);
      before += units;
    }
  }

  /** Gives its states back, and the matrices with the last who used them. */
  dispose(): void {
    for (const { reservoir } of this.#members) reservoir.dispose();
    this.#arena.dispose();
  }

  /** [1; x; feedback] of a member: the inputs, or with the states that it hears in the place of u. */
  #hear(B: number, { hears, heard }: Member, inputs: Ptr): Ptr {
    if (hears === undefined) return inputs;
    const { kernels: k, memory } = this.engine;
    const F = this.#feedbacks;
    const all = this.inputs;
    const { reservoir: below } = this.#members[hears];
    const { units } = below.spec;
    const width = 1 + units + F;
    k.copyRows(B, 1, inputs, all, heard, width);
    k.copyRows(B, units, below.state, units, memory.at(heard, 1), width);
    if (F > 0) k.copyRows(B, F, memory.at(inputs, all - F), all, memory.at(heard, 1 + units), width);
    return heard;
  }
}
