/** An echo state network one step at a time, its state kept. */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import { inputValues } from "../../data/item.ts";
import { checkStep } from "../../data/sequence.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";
import { type Reservoir } from "./reservoir.ts";
import { type Runner } from "./runner.ts";
import { writeInput } from "./step-data.ts";

/** One sequence in progress. */
export class EsnStream {
  readonly #runner: Runner;
  readonly #life: Lifetime;
  readonly #reservoir: Reservoir;
  readonly #u: Ptr;
  readonly #z: Ptr;
  readonly #y: Ptr;
  #fed: Float64Array;

  /** Use `net.stream()`. The readout is read at every step, so a net that learned anew is heard at once. */
  constructor(runner: Runner, parent: Lifetime) {
    const { engine, spec } = runner.reservoir;
    const { input, output } = runner.widths;
    this.#runner = runner;
    this.#life = new Lifetime("stream", this, parent);
    this.#reservoir = this.#life.own(runner.reservoir.another(1));
    const arena = this.#life.own(new Arena(engine.memory, "streams"));
    this.#u = arena.reals(spec.inputs);
    this.#z = arena.reals(1 + input + spec.units);
    this.#y = arena.reals(output);
    this.#fed = new Float64Array(spec.feedbacks);
  }

  /**
   * The output [O] for one more step with input x [I], a number where I = 1 or for a symbol, nothing where I
   * = 0. A new array.
   */
  step(x: ArrayLike<number> | number = []): Float64Array {
    this.#life.check("step");
    const { kernels: k, memory } = this.#reservoir.engine;
    const { spec, state } = this.#reservoir;
    const { data, widths, packed } = this.#runner;
    const { output: O, features: D } = widths;
    const given = checkStep("stream.step", "x", x, data.input, inputValues(data));
    const u = memory.reals(this.#u, spec.inputs);
    const head = 1 + widths.input;
    writeInput(data, given, 0, widths.input, u);
    u.set(this.#fed, head);
    this.#reservoir.step(1, this.#u, NULL);
    k.copyRows(1, head, this.#u, head, this.#z, head);
    k.copyRows(1, spec.units, state, spec.units, memory.at(this.#z, head), spec.units);
    k.fill(O, 0, this.#y);
    k.gemmPacked(1, O, D, this.#z, D, packed, this.#y, O);
    const y = memory.reals(this.#y, O).slice() as Float64Array<ArrayBuffer>;
    if (spec.feedbacks > 0) this.#fed = y.slice();
    return y;
  }

  /** What the next step hears as feedback, in place of the last output. */
  force(output: ArrayLike<number>): void {
    const who = this.#life.check("force");
    const values = checkStep(who, "output", output, this.#fed.length);
    this.#fed = Float64Array.from(values);
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.#life.check("reset");
    this.#reservoir.reset(1);
    this.#fed.fill(0);
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#life.end();
  }

  /** `using stream = esn.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
