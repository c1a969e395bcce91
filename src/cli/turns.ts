/** Turns of the event loop inside long computations, in which Ctrl-C is heard. */
import { turn } from "../wasm/turn.ts";

const BETWEEN = 50; // ms: a tenth of what people feel as delay

/**
 * A function to be awaited inside a loop: every 50 ms it gives the event loop a turn, and rejects with the
 * signal's reason once that is aborted.
 */
export function turns(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last >= BETWEEN) {
      await turn();
      last = performance.now();
    }
    signal.throwIfAborted();
  };
}
