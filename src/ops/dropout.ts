/** y = m ⊙ x with m = 1/keep or 0 at random while training (Srivastava et al. 2014), y = x otherwise. */
import { NULL } from "../wasm/kernels.ts";
import { Random } from "../wasm/random.ts";
import type { Frame, Op } from "../graph/op.ts";

type MaskedFrame = Frame<"mask">;

/** Drops each value with probability `rate`; the mask is a function of (seed, draw, node, place). */
export function dropout(rate: number): Op {
  const size = (f: MaskedFrame): number => f.shape.rows * f.shape.columns;
  const through = (f: MaskedFrame, from: "rx" | "dy", to: "ry" | "dx"): void => {
    const x = from === "dy" ? f.dy : f.rx[0];
    const y = to === "ry" ? f.ry : f.dx[0];
    const n = size(f);
    if (f.mode.training) f.k.mulAdd(1, n, f.kept.mask, n, x, n, y, n);
    else f.k.addScaled(n, 1, x, y);
  };
  return {
    name: "dropout",
    plan: ([x]) => ({ columns: x.columns, packing: x.packing, kept: { mask: x.rows * x.columns } }),
    forward(f: MaskedFrame) {
      const n = size(f);
      const { mask } = f.kept;
      if (!f.mode.training) return f.k.copyRows(1, n, f.x[0], n, f.y, n);
      const [key0, key1] = Random.key(f.mode.seed);
      const first = (f.mode.piece?.row ?? 0) * f.shape.columns;
      f.k.dropoutMask(first, n, key0, key1, f.id, f.mode.draw, 1 - rate, mask);
      f.k.mul(n, mask, f.x[0], f.y);
    },
    vjp(f: MaskedFrame) {
      if (f.dx[0] !== NULL) through(f, "dy", "dx");
    },
    jvp(f: MaskedFrame) {
      f.k.fill(size(f), 0, f.ry);
      through(f, "rx", "ry");
    },
  };
}
