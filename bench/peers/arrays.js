/**
 * Weights and data of a workload, made from a seed: the same for every peer, in Node and in a page.
 *
 * Arrays, in the order of the files, gates i f g o (one gate for tanh and logistic):
 *   x [T,B,I] target [T,B,O] or, where only the last step counts, [B,O] Wx [I,GH] Wh [H,GH] b [GH] Wo [H,O]
 *   bo [O]
 * The training loss is half the mean squared error, or the mean Bernoulli cross-entropy, over all targets;
 * the update is gradient descent at `rate`. A stream has no output layer: its steps give h.
 */
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
 * The arrays of a workload, by name: weights uniform in ±1/√H, or the recurrent ones so that their spectral
 * radius is near `radius`.
 */
export function makeArrays(w, seed) {
  const next = uniforms(seed);
  const bound = 1 / Math.sqrt(w.H);
  const recurrent = w.radius ? w.radius * Math.sqrt(3 / w.H) : bound; // a uniform in ±a has variance a²/3
  const draw = (key) => {
    const u = next();
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
