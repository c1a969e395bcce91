/** What a net that hears is made of: its front end, its layers, and what it answers. */
import { DataError, inRange, oneOf, whole } from "../../wasm/errors.ts";
import { bidirectional, dense, dropout } from "../../models/network/layers.ts";
import { gru } from "../../models/network/recurrent-layers.ts";
import type { FrontEndOptions } from "../options.ts";

/** What a net that hears is made of. */
export interface AcousticSpec {
  /** Of the front end. */
  readonly hearing: FrontEndOptions;
  /** K: labels, and the blank behind them. */
  readonly classes: number;
  /** Gated units, in each direction of time. */
  readonly units: number;
  /** Frames that one step of the net sees side by side. */
  readonly stack: number;
  /** Whether the net reads both directions of time; such a net does not stream. */
  readonly bothWays: boolean;
  /** Share of activities dropped while it learns. */
  readonly drop: number;
  readonly seed: number;
  /**
   * "order": labels without their places, by ctc. "ends": each label at its end, a class a step. "time":
   * a class a step, labels evenly over each recording.
   */
  readonly learns: "order" | "ends" | "time";
}

/** The layers of a spec. */
export const layersOf = ({ units, bothWays, drop, classes }: AcousticSpec) => [
  bothWays ? bidirectional(gru(units)) : gru(units),
  ...(drop > 0 ? [dropout(drop)] : []),
  dense(classes),
];

/** A spec from a file. Throws DataError. */
export function checkSpec(kind: string, spec: unknown): AcousticSpec {
  const own = (spec ?? {}) as AcousticSpec;
  const who = `${kind}.load`;
  try {
    whole(who, "classes", own.classes, 2, 2 ** 20);
    whole(who, "units", own.units, 1, 4096);
    whole(who, "stack", own.stack, 1, 100);
    inRange(who, "drop", own.drop, 0, 0.9);
    oneOf(who, "learns", own.learns, ["order", "ends", "time"]);
  } catch (error) {
    throw new DataError((error as Error).message, { cause: error });
  }
  return own;
}
