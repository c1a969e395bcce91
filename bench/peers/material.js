/**
 * The same weights and data for every peer: made once a run, kept as raw float32 in a folder, read by all.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeArrays, shapes, size } from "./arrays.js";

export const here = dirname(fileURLToPath(import.meta.url));
export const workloads = JSON.parse(readFileSync(join(here, "../workloads.json"), "utf8"));

/** Writes the arrays of a workload to `folder`, one after another. */
export function writeMaterial(folder, name) {
  const arrays = makeArrays(workloads[name], 1 + Object.keys(workloads).indexOf(name));
  const parts = Object.values(arrays).map(({ buffer }) => Buffer.from(buffer));
  writeFileSync(join(folder, `${name}.f32`), Buffer.concat(parts));
}

/** The arrays of a workload. */
export function readMaterial(folder, name) {
  const bytes = readFileSync(join(folder, `${name}.f32`));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let at = 0;
  return Object.fromEntries(
    Object.entries(shapes(workloads[name])).map(([key, shape]) => [
      key,
      all.subarray(at, (at += size(shape))),
    ]),
  );
}
