/** Keeps a page alive: hands control to the event loop whenever a slice of time has been used up. */
import { turn } from "../wasm/turn.ts";

/** Slice in ms: short enough for a smooth page, long enough to cost nothing. */
const SLICE = 12;

/** Call between steps; waits a turn of the event loop if the slice is over. */
export class Pace {
  #since = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#since < SLICE) return;
    await turn();
    this.#since = performance.now();
  }
}
