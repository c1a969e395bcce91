/**
 * A saved net that only answers: whole sequences, or one step at a time. What trains nets is not imported, so
 * that a page that plays a net does not carry it.
 */
import type { Engine } from "../../wasm/instantiate.ts";
import type { Floats, Precision } from "../../wasm/memory.ts";
import type { Each, Sequences } from "../../data/sequence.ts";
import type { LossParts } from "../../train/net-loss.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";
import { assemble } from "./assemble.ts";
import { withKernels } from "./kinds.ts";
import { Forward, type PredictOptions } from "./forward.ts";
import { fillParameters, readSavedGraph } from "./saved-graph.ts";
import type { NetworkSpec } from "./spec.ts";
import { Stream } from "./stream.ts";

/** A net that answers and does not learn. */
export class SavedNet {
  /** What the net was made from, defaults filled in. */
  readonly spec: Required<NetworkSpec>;
  readonly #life = new Lifetime("net", this);
  readonly #parts: LossParts;
  readonly #forward: Forward;

  /** Use `load(bytes)`. */
  constructor(spec: Required<NetworkSpec>, parts: LossParts) {
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
  const { spec, built, parameters } = await readSavedGraph(bytes, who);
  const parts = assemble(await withKernels(spec, await engineOf(spec.precision)), spec, built);
  fillParameters(parts.weights, parameters);
  return new SavedNet(spec, parts);
}
