/**
 * Long expressive memory (Rusch et al. 2022), gates a b z y, slots y z: two coupled differential equations,
 * in steps whose sizes are learned.
 *
 *   z = (1-a)⊙z₀ + a⊙tanh(z_z)   a = dt·σ(z_a)     z_a, z_b, z_z see the input and y₀
 *   y = (1-b)⊙y₀ + b⊙tanh(z_y)   b = dt·σ(z_b)     z_y sees the input and the new z
 */
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Cell, PlainStep, Port, Stage } from "../../ops/recurrent/cell.ts";

/** What a lem layer says of its units. */
export interface LemOptions {
  /** The longest step, in (0, 1]. Default 1. */
  readonly dt?: number;
}

/** One of the two states: its slot, the gate blocks of its step size and of its goal. */
interface Half {
  readonly slot: number;
  readonly size: number;
  readonly goal: number;
}
const y: Half = { slot: 0, size: 1, goal: 3 };
const z: Half = { slot: 1, size: 0, goal: 2 };

/** The stage of a state, behind the product of `source`. */
const stageOf = (
  dt: number,
  { slot, size, goal }: Half,
  product: { readonly source: Port; readonly gates: readonly [number, number] },
): Stage => ({
  ...product,
  edges: [
    [
      ["pre", size],
      ["now", slot],
    ],
    [
      ["pre", goal],
      ["now", slot],
    ],
    [
      ["old", slot],
      ["now", slot],
    ],
  ],
  step(k, B, H, at) {
    const kernels = optionalKernels(k);
    kernels.lemStep(B, H, dt, size, goal, at.pre, at.old[slot], at.now[slot], at.partials, at.partialColumns);
  },
});

/** old + dt·σ(size)⊙(tanh(goal) - old). */
function moved<N>(s: PlainStep<N>, dt: number, old: N, size: N, goal: N): N {
  const a = s.scaled(dt, s.activate("logistic", size));
  return s.plus(old, s.times(a, s.plus(s.activate("tanh", goal), s.scaled(-1, old))));
}

/** The table. */
export const lemCell = ({ dt = 1 }: LemOptions = {}): Cell => ({
  name: "lem",
  gates: ["a", "b", "z", "y"],
  inputGates: [0, 4],
  slots: 2,
  carried: 2,
  peepholes: 0,
  stages: [
    stageOf(dt, z, { source: ["old", 0], gates: [0, 3] }),
    stageOf(dt, y, { source: ["now", 1], gates: [3, 4] }),
  ],
  plain(s) {
    const [y0, z0] = s.old;
    const next = moved(s, dt, z0, s.pre(0, y0), s.pre(2, y0));
    return [moved(s, dt, y0, s.pre(1, y0), s.pre(3, next)), next];
  },
});
