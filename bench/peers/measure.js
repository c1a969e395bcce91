/**
 * One peer, one workload, one process: three first losses, then the time of a step. Prints one line of JSON.
 */
import { parseArgs } from "node:util";
import { processorClock } from "../../dist/cli/processor-clock.js";
import { readMaterial, workloads } from "./material.js";
import { median } from "../summary.js";

const { values } = parseArgs({
  options: {
    workload: { type: "string" },
    material: { type: "string" },
    samples: { type: "string", default: "7" },
    seconds: { type: "string", default: "10" },
    backend: { type: "string" },
    clock: { type: "string", default: "wall" },
  },
});
export const backend = values.backend;

/**
 * Milliseconds: of the wall, or, on a machine that does other things too, of this process's processor time.
 */
const now = values.clock === "cpu" ? processorClock : () => performance.now();

/**
 * `make(workload, arrays)` gives `step()`: one training step, update included, and its loss before the update
 * (or, in a stream, one step and the mean of its output). `firstMs` is the first step, with whatever a peer
 * compiles in it. A sample is as many steps as take 5 ms; samples are taken for `--seconds`, at least 5 of
 * them, and fewer only where they would take twenty times as long.
 */
export async function measure(make) {
  const workload = workloads[values.workload];
  const peer = await make(workload, readMaterial(values.material, values.workload));
  const first = [];
  const ms = [];
  const began = performance.now();
  first.push(await peer.step());
  const firstMs = performance.now() - began;
  const spent = () => performance.now() - began;
  const patience = Number(values.seconds) * 1000;
  for (let i = 1; i < 3 && spent() < 6 * patience; ++i) first.push(await peer.step());
  const each = Math.max(1, Math.ceil((5 * first.length) / spent()));
  const run = async () => {
    const start = now();
    for (let i = 0; i < each; ++i) await peer.step();
    return (now() - start) / each;
  };
  if (spent() < 1000) {
    // let the engine's optimizing compiler finish
    const warm = now();
    while (now() - warm < 1000) await run();
  }
  const minSamples = Math.min(5, Number(values.samples));
  const timed = performance.now();
  while (
    ms.length < 1 ||
    (ms.length < minSamples && spent() < 20 * patience) ||
    (ms.length < Number(values.samples) && performance.now() - timed < patience)
  )
    ms.push(await run());
  console.log(
    JSON.stringify({
      workload: values.workload,
      first,
      firstMs,
      ms: median(ms),
      fastest: Math.min(...ms),
      samples: ms.length,
      ...(peer.note ? { note: peer.note } : {}),
    }),
  );
}
