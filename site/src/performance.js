/**
 * The visitor's own machine, measured: steps of unrolled, and beside it TensorFlow.js where it is asked
 * for.
 */
import workloads from "../../bench/workloads.json";

const names = ["W1a", "W1b", "W1c", "W1d", "stream"];

/** A Worker that measures one library. */
const workerOf = {
  unrolled: () => new Worker(new URL("./measure-unrolled.js", import.meta.url), { type: "module" }),
  tfjs: () => new Worker(new URL("./measure-tfjs.js", import.meta.url), { type: "module" }),
};

/** Three digits, as a table shows them. */
const digits = (value) => Number(value.toPrecision(3)).toString();

/** Milliseconds a step of one workload by one library. */
function measured(worker, name) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.failed ? reject(new Error(data.failed)) : resolve(data.ms));
    worker.onerror = ({ message }) => reject(new Error(message || "the Worker could not be loaded"));
    worker.postMessage({ workload: workloads[name] });
  });
}

/** Fills the cells of a library, one workload after another. */
async function fill(library, table, status) {
  const worker = workerOf[library]();
  try {
    for (const name of names) {
      status.textContent = `measuring ${library}, ${name} …`;
      const cell = table.querySelector(`[data-cell="${library} ${name}"]`);
      const ms = await measured(worker, name);
      cell.textContent = digits(ms);
      cell.dataset.ms = ms;
      const [a, b] = ["unrolled", "tfjs"].map((of) =>
        Number(table.querySelector(`[data-cell="${of} ${name}"]`).dataset.ms),
      );
      if (a && b) table.querySelector(`[data-cell="ratio ${name}"]`).textContent = digits(b / a);
    }
    status.textContent = "measured";
    status.dataset.state = "done";
  } catch (error) {
    status.textContent = `${library}: ${error.message}`;
    status.dataset.state = "failed";
  } finally {
    worker.terminate();
  }
}

/** Makes the buttons of the page measure. */
export function startPerformance() {
  const table = document.getElementById("machine");
  const status = document.getElementById("measuring");
  const buttons = [...document.querySelectorAll("button[data-library]")];
  for (const button of buttons) {
    button.disabled = false; // the page's own are: a click before this script had come would be lost
    button.addEventListener("click", async () => {
      buttons.forEach((each) => (each.disabled = true));
      delete status.dataset.state;
      await fill(button.dataset.library, table, status);
      buttons.forEach((each) => (each.disabled = false));
    });
  }
}
