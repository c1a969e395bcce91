/** y = columns [from, from + columns) of x, row by row. */
import { overTime, type Op } from "../../graph/op.ts";

/** The columns that a later layer sees. */
export const columns = (from: number, columns: number): Op => ({
  name: "columns",
  plan: ([x]) => ({ columns, packing: overTime("columns", x).packing }),
  forward(f) {
    f.k.copyRows(f.shape.rows, columns, f.at(f.x[0], from), f.shapes[0].columns, f.y, columns);
  },
  vjp(f) {
    f.k.addRows(f.shape.rows, columns, f.dy, columns, f.at(f.dx[0], from), f.shapes[0].columns);
  },
  jvp(f) {
    f.k.copyRows(f.shape.rows, columns, f.at(f.rx[0], from), f.shapes[0].columns, f.ry, columns);
  },
});
