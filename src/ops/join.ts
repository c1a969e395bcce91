/**
 * y_s = [x_{ks} x_{ks+1} … x_{ks+k-1}]: k steps side by side become one, the time halved, thirded, … of
 * hierarchical subsampling (Graves 2012, chapter 9). A sequence of T steps has ⌈T/k⌉ after it; past its end
 * stand zeros.
 */
import { ShapeError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import type { Frame, Op } from "../graph/op.ts";
import { packing, type Packing } from "../graph/packing.ts";

const joined = (x: Packing, steps: number): Packing =>
  packing(Array.from(x.lengths, (length) => Math.ceil(length / steps)));

/**
 * Visits the blocks of rows: those of step t of x stand in columns [column, column+F) of rows from `to` of y.
 */
function eachBlock(
  f: Frame,
  steps: number,
  visit: (rows: number, from: number, to: number, column: number) => void,
): void {
  const { rowsAt, offsetAt, steps: T } = f.shapes[0].packing;
  const F = f.shapes[0].columns;
  const y = f.shape.packing;
  for (let t = 0; t < T; ++t)
    visit(rowsAt[t], offsetAt[t], y.offsetAt[Math.floor(t / steps)], (t % steps) * F);
}

/** Copies x to its places in y; what stands past the end of a sequence is 0. */
function place(f: Frame, steps: number, x: Ptr, y: Ptr): void {
  const { rows, columns: C } = f.shape;
  const F = f.shapes[0].columns;
  f.k.fill(rows * C, 0, y);
  eachBlock(f, steps, (n, from, to, column) =>
    f.k.copyRows(n, F, f.at(x, from * F), F, f.at(y, to * C + column), C),
  );
}

/** Joins every `steps` steps into one. */
export function join(steps: number): Op {
  return {
    name: "join",
    stride: steps,
    outputSteps: (T) => Math.ceil(T / steps),
    plan: ([x]) => ({ columns: x.columns * steps, packing: joined(x.packing, steps) }),
    forward(f) {
      if (f.mode.carry)
        throw new ShapeError(
          "join: needs whole sequences, and this pass carries state on; want a net without subsampling",
        );
      place(f, steps, f.x[0], f.y);
    },
    vjp(f) {
      if (f.dx[0] === NULL) return;
      const F = f.shapes[0].columns;
      const C = f.shape.columns;
      eachBlock(f, steps, (n, from, to, column) =>
        f.k.addRows(n, F, f.at(f.dy, to * C + column), C, f.at(f.dx[0], from * F), F),
      );
    },
    jvp: (f) => place(f, steps, f.rx[0], f.ry),
  };
}
