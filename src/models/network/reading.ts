/** A net as its readers see it, who do not train it: evaluation, forecasts, streams, what looks inside. */
import type { Engine } from "../../wasm/engine.ts";
import type { TrainerParts } from "../../train/trainer.ts";
import type { Reader } from "../../train/reader.ts";
import type { Forward } from "./forward.ts";
import type { Stream } from "./stream.ts";

/** What readers of a net work with. */
export interface Reading {
  readonly engine: Engine;
  readonly seed: number;
  readonly parts: TrainerParts;
  readonly forward: Forward;
  readonly reader: Reader;
  /** Throws DisposedError where the net is gone, else names the caller: "network.method". */
  live(method: string): string;
  /** look() with the net as it was after its last whole training step. It must not await. */
  read<R>(look: () => R): R;
  stream(): Stream;
}
