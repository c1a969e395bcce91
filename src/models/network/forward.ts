/** Answers of a net to whole sequences: the forward pass alone, a chunk of sequences at a time. */
import { knownOptions } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import { Arena } from "../../wasm/memory.ts";
import { Tape } from "../../graph/tape.ts";
import { Batch, unpackSequence } from "../../train/batch.ts";
import { flattenInitial, flattenInput, type FlatInput } from "../../data/item.ts";
import { each, listSequences, type Each, type Sequence, type Sequences } from "../../data/sequence.ts";
import type { NetParts } from "../../train/net-loss.ts";

/** How to predict. */
export interface PredictOptions {
  /** Initial states, one vector a sequence, where a layer takes them from data. */
  readonly initial?: readonly ArrayLike<number>[];
}

/** Sequences computed at once, and their steps in all, where more than one is: long ones fill the memory. */
const CHUNK = 256;
const STEPS = 2 ** 17;

/** Runs a net forward, in memory of its own. */
export class Forward {
  readonly tape: Tape;
  readonly batch: Batch;
  readonly #parts: NetParts;
  readonly #arena: Arena;

  constructor(parts: NetParts) {
    const { weights, spec, nodes } = parts;
    this.#parts = parts;
    this.tape = new Tape(weights);
    this.batch = new Batch(weights.engine, spec, nodes);
    this.#arena = new Arena(weights.engine.memory);
  }

  /** One vector [T_i,O] an item: probabilities where the loss has them. `tape` and `batch` hold the pass. */
  run(items: readonly FlatInput[]): Floats[] {
    const { weights, spec, output, loss } = this.#parts;
    const { engine } = weights;
    const { memory, precision } = engine;
    const O = spec.output;
    const { tape } = this;
    const batch = this.batch.load(items);
    tape.plan(batch.packing, batch.inputs, false);
    tape.forward();
    const { rows: N, packing } = tape.shape(output);
    this.#arena.reset();
    const y = this.#arena.reals(N * O);
    loss.predict(engine, N, O, tape.value(output), y);
    const values = memory.reals(y, N * O);
    const out: Floats[] = new Array(items.length);
    const Reals = precision === "float32" ? Float32Array : Float64Array;
    batch.order.forEach((i, b) => {
      out[i] = new Reals(packing.lengths[b] * O);
      unpackSequence(packing, b, O, values, out[i]);
    });
    return out;
  }

  /** One [T,O] answer a sequence. Throws OptionError, ShapeError or DataError. */
  predict<S extends Sequences>(who: string, inputs: S, options: PredictOptions): Each<S, Floats> {
    knownOptions(who, options, ["initial"]);
    const { initial } = options;
    const sequences = listSequences(who, inputs, this.#parts.spec.input, initial?.length);
    return each(inputs, this.predictEach(who, sequences, initial));
  }

  /** One [T,O] answer a sequence, whatever their number. */
  predictEach(who: string, inputs: readonly Sequence[], initial?: PredictOptions["initial"]): Floats[] {
    const { spec } = this.#parts;
    return this.runAll(
      Array.from(inputs, (input, i) => ({
        ...flattenInput(who, spec, input, `sequence ${i}`),
        initial: flattenInitial(who, spec, initial?.[i], `sequence ${i}`),
      })),
    );
  }

  /** Answers to any number of items, a chunk at a time; look(items, answers) sees each chunk on the tape. */
  runAll<I extends FlatInput>(
    items: readonly I[],
    look?: (chunk: readonly I[], answers: readonly Floats[]) => void,
  ): Floats[] {
    const out: Floats[] = [];
    for (let from = 0; from < items.length;) {
      const chunk = chunkOf(items, from);
      from += chunk.length;
      const answers = this.run(chunk);
      look?.(chunk, answers);
      for (const answer of answers) out.push(answer);
    }
    return out;
  }

  /** Gives all memory back. */
  dispose(): void {
    this.tape.dispose();
    this.batch.dispose();
    this.#arena.dispose();
  }
}

/** What is computed at once of the items from a place on: as many as come before the steps are too many. */
function chunkOf<I extends FlatInput>(items: readonly I[], from: number): I[] {
  let steps = 0;
  return items.slice(from, from + CHUNK).filter(({ length }, i) => (steps += length) <= STEPS || i === 0);
}
