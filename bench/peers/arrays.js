/**
 * Weights and data of a workload, made from a seed: the same for every peer, in Node and in a page.
 *
 * Arrays, in the order of the files, gates i f g o (one gate for tanh and logistic):
 *   x [T,B,I] target [T,B,O] or, where only the last step counts, [B,O] Wx [I,GH] Wh [H,GH] b [GH] Wo [H,O]
 *   bo [O]
 * The training loss is half the mean squared error, or the mean Bernoulli cross-entropy, over all targets;
 * the update is gradient descent at `rate`. A stream has no output layer: its steps give h.
 */
import { mulberry32 } from "../seeded.js";

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
/** Numbers of a shape. */
export const size = (shape) => shape.reduce((n, d) => n * d, 1);

/**
 * The arrays of a workload, by name: weights uniform in ±1/√H, or the recurrent ones so that their spectral
 * radius is near `radius`.
 */
export function makeArrays(w, seed) {
  const uniform = mulberry32(seed);
  const bound = 1 / Math.sqrt(w.H);
  const recurrent = w.radius ? w.radius * Math.sqrt(3 / w.H) : bound; // a uniform in ±a has variance a²/3
  const draw = (key) => {
    const u = 2 * uniform() - 1;
    if (key === "x" || key === "target") return w.loss === "bernoulli" ? Number(u >= 0) : u;
    return u * (key === "Wh" ? recurrent : bound);
  };
  return Object.fromEntries(
    Object.entries(shapes(w)).map(([key, shape]) => [
      key,
      Float32Array.from({ length: size(shape) }, () => draw(key)),
    ]),
  );
}
