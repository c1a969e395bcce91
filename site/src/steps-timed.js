/** The time of a step: the median of samples of at least 5 ms each, after the engine has warmed up. */
import { makeArrays } from "../../bench/peers/arrays.js";

const WARM = 300; // ms
const PATIENCE = 2000; // ms a workload
const SAMPLES = 3; // at least

/** Milliseconds a step of what `step` does. */
async function timeOf(step) {
  const from = performance.now();
  let steps = 0;
  do {
    await step();
    ++steps;
  } while (performance.now() - from < WARM);
  const each = Math.max(1, Math.ceil((5 * steps) / (performance.now() - from)));
  const samples = [];
  const start = performance.now();
  while (samples.length < SAMPLES || performance.now() - start < PATIENCE) {
    const before = performance.now();
    for (let i = 0; i < each; ++i) await step();
    samples.push((performance.now() - before) / each);
  }
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}

/** Answers each workload that the page sends with the time of its step; `make` prepares one. */
export function answerWorkloads(make) {
  addEventListener("message", async ({ data: { workload } }) => {
    try {
      const { step } = await make(workload, makeArrays(workload, 1));
      postMessage({ ms: await timeOf(step) });
    } catch (error) {
      postMessage({ failed: error.message });
    }
  });
}
