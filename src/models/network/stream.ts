/** A net run one step at a time, its states kept between steps: for live use. */
import { DisposedError, OptionError } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { packing } from "../../graph/packing.ts";
import { Tape } from "../../graph/tape.ts";
import type { NodeId } from "../../graph/graph.ts";
import { flattenInitial, inputValues } from "../../data/item.ts";
import { checkStep } from "../../data/sequence.ts";
import type { NetParts } from "../../train/net-loss.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";

const single = packing([1]);

/** The net of a stream: it lives as long as the stream. */
export interface StreamSource {
  readonly net: object;
  /** look() with the net as it was after its last whole training step. */
  read<R>(look: () => R): R;
}

/** One sequence in progress. */
export class Stream {
  readonly #parts: NetParts;
  readonly #tape: Tape;
  readonly #arena: Arena;
  readonly #x: Ptr;
  readonly #y: Ptr;
  readonly #initial: Ptr;
  readonly #source: StreamSource;
  readonly #life: Lifetime;
  /** Whether layers make few steps of many. */
  readonly #joins: boolean;
  #started = false;

  /** Use `net.stream()`. life: the net's. Throws OptionError where a layer needs whole sequences. */
  constructor(parts: NetParts, life: Lifetime, source: StreamSource) {
    const { weights, nodes, spec } = parts;
    const whole = weights.graph.nodes.find(({ op }) => op?.whole);
    if (whole) throw new OptionError(`network.stream: ${whole.name} ${whole.op!.whole}`);
    this.#parts = parts;
    this.#source = source;
    this.#life = new Lifetime("stream", this, life);
    this.#tape = this.#life.own(new Tape(weights));
    this.#arena = this.#life.own(new Arena(weights.engine.memory, "streams of nets"));
    this.#x = spec.symbols ? this.#arena.ints(spec.input) : this.#arena.reals(spec.input);
    this.#y = this.#arena.reals(spec.output);
    this.#initial = this.#arena.reals(spec.initial);
    const inputs = new Map<NodeId, Ptr>();
    if (nodes.input !== undefined) inputs.set(nodes.input, this.#x);
    if (nodes.initial !== undefined) inputs.set(nodes.initial, this.#initial);
    this.#tape.plan(single, inputs, false);
    this.#joins = spec.outputSteps !== undefined;
  }

  /**
   * The output [O] for one more step with input x [I] (a number where I = 1). A new array. Where layers make
   * few steps of many (pool, conv with a stride, subsample): what `predict` gives last for the steps so far.
   * Throws ShapeError on other widths, DataError on values that are no numbers, DisposedError.
   */
  step(x: ArrayLike<number> | number = []): Floats {
    this.#live("step");
    const { spec, loss, output } = this.#parts;
    const { input: I, symbols, output: O } = spec;
    const { engine } = this.#tape;
    const { memory } = engine;
    const row = checkStep("stream.step", "x", x, I, inputValues(spec));
    (symbols ? memory.ints(this.#x, I) : memory.reals(this.#x, I)).set(row);
    return this.#source.read(() => {
      if (this.#joins) this.#tape.forwardSoFar(!this.#started);
      else this.#tape.forward({ carry: this.#started ? "continue" : "start" });
      this.#started = true;
      loss.predict(engine, 1, O, this.#tape.value(output), this.#y);
      return memory.reals(this.#y, O).slice();
    });
  }

  /** Back to the start of a sequence; `initial` where the net takes initial states from data. */
  reset(initial?: ArrayLike<number>): this {
    this.#live("reset");
    const { spec } = this.#parts;
    if (spec.initial > 0)
      this.#tape.engine.memory
        .reals(this.#initial, spec.initial)
        .set(flattenInitial("stream.reset", spec, initial, "sequence"));
    this.#started = false;
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#life.end();
  }

  /** `using stream = net.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #live(method: string): void {
    if (this.#life.over)
      throw new DisposedError(
        `stream.${method}: the stream, or its net, was disposed; take another from net.stream()`,
      );
  }
}
