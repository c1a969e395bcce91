/**
 * An echo state network one step at a time, its state kept; its readout may learn as it goes, by recursive
 * least squares (Jaeger 2003).
 */
import { OptionError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import { inputValues } from "../../data/item.ts";
import { checkStep } from "../../data/sequence.ts";
import type { Lifetime } from "../lifetime.ts";
import { ModelStream } from "../model-stream.ts";
import { RecursiveLeastSquares } from "../../inference/recursive-least-squares.ts";
import type { OnlineReadout } from "./online.ts";
import type { Reservoirs } from "./reservoirs.ts";
import { type Runner } from "./runner.ts";
import { writeInput } from "./step-data.ts";

/** One sequence in progress. */
export class EsnStream extends ModelStream {
  readonly #runner: Runner;
  readonly #reservoirs: Reservoirs;
  readonly #u: Ptr;
  readonly #z: Ptr;
  readonly #y: Ptr;
  readonly #online: RecursiveLeastSquares | undefined;
  #fed: Float64Array;
  /** The output of the last step, where it may learn from its error. */
  #last: Float64Array | undefined;

  /**
   * Use `net.stream()`. The readout is read at every step, so a net that learned anew is heard at once; a
   * stream that learns has one of its own, which starts from the net's.
   */
  constructor(runner: Runner, parent: Lifetime, online?: OnlineReadout) {
    const { engine } = runner;
    const { features, output, feedback } = runner.widths;
    super("stream", parent);
    this.#runner = runner;
    this.#reservoirs = this.own(runner.reservoirs.another(1));
    const arena = this.own(new Arena(engine.memory, "streams"));
    this.#u = arena.reals(this.#reservoirs.inputs);
    this.#z = arena.reals(features);
    this.#y = arena.reals(output);
    this.#fed = new Float64Array(feedback);
    if (!online) return;
    this.#online = new RecursiveLeastSquares(features, output, online);
    if (online.from) this.#online.weights.set(engine.memory.reals(runner.readout, features * output));
  }

  /**
   * The output [O] for one more step with input x [I], a number where I = 1 or for a symbol, nothing where I
   * = 0. A new array.
   */
  step(x: ArrayLike<number> | number = []): Float64Array {
    this.check("step");
    const reservoirs = this.#reservoirs;
    const { kernels: k, memory } = reservoirs.engine;
    const { data, widths, packed } = this.#runner;
    const { output: O, features: D } = widths;
    const given = checkStep("stream.step", "x", x, data.input, inputValues(data));
    const u = memory.reals(this.#u, reservoirs.inputs);
    const head = 1 + widths.input;
    writeInput(data, given, 0, widths.input, u);
    u.set(this.#fed, head);
    reservoirs.step(1, this.#u, NULL);
    k.copyRows(1, head, this.#u, head, this.#z, head);
    reservoirs.copyStates(1, 0, memory.at(this.#z, head), D);
    let y: Float64Array;
    if (this.#online) y = this.#last = this.#online.predict(new Float64Array(memory.reals(this.#z, D)));
    else {
      k.fill(O, 0, this.#y);
      k.gemmPacked(1, O, D, this.#z, D, packed, this.#y, O);
      y = new Float64Array(memory.reals(this.#y, O));
    }
    if (widths.feedback > 0) this.#fed = y.slice();
    return y.slice();
  }

  /**
   * Moves the stream's own readout by the error of the last output beside its target [O]. Throws OptionError
   * without `online`, and before the first step.
   */
  learn(target: ArrayLike<number> | number): void {
    const who = this.check("learn");
    if (!this.#online)
      throw new OptionError(`${who}: the stream does not learn; take one from stream({ online: {} })`);
    if (!this.#last) throw new OptionError(`${who}: there is no output to learn from; call step first`);
    const { output, features } = this.#runner.widths;
    const wanted = checkStep(who, "target", target, output);
    const z = new Float64Array(this.#reservoirs.engine.memory.reals(this.#z, features));
    this.#online.learn(
      z,
      this.#last.map((y, o) => wanted[o] - y),
    );
    this.#last = undefined;
  }

  /** A copy of the readout [1+I+N,O] that the stream has learned. Throws OptionError without `online`. */
  get readout(): Float64Array {
    const who = this.check("readout");
    if (this.#online) return this.#online.weights.slice();
    throw new OptionError(`${who}: the stream has none of its own; see the net's parameters`);
  }

  /** What the next step hears as feedback, in place of the last output. */
  force(output: ArrayLike<number>): void {
    const who = this.check("force");
    const values = checkStep(who, "output", output, this.#fed.length);
    this.#fed = Float64Array.from(values);
  }

  /** Back to the start of a sequence; what was learned stays. */
  reset(): this {
    this.check("reset");
    this.#reservoirs.reset(1);
    this.#fed.fill(0);
    this.#last = undefined;
    return this;
  }
}
