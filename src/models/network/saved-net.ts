/**
 * A saved net that only answers: whole sequences, or one step at a time. What trains nets is not imported, so
 * that a page that plays a net does not carry it.
 */
import type { Engine } from "../../wasm/instantiate.ts";
import type { Floats, Precision } from "../../wasm/memory.ts";
import type { Each, Sequences } from "../../data/sequence.ts";
import type { NetParts } from "../../train/net-loss.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";
import { answersOf } from "./answers.ts";
import { assemble } from "./assemble.ts";
import { withKernels } from "./kinds.ts";
import { Forward, type PredictOptions } from "./forward.ts";
import { readSavedGraph } from "./saved-graph.ts";
import type { NetworkSpec } from "./spec.ts";
import { Stream } from "./stream.ts";

/** A net that answers and does not learn. */
export class SavedNet {
  /** What the net was made from, defaults filled in. */
  readonly spec: Required<NetworkSpec>;
  readonly #life = new Lifetime("net", this);
  readonly #parts: NetParts;
  readonly #forward: Forward;

  /** Use `load(bytes)`. */
  constructor(spec: Required<NetworkSpec>, parts: NetParts) {
    this.spec = spec;
    this.#parts = parts;
    this.#life.own(parts.weights);
    this.#forward = this.#life.own(new Forward(parts));
  }

  /**
   * One [T,O] answer a sequence [T,I], as `network.predict` gives it. Throws ShapeError, DataError,
   * DisposedError.
   */
  predict<S extends Sequences>(inputs: S, options: PredictOptions = {}): Each<S, Floats> {
    return this.#forward.predict(this.#life.check("predict"), inputs, options);
  }

  /** One step at a time, state kept. Throws OptionError for nets that read backwards in time. */
  stream(): Stream {
    this.#life.check("stream");
    return new Stream(this.#parts, this.#life, { net: this, read: (look) => look() });
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `using net = await load(bytes)`. */
  [DISPOSE](): void {
    this.dispose();
  }
}

/**
 * A net from the bytes of `save`, on the engine of its precision. Throws DataError on other files, and
 * whatever `engineOf` throws of a precision that it lacks.
 */
export async function loadSaved(
  who: string,
  bytes: Uint8Array | ArrayBuffer,
  engineOf: (precision: Precision) => Promise<Engine>,
): Promise<SavedNet> {
  const { spec, built, fill } = await readSavedGraph(bytes, who, { answersOf });
  const e = await withKernels(spec, await engineOf(spec.precision));
  const parts = assemble(e, built, answersOf(spec.loss));
  fill(parts.weights);
  return new SavedNet(spec, parts);
}
