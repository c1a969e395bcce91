/** Rows of a table picked by symbols: x [N,S] integers, table [V,F], y [N,S·F]. */
import type { Frame, Op } from "../graph/op.ts";

const sizes = (f: Frame): [n: number, F: number] => [f.shape.rows * f.shapes[0].columns, f.shapes[1].columns];

/** One table shared by all S symbols of a row. Inputs: the symbols and the table. */
export const embedding: Op = {
  name: "embedding",
  plan: ([x, table]) => ({ columns: x.columns * table.columns, packing: x.packing }),
  forward(f) {
    const [n, F] = sizes(f);
    f.k.gatherRows(n, F, f.x[1], f.x[0], f.y, F);
  },
  vjp(f) {
    const [n, F] = sizes(f);
    f.k.scatterAddRows(n, F, f.dy, F, f.x[0], f.dx[1]);
  },
  jvp(f) {
    const [n, F] = sizes(f);
    f.k.gatherRows(n, F, f.rx[1], f.x[0], f.ry, F);
  },
};
