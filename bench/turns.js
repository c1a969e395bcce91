import { Random } from "../dist/index.js";

/** [H,H] turns of H/2 planes, each by an angle of its own: a linear recurrence by them forgets nothing. */
export function turns(engine, H, seed) {
  const W = new Float64Array(H * H);
  const random = new Random(engine, seed, 7);
  for (let i = 0; i + 1 < H; i += 2) {
    const angle = (2 * random.uniform() - 1) * Math.PI;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    W.set([c, -s], i * H + i);
    W.set([s, c], (i + 1) * H + i);
  }
  if (H % 2 === 1) W[H * H - 1] = 1;
  return W;
}
