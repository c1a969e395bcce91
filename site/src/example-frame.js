/** A program in a frame of the page, which its address names: frame.html#cluster.js. */
import { runProgram } from "./programs.js";

const programs = import.meta.glob("../examples/cluster.js");
const run = location.hash.slice(1);

if (run && parent !== globalThis.window) {
  globalThis.postMessage = (message) => parent.postMessage(message, location.origin);
  await runProgram(programs, run, globalThis.postMessage);
}
