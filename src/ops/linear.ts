/** y = x·W + b on all rows at once. x [N,I], W [I,O], b [1,O], y [N,O]. */
import { NULL } from "../wasm/kernels.ts";
import { ShapeError } from "../wasm/errors.ts";
import type { Frame, Op } from "../graph/op.ts";

/** The affine map; inputs x, W and, with `bias`, b. */
export function linear({ bias = true } = {}): Op {
  return {
    name: "linear",
    plan([x, W, b]) {
      if (W!.rows !== x!.columns) throw new ShapeError(`linear: W is [${W!.rows},${W!.columns}], want [I,O] = [${x!.columns},O]`);
      if (bias && b!.columns !== W!.columns) throw new ShapeError(`linear: b is [${b!.rows},${b!.columns}], want [1,O] = [1,${W!.columns}]`);
      return { columns: W!.columns, packing: x!.packing! };
    },
    forward(f: Frame): void {
      const { rows: N, columns: O } = f.shape, I = f.shapes[0]!.columns;
      if (bias) f.k.setRows(N, O, f.x[2]!, f.y, O); else f.k.fill(N * O, 0, f.y);
      f.k.gemmPacked(N, O, I, f.x[0]!, I, f.packed(1), f.y, O);
    },
    vjp(f: Frame): void {
      const { rows: N, columns: O } = f.shape, I = f.shapes[0]!.columns;
      if (f.dx[0] !== NULL) f.k.gemmPacked(N, I, O, f.dy, O, f.packedTransposed(1), f.dx[0]!, I);
      f.k.gemmTN(I, O, N, f.x[0]!, I, f.dy, O, f.dx[1]!, O, f.scratch(f.k.gemmTNScratch(O, N)));
      if (bias) f.k.sumRows(N, O, f.dy, O, f.dx[2]!);
    },
    jvp(f: Frame): void {
      const { rows: N, columns: O } = f.shape, I = f.shapes[0]!.columns;
      if (bias) f.k.setRows(N, O, f.rx[2]!, f.ry, O); else f.k.fill(N * O, 0, f.ry);
      f.k.gemmPacked(N, O, I, f.x[0]!, I, f.packedTangent(1), f.ry, O);
      if (f.rx[0] !== NULL) f.k.gemmPacked(N, O, I, f.rx[0]!, I, f.packed(1), f.ry, O);
    },
  };
}
