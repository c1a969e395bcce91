/** LSTM units that read a text through a window, as plain data. */
import { knownOptions, whole } from "../../../wasm/errors.ts";

/** Symbols of a text: what a window looks over at each step. */
const LONGEST = 2 ** 16;

/** LSTM units that read a text through a window, as `softWindow` makes them. */
export interface SoftWindowLayer {
  /** The kind of layer. */
  readonly type: "softWindow";
  /** H: LSTM units. The width of its outputs is H + symbols. */
  readonly units: number;
  /** V: the symbols of a text are 1 to V. */
  readonly symbols: number;
  /** U: numbers of `initial`, the text of each sequence, 0 behind its end. */
  readonly length: number;
  /** K: Gaussians of the window. */
  readonly components: number;
}

/**
 * LSTM units that read a text through a soft window, K Gaussians over its places that the units move on
 * themselves, and write it step by step (Graves 2013, chapter 5). The text of a sequence is its `initial`,
 * `length` numbers: symbols 1 to V, then 0. Outputs: the units, then V numbers, how much of each symbol is in
 * the window. `components`: K, default 10. Throws OptionError.
 */
export function softWindow(options: {
  units: number;
  symbols: number;
  length: number;
  components?: number;
}): SoftWindowLayer {
  knownOptions("softWindow", options, ["units", "symbols", "length", "components"]);
  const { units, symbols, length, components = 10 } = options;
  whole("softWindow", "units", units, 1);
  whole("softWindow", "symbols", symbols, 1);
  whole("softWindow", "length", length, 1, LONGEST);
  whole("softWindow", "components", components, 1, 1000);
  return { type: "softWindow", units, symbols, length, components };
}
