/** The clock of the benches: processor time of this process, which stands still while other programs work. */
import { processorClock } from "../dist/cli/processor-clock.js";

/** Seconds of the processor that this process took since it began, all its threads together. */
export const cpuSeconds = () => processorClock() / 1000;

/** A function that gives the seconds of the processor since the call before, or since it was made. */
export function stopwatch() {
  let before = cpuSeconds();
  return () => {
    const now = cpuSeconds();
    const spent = now - before;
    before = now;
    return spent;
  };
}
