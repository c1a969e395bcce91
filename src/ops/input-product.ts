/**
 * The product x·W of a layer's data with its first matrix, and its adjoint and tangent. Where the data are
 * symbols, x stands for one-of-V rows: the product is a choice of W's rows and costs no arithmetic.
 */
import { ShapeError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import type { Frame, Shape } from "../graph/op.ts";

/** The number of rows that W must have for x. */
export function inputWidth(x: Shape): number {
  if (x.symbols && x.columns !== 1)
    throw new ShapeError(`input: ${x.columns} symbols a step, want 1, or an embedding layer in front`);
  return x.symbols ?? x.columns;
}

/** The address n symbols behind ptr. */
export const symbolsAt = (ptr: Ptr, n: number): Ptr => (ptr + 4 * n) as Ptr;

/** Rows [from, from + rows). */
export interface RowRange {
  readonly from: number;
  readonly rows: number;
}

/** Maps for matrix input w of a frame whose input 0 is x. Row strides in reals. */
export const inputProduct = {
  /** y [N,O] += x·W, where every row of y holds `bias` (NULL: zeros) when it is called. */
  forward(f: Frame, w: number, bias: Ptr, y: Ptr, ldy: number): void {
    const { rows: N, symbols, columns: I } = f.shapes[0];
    const O = f.shapes[w].columns;
    if (!symbols) return f.k.gemmPacked(N, O, I, f.x[0], I, f.packed(w), y, ldy);
    f.k.gatherRows(N, O, f.x[w], f.x[0], y, ldy);
    if (bias !== NULL) f.k.addRow(N, O, bias, y, ldy);
  },
  /**
   * dW += xᵀ·dy and, where wanted, dx += dy·Wᵀ, over `rows` rows of x, dx and dy from row `from`: outside
   * them dy is zero.
   */
  vjp(f: Frame, w: number, dy: Ptr, ldy: number, { from, rows }: RowRange): void {
    const { symbols, columns: I } = f.shapes[0];
    const O = f.shapes[w].columns;
    const u = f.at(dy, from * ldy);
    if (symbols) return f.k.scatterAddRows(rows, O, u, ldy, symbolsAt(f.x[0], from), f.dx[w]);
    if (f.dx[0] !== NULL)
      f.k.gemmPacked(rows, I, O, u, ldy, f.packedTransposed(w), f.at(f.dx[0], from * I), I);
    const x = f.at(f.x[0], from * I);
    f.k.gemmTN(I, O, rows, x, I, u, ldy, f.dx[w], O, f.scratch(f.k.gemmTNScratch(O, rows)));
  },
  /** ry += x·RW + rx·W, where every row of ry holds `bias` when it is called. */
  jvp(f: Frame, w: number, bias: Ptr, ry: Ptr, ldy: number): void {
    const { rows: N, symbols, columns: I } = f.shapes[0];
    const O = f.shapes[w].columns;
    if (symbols) {
      f.k.gatherRows(N, O, f.rx[w], f.x[0], ry, ldy);
      if (bias !== NULL) f.k.addRow(N, O, bias, ry, ldy);
      return;
    }
    f.k.gemmPacked(N, O, I, f.x[0], I, f.packedTangent(w), ry, ldy);
    if (f.rx[0] !== NULL) f.k.gemmPacked(N, O, I, f.rx[0], I, f.packed(w), ry, ldy);
  },
};
