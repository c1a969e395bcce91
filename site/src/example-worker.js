/** A program in a Worker: what it prints and draws goes to the page. */
import { runProgram } from "./programs.js";

const programs = {
  ...import.meta.glob(["../examples/**/*.js", "!../examples/cluster.js"]),
  ...import.meta.glob(["../../examples/read-handwriting.js"]),
};

addEventListener(
  "message",
  ({ data: { run } }) => runProgram(programs, run, (message) => postMessage(message)),
  { once: true },
);
