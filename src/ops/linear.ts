/** y = x·W + b on all rows at once. x [N,I] reals or [N,1] symbols below I, W [I,O], b [1,O], y [N,O]. */
import { ShapeError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import type { Frame, Op } from "../graph/op.ts";
import { eachBlockBack } from "../graph/packing.ts";
import { inputProduct, inputWidth, type RowRange } from "./input-product.ts";

/** Every row of y becomes the bias, or zero without one. */
function start(f: Frame, bias: Ptr, y: Ptr): void {
  const { rows: N, columns: O } = f.shape;
  if (bias !== NULL) f.k.setRows(N, O, bias, y, O);
  else f.k.fill(N * O, 0, y);
}

/**
 * Where dy is not zero: its first row and how many. Targets that lie at the end of sequences leave most rows
 * without adjoint.
 */
function rowsWithAdjoint(f: Frame): RowRange {
  const { rows: N, columns: O, packing } = f.shape;
  const step = packing.sequences;
  const none = (from: number, to: number): boolean =>
    f.k.allZero((to - from) * O, f.at(f.dy, from * O)) === 1;
  let from = 0;
  let to = N;
  while (from < to && none(from, Math.min(from + step, to))) from = Math.min(from + step, to);
  while (to > from && none(Math.max(to - step, from), to)) to = Math.max(to - step, from);
  return { from, rows: to - from };
}

/** The affine map; inputs x, W and, with `bias`, b. */
export function linear({ bias = true } = {}): Op {
  return {
    name: "linear",
    plan([x, W, b]) {
      const I = inputWidth(x);
      if (W.rows !== I) throw new ShapeError(`linear: W is [${W.rows},${W.columns}], want [I,O] = [${I},O]`);
      if (bias && b.columns !== W.columns)
        throw new ShapeError(`linear: b is [${b.rows},${b.columns}], want [1,O] = [1,${W.columns}]`);
      return { columns: W.columns, packing: x.packing };
    },
    forward(f) {
      const b = bias ? f.x[2] : NULL;
      start(f, b, f.y);
      inputProduct.forward(f, 1, b, f.y, f.shape.columns);
    },
    vjp(f) {
      const { columns: O } = f.shape;
      const { from, rows } = rowsWithAdjoint(f);
      eachBlockBack(f.shape.packing, (first, count) => {
        const row = Math.max(from, first);
        const range = { from: row, rows: Math.min(from + rows, first + count) - row };
        if (range.rows <= 0) return;
        inputProduct.vjp(f, 1, f.dy, O, range);
        if (bias) f.k.sumRows(range.rows, O, f.at(f.dy, row * O), O, f.dx[2]);
      });
    },
    jvp(f) {
      const b = bias ? f.rx[2] : NULL;
      start(f, b, f.ry);
      inputProduct.jvp(f, 1, b, f.ry, f.shape.columns);
    },
  };
}
