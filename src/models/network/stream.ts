/** A net run one step at a time, its states kept between steps: for live use. */
import { DisposedError, ShapeError } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { packing } from "../../graph/packing.ts";
import { Tape } from "../../graph/tape.ts";
import type { Weights } from "../../graph/weights.ts";
import type { NodeId } from "../../graph/graph.ts";
import type { Loss } from "../../losses/loss.ts";
import { flattenInitial, type DataSpec } from "../../train/data.ts";
import type { BuiltGraph } from "./build.ts";

const single = packing([1]);

/** One sequence in progress. */
export class Stream {
  readonly #built: BuiltGraph;
  readonly #loss: Loss;
  readonly #spec: DataSpec;
  readonly #tape: Tape;
  readonly #arena: Arena;
  readonly #x: Ptr;
  readonly #y: Ptr;
  readonly #initial: Ptr;
  readonly #gone: () => void;
  #started = false;
  #disposed = false;

  constructor(weights: Weights, built: BuiltGraph, loss: Loss, spec: DataSpec, gone: () => void) {
    this.#built = built;
    this.#loss = loss;
    this.#spec = spec;
    this.#gone = gone;
    this.#tape = new Tape(weights);
    this.#arena = new Arena(weights.engine.memory);
    this.#x = spec.symbols ? this.#arena.ints(spec.input) : this.#arena.reals(spec.input);
    this.#y = this.#arena.reals(spec.output);
    this.#initial = this.#arena.reals(spec.initial);
    const inputs = new Map<NodeId, Ptr>();
    if (built.input !== undefined) inputs.set(built.input, this.#x);
    if (built.initial !== undefined) inputs.set(built.initial, this.#initial);
    this.#tape.plan(single, inputs, false);
  }

  /** The output [O] for one more step with input x [I] (a number where I = 1). The result is a new array. */
  step(x: ArrayLike<number> | number = []): Floats {
    if (this.#disposed)
      throw new DisposedError(
        "stream.step: the stream, or its net, was disposed; take another from net.stream()",
      );
    const { input: I, symbols, output: O } = this.#spec;
    const { memory, kernels } = this.#tape.engine;
    const got = typeof x === "number" ? 1 : (x as ArrayLike<number> | null)?.length;
    if (got !== I) throw new ShapeError(`stream.step: x has ${got ?? "no"} values, want ${I}`);
    const to = symbols ? memory.ints(this.#x, I) : memory.reals(this.#x, I);
    for (let i = 0; i < I; ++i) {
      const value = typeof x === "number" ? x : x[i];
      if (symbols ? !(Number.isInteger(value) && value >= 0 && value < symbols) : !Number.isFinite(value)) {
        throw new ShapeError(
          `stream.step: x[${i}] is ${value}, ` +
            `want ${symbols ? `a whole number from 0 to ${symbols - 1}` : "a finite number"}`,
        );
      }
      to[i] = value;
    }
    this.#tape.forward({ carry: this.#started ? "continue" : "start" });
    this.#started = true;
    this.#loss.predict(kernels, 1, O, this.#tape.value(this.#built.output), this.#y);
    return memory.reals(this.#y, O).slice();
  }

  /** Back to the start of a sequence; `initial` where the net takes initial states from data. */
  reset(initial?: ArrayLike<number>): this {
    if (this.#spec.initial > 0) {
      this.#tape.engine.memory
        .reals(this.#initial, this.#spec.initial)
        .set(flattenInitial({ ...this.#spec, who: "stream.reset" }, initial, "sequence"));
    }
    this.#started = false;
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#gone();
    this.#tape.dispose();
    this.#arena.dispose();
  }
}
