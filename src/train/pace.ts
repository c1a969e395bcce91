/** Keeps a page alive: hands control to the event loop whenever a slice of time has been used up. */

/** Slice in ms: short enough for a smooth page, long enough to cost nothing. */
const SLICE = 12;

/** The next turn of the event loop: the quickest way that the platform has. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") return void setImmediate(resolve);
    if (typeof MessageChannel !== "function") return void setTimeout(resolve, 0);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** Call between steps; waits a turn of the event loop if the slice is over. */
export class Pace {
  #since = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#since < SLICE) return;
    await turn();
    this.#since = performance.now();
  }
}
