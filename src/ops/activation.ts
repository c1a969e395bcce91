/** y = f(x), element by element; the Jacobian is the diagonal f'(x), written with y. */
import { activationCodes, NULL, type Activation } from "../wasm/kernels.ts";
import type { Frame, Op } from "../graph/op.ts";

/** tanh, logistic or relu of a node. */
export function activation(name: Exclude<Activation, "identity">): Op {
  const code = activationCodes[name];
  const size = (f: Frame): number => f.shape.rows * f.shape.columns;
  return {
    name,
    plan: ([x]) => ({ columns: x.columns, packing: x.packing }),
    forward(f) {
      f.k.activate(code, size(f), f.x[0], f.y);
    },
    vjp(f) {
      if (f.dx[0] !== NULL) f.k.activationProduct(code, size(f), f.y, f.dy, f.dx[0]);
    },
    jvp(f) {
      f.k.fill(size(f), 0, f.ry);
      f.k.activationProduct(code, size(f), f.y, f.rx[0], f.ry);
    },
  };
}
