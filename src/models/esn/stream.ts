/** An echo state network one step at a time: live use and free runs. */
import { DisposedError, OptionError, ShapeError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena } from "../../wasm/memory.ts";
import { flattenInput, inputValues, type DataSpec, type FlatItem } from "../../data/item.ts";
import { checkStep, type Sequence } from "../../data/sequence.ts";
import { type Reservoir } from "./reservoir.ts";

/** to [1+I] = [1; u] of step t: reals, or one-of-I for a symbol. */
export function writeInput(
  data: DataSpec,
  input: ArrayLike<number>,
  t: number,
  I: number,
  to: { [i: number]: number },
): void {
  to[0] = 1;
  for (let j = 0; j < I; ++j) to[1 + j] = data.symbols ? Number(input[t] === j) : input[t * I + j];
}

/** to [O] = the target of step t: reals, or one-of-O for a class. */
export function writeTarget(
  data: DataSpec,
  { target }: Pick<FlatItem, "target">,
  t: number,
  to: { [i: number]: number },
): void {
  const O = data.output;
  for (let j = 0; j < O; ++j) to[j] = data.target === "class" ? Number(target[t] === j) : target[t * O + j];
}

/** One sequence in progress. */
export class EsnStream {
  readonly #data: DataSpec;
  readonly #I: number;
  readonly #reservoir: Reservoir;
  readonly #readout: Ptr;
  readonly #live: () => void;
  readonly #arena: Arena;
  readonly #u: Ptr;
  readonly #z: Ptr;
  readonly #y: Ptr;
  #fed: Float64Array;
  #disposed = false;

  /**
   * Use `net.stream()`. The packed readout [D,O] is read at every step, so a net solved anew is heard at
   * once.
   */
  constructor(reservoir: Reservoir, data: DataSpec, I: number, readout: Ptr, live: () => void) {
    const { engine, spec } = reservoir;
    this.#reservoir = reservoir.another(1);
    this.#data = data;
    this.#I = I;
    this.#readout = readout;
    this.#live = live;
    this.#arena = new Arena(engine.memory);
    this.#u = this.#arena.reals(spec.inputs);
    this.#z = this.#arena.reals(1 + I + spec.units);
    this.#y = this.#arena.reals(data.output);
    this.#fed = new Float64Array(spec.feedbacks);
  }

  /**
   * The output [O] for one more step with input x [I], a number where I = 1 or for a symbol, nothing where I
   * = 0. A new array.
   */
  step(x: ArrayLike<number> | number = []): Float64Array {
    this.#check("step");
    const { kernels: k, memory } = this.#reservoir.engine;
    const { spec, state } = this.#reservoir;
    const { output: O } = this.#data;
    const given = checkStep("stream.step", "x", x, this.#data.input, inputValues(this.#data));
    const u = memory.reals(this.#u, spec.inputs);
    const head = 1 + this.#I;
    writeInput(this.#data, given, 0, this.#I, u);
    u.set(this.#fed, head);
    this.#reservoir.step(1, this.#u, NULL);
    k.copyRows(1, head, this.#u, head, this.#z, head);
    k.copyRows(1, spec.units, state, spec.units, memory.at(this.#z, head), spec.units);
    k.fill(O, 0, this.#y);
    k.gemmPacked(1, O, head + spec.units, this.#z, head + spec.units, this.#readout, this.#y, O);
    const y = memory.reals(this.#y, O).slice() as Float64Array<ArrayBuffer>;
    if (spec.feedbacks > 0) this.#fed = y.slice();
    return y;
  }

  /** What the next step hears as feedback, in place of the last output. */
  force(output: ArrayLike<number>): void {
    this.#check("force");
    if (output.length !== this.#fed.length)
      throw new ShapeError(
        `stream.force: ${output.length} values, want ${this.#fed.length}, the outputs that are fed back`,
      );
    this.#fed = Float64Array.from(output);
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.#check("reset");
    this.#reservoir.reset(1);
    this.#fed.fill(0);
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#reservoir.dispose();
    this.#arena.dispose();
  }

  #check(method: string): void {
    this.#live();
    if (this.#disposed)
      throw new DisposedError(`stream.${method}: the stream was disposed; take another from net.stream()`);
  }
}

/** See Esn.generate. */
export function runFreely(
  stream: EsnStream,
  data: DataSpec,
  feedback: boolean,
  steps: number,
  warm: Sequence,
  input: Sequence | undefined,
): Float64Array {
  const { input: I, output: O, symbols } = data;
  const who = "esn.generate";
  const { length: T, input: start } = flattenInput(
    who,
    { ...data, input: O, symbols: undefined },
    warm,
    "warm",
  );
  if (!feedback && (I !== O || symbols !== undefined))
    throw new OptionError(
      `${who}: ${I} inputs and ${O} outputs without feedback, want as many reals in as out, or feedbackScale`,
    );
  if ((feedback && I > 0) !== (input !== undefined))
    throw new OptionError(
      `${who}: input is ${input ? "given" : "missing"}, want it just where the net has inputs and feedback`,
    );
  const given = input && flattenInput(who, data, input, "input");
  if (given && given.length !== T + steps)
    throw new ShapeError(`${who}: input has ${given.length} steps, want ${T + steps}`);
  const row = (x: ArrayLike<number>, t: number, width: number): number[] =>
    Array.from({ length: width }, (_, j) => x[t * width + j]);
  const out = new Float64Array(steps * O);
  const first = feedback ? T : T - 1; // without feedback, the output at t is the value of t + 1
  let y: ArrayLike<number> = [];
  for (let t = 0; t < first + steps; ++t) {
    y = stream.step(given ? row(given.input, t, I) : feedback ? [] : t < T ? row(start, t, O) : y);
    if (feedback && t < T) stream.force(row(start, t, O));
    if (t >= first) out.set(y, (t - first) * O);
  }
  return out;
}
