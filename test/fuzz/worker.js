/**
 * Reads inputs one after another in a thread of its own, so that what never ends can be ended from outside.
 * Where it is stands in shared memory: the number of the input, and its size.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import * as errors from "../../dist/wasm/errors.js";
import { FuzzRandom } from "./random.js";
import { targets } from "./targets.js";

const { name, seed, from, to, places } = workerData;
const known = Object.values(errors).filter((value) => value?.prototype instanceof Error);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const isOurs = (error) => known.some((type) => error instanceof type);

/** Growth that an input may cause: 4 times its size and 64 MB. */
const allowed = (size) => 4 * size + 64 * 2 ** 20;

/**
 * Bytes of this process, as they are after the rubbish is collected, and after what streams hold outside of
 * the heap is given back, which takes them a moment.
 */
async function settled() {
  collect();
  await setTimeout(20);
  collect();
  return process.memoryUsage.rss();
}

async function fuzz(target) {
  let before = await settled();
  let refused = 0;
  for (let i = from; i < to; ++i) {
    const input = target.make(new FuzzRandom(seed, name, i), i);
    const size = target.size(input);
    places[1] = size;
    places[0] = i;
    const report = (fault, detail) =>
      parentPort.postMessage({ fault, input: i, size, detail: String(detail) });
    try {
      const unsound = target.unsound(await target.run(input));
      if (unsound) report("unsound", unsound);
    } catch (error) {
      if (isOurs(error)) ++refused;
      else report("foreign", error?.stack?.split("\n").slice(0, 3).join(" | ") ?? error);
    }
    const now = process.memoryUsage.rss();
    if (now - before <= allowed(size)) continue;
    const kept = (await settled()) - before;
    if (kept > allowed(size)) report("memory", `${Math.round(kept / 2 ** 20)} MB kept`);
    before = await settled();
  }
  places[0] = to;
  parentPort.postMessage({ done: true, refused });
}

await fuzz(await targets[name]());
