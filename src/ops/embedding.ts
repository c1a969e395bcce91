/** Rows of a table picked by symbols: x [N,S] integers, table [V,F], y [N,S·F]. */
import type { Frame, Op } from "../graph/op.ts";
import { eachBlockBack } from "../graph/packing.ts";
import { symbolsAt } from "./input-product.ts";

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
    const F = f.shapes[1].columns;
    const S = f.shapes[0].columns;
    eachBlockBack(f.shape.packing, (from, rows) =>
      f.k.scatterAddRows(rows * S, F, f.at(f.dy, from * S * F), F, symbolsAt(f.x[0], from * S), f.dx[1]),
    );
  },
  jvp(f) {
    const [n, F] = sizes(f);
    f.k.gatherRows(n, F, f.rx[1], f.x[0], f.ry, F);
  },
};
