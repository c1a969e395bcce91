/** What analysis and workers need of a net beside its public face. */
import { checkItems, type DataItem, type DataSpec } from "../../data/item.ts";
import type { Sequence } from "../../data/sequence.ts";
import { Tape, type TapeOptions } from "../../graph/tape.ts";
import type { Weights } from "../../graph/weights.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { Batch } from "../../train/batch.ts";
import type { TrainerParts } from "../../train/trainer.ts";
import type { Reader } from "../../train/reader.ts";
import type { BuiltGraph } from "./build.ts";
import type { Reading } from "./reading.ts";

/** The inside of a net. */
export interface Internals {
  /** The structure. */
  readonly built: BuiltGraph;
  /** θ in kernel memory. */
  readonly weights: Weights;
  /** What the net wants of its data. */
  readonly data: DataSpec;
  /**
   * Runs the gradient of these items, dropout off, and shows the tape with every value and adjoint while it
   * holds them.
   */
  inspect<R>(data: readonly DataItem[], look: (tape: Tape, batch: Batch) => R): R;
  /** A tape of one's own over the net's weights. Dispose it. */
  tape(options?: TapeOptions): Tape;
  /** What it is made of: what shards of a batch are computed with. Throws DisposedError. */
  parts(): TrainerParts;
  /** look() with the net as it was after its last whole training step. It must not await. */
  read<R>(look: () => R): R;
  /** One answer [T,O] a sequence, whatever their number: the list is never taken for one sequence of rows. */
  predictEach(who: string, inputs: readonly Sequence[]): Floats[];
}

const insides = new WeakMap<object, Internals>();

/** The inside of a net. */
export function internals(net: object): Internals {
  const inside = insides.get(net);
  if (!inside) throw new TypeError("internals: got no net of this library");
  return inside;
}

/** A net shows its inside. */
export const expose = (net: object, inside: Internals): void => void insides.set(net, inside);

/** The part of a net's inside that its parts give. */
export function insideOf(
  { parts, live, read }: Pick<Reading, "parts" | "live" | "read">,
  built: BuiltGraph,
  reader: Reader,
): Omit<Internals, "read" | "predictEach"> {
  const { weights, spec } = parts;
  return {
    built,
    weights,
    data: spec,
    inspect(data, look) {
      const items = checkItems(live("inspect"), spec, data);
      return read(() => reader.gradient(items, (_, __, tape, batch) => look(tape, batch)));
    },
    tape(options) {
      live("tape");
      return new Tape(weights, options);
    },
    parts() {
      live("parts");
      return parts;
    },
  };
}
