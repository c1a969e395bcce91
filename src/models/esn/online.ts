/** How the readout of a stream learns as it goes: checked options. */
import { OptionError, inRange, knownOptions } from "../../wasm/errors.ts";
import type { RecursiveOptions } from "../../inference/recursive-least-squares.ts";

/** How a stream learns. */
export interface EsnOnline {
  /** What the weight of a step is multiplied by at each later one, above 0, at most 1. Default 1. */
  readonly forgetting?: number;
  /** Of the squares of what is learned, above 0. Default 1. */
  readonly ridge?: number;
}

/** How a stream of an echo state network is. */
export interface EsnStreamOptions {
  /**
   * The stream learns by `learn(target)`, by recursive least squares; no fit is needed before. In a net with
   * feedback, which hears its own output while it learns, this is FORCE learning (Sussillo & Abbott 2009):
   * `learn` after each step, and the stream goes on by itself once `learn` is no longer called.
   */
  readonly online?: EsnOnline;
}

/** Checked; `from`: the readout starts from the net's. */
export interface OnlineReadout extends RecursiveOptions {
  readonly from: boolean;
}

/** Checks the options. Throws OptionError. */
export function readOnline(who: string, options: EsnStreamOptions): RecursiveOptions | undefined {
  knownOptions(who, options, ["online"]);
  const { online } = options;
  if (online === undefined) return undefined;
  knownOptions(`${who}: online`, online, ["forgetting", "ridge"]);
  const forgetting = inRange(who, "forgetting", online.forgetting ?? 1, 0, 1);
  const ridge = inRange(who, "ridge", online.ridge ?? 1, 0);
  if (forgetting === 0 || ridge === 0)
    throw new OptionError(`${who}: ${ridge === 0 ? "ridge" : "forgetting"} is 0, want more than 0`);
  return { forgetting, ridge };
}
