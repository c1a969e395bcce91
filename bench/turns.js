/**
 * Linear recurrences that keep the length of their state, and so forget nothing (Henaff, Szlam & LeCun 2016;
 * Lezcano-Casado & Martínez-Rubio 2019).
 */
import { Random } from "../dist/index.js";

/** Options of `rnn`: no tanh, and recurrent weights that stay orthogonal. */
export const LINEAR = { activation: "identity", orthogonal: true, initialState: "zero" };

/** [H,H] turns of H/2 planes, each by an angle of its own. */
function turns(engine, H, seed) {
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

/** Gives the recurrence of a net, of H units, turns to begin with. */
export function setTurns(net, engine, H, seed) {
  net.parameters.find(({ name }) => name.endsWith(".Wh")).set(turns(engine, H, seed));
}
