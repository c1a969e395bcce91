/** y = ln(1 + e^x), element by element; its derivative is σ(x). */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Frame, Op } from "../../graph/op.ts";

const size = (f: Frame): number => f.shape.rows * f.shape.columns;

/** out [n] += σ(x) ⊙ u. */
function product(f: Frame, u: Ptr, out: Ptr): void {
  const n = size(f);
  const slope = f.scratch(n);
  f.k.mapLogistic(n, f.x[0], slope);
  f.k.mulAdd(1, n, slope, n, u, n, out, n);
}

/** Softplus. Input x [N,C], output [N,C]. */
export const softplus: Op = {
  name: "softplus",
  plan: ([x]) => ({ columns: x.columns, packing: x.packing }),
  forward: (f) => optionalKernels(f.k).mapSoftplus(size(f), f.x[0], f.y),
  vjp(f) {
    if (f.dx[0] !== NULL) product(f, f.dy, f.dx[0]);
  },
  jvp(f) {
    f.k.fill(size(f), 0, f.ry);
    product(f, f.rx[0], f.ry);
  },
};
