/**
 * The same weights and data for every peer: made from a seed once a run, kept as raw float32 in a folder,
 * read by all.
 *
 * Arrays of a workload, in file order, gates i f g o (one gate for tanh and logistic):
 *   x [T,B,I] target [T,B,O] or, where only the last step counts, [B,O] Wx [I,GH] Wh [H,GH] b [GH] Wo [H,O]
 *   bo [O]
 * The training loss is half the mean squared error, or the mean Bernoulli cross-entropy, over all targets;
 * the update is gradient descent at `rate`. A stream has no output layer: its steps give h.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const workloads = JSON.parse(readFileSync(join(here, "../workloads.json"), "utf8"));
export const rate = 0.01;

/** Names and shapes of a workload's arrays. */
export function shapes({ cell, T, B, I, H, O, when }) {
  const G = cell === "lstm" ? 4 : 1;
  return {
    x: [T, B, I],
    target: when === "last" ? [B, O] : [T, B, O],
    Wx: [I, G * H],
    Wh: [H, G * H],
    b: [G * H],
    Wo: [H, O],
    bo: [O],
  };
}
const size = (shape) => shape.reduce((n, d) => n * d, 1);

/** Uniform numbers in [-1, 1) (mulberry32). */
function uniforms(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/**
 * Writes the arrays of a workload to `folder`: weights uniform in ±1/√H, or the recurrent ones so that their
 * spectral radius is near `radius`.
 */
export function writeMaterial(folder, name) {
  const w = workloads[name];
  const next = uniforms(1 + Object.keys(workloads).indexOf(name));
  const bound = 1 / Math.sqrt(w.H);
  const recurrent = w.radius ? w.radius * Math.sqrt(3 / w.H) : bound; // a uniform in ±a has variance a²/3
  const draw = (key) => {
    const u = next();
    if (key === "x" || key === "target") return w.loss === "bernoulli" ? Number(u >= 0) : u;
    return u * (key === "Wh" ? recurrent : bound);
  };
  const parts = Object.entries(shapes(w)).map(([key, shape]) =>
    Float32Array.from({ length: size(shape) }, () => draw(key)),
  );
  writeFileSync(join(folder, `${name}.f32`), Buffer.concat(parts.map((part) => Buffer.from(part.buffer))));
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
