/** y = [x₁ x₂ …] side by side, row by row. */
import { NULL } from "../wasm/kernels.ts";
import { ShapeError } from "../wasm/errors.ts";
import { samePacking } from "../graph/packing.ts";
import { overTime, type Frame, type Op } from "../graph/op.ts";

const blocks = (f: Frame, visit: (i: number, columns: number, from: number) => void): void => {
  let from = 0;
  f.shapes.forEach((x, i) => {
    visit(i, x.columns, from);
    from += x.columns;
  });
};

/** Joins the columns of its inputs, which share one packing. */
export const concat: Op = {
  name: "concat",
  plan(x) {
    for (const shape of x) {
      if (!samePacking(overTime("concat", shape).packing, x[0].packing))
        throw new ShapeError(`concat: ${shape.rows} rows beside ${x[0].rows}, want the same sequences`);
    }
    return { columns: x.reduce((sum, shape) => sum + shape.columns, 0), packing: x[0].packing };
  },
  forward(f) {
    const { rows, columns } = f.shape;
    blocks(f, (i, C, from) => f.k.copyRows(rows, C, f.x[i], C, f.at(f.y, from), columns));
  },
  vjp(f) {
    const { rows, columns } = f.shape;
    blocks(f, (i, C, from) => {
      if (f.dx[i] !== NULL) f.k.addRows(rows, C, f.at(f.dy, from), columns, f.dx[i], C);
    });
  },
  jvp(f) {
    const { rows, columns } = f.shape;
    f.k.fill(rows * columns, 0, f.ry);
    blocks(f, (i, C, from) => {
      if (f.rx[i] !== NULL) f.k.copyRows(rows, C, f.rx[i], C, f.at(f.ry, from), columns);
    });
  },
};
