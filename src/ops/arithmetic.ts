/**
 * Sums, products and slices of nodes, element by element: the parts from which unrolled nets are put
 * together.
 */
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { ShapeError } from "../wasm/errors.ts";
import type { Frame, InputShapes, Op, Plan } from "../graph/op.ts";

const size = (f: Frame): number => f.shape.rows * f.shape.columns;
const alike = (name: string, [a, b]: InputShapes): Plan => {
  if (a.rows !== b.rows || a.columns !== b.columns)
    throw new ShapeError(
      `${name}: [${a.rows},${a.columns}] with [${b.rows},${b.columns}], want the same shape`,
    );
  return { columns: a.columns, packing: a.packing };
};

/** y = a + b. */
export const add: Op = {
  name: "add",
  plan: (x) => alike("add", x),
  forward(f) {
    f.k.copyRows(1, size(f), f.x[0], size(f), f.y, size(f));
    f.k.addScaled(size(f), 1, f.x[1], f.y);
  },
  vjp(f) {
    for (const dx of f.dx) if (dx !== NULL) f.k.addScaled(size(f), 1, f.dy, dx);
  },
  jvp(f) {
    f.k.fill(size(f), 0, f.ry);
    for (const rx of f.rx) if (rx !== NULL) f.k.addScaled(size(f), 1, rx, f.ry);
  },
};

/** y = a ⊙ b. */
export const multiply: Op = {
  name: "multiply",
  plan: (x) => alike("multiply", x),
  forward(f) {
    f.k.mul(size(f), f.x[0], f.x[1], f.y);
  },
  vjp(f) {
    const n = size(f);
    f.dx.forEach((dx, i) => {
      if (dx !== NULL) f.k.mulAdd(1, n, f.x[1 - i], n, f.dy, n, dx, n);
    });
  },
  jvp(f) {
    const n = size(f);
    f.k.fill(n, 0, f.ry);
    f.rx.forEach((rx, i) => {
      if (rx !== NULL) f.k.mulAdd(1, n, f.x[1 - i], n, rx, n, f.ry, n);
    });
  },
};

/** y = x ⊙ w with the same row of the matrix input 1 for all rows. */
export function multiplyRow(row = 0): Op {
  const w = (f: Frame, from: readonly Ptr[]): Ptr => f.at(from[1], row * f.shape.columns);
  return {
    name: "multiplyRow",
    plan: ([x]) => ({ columns: x.columns, packing: x.packing }),
    forward(f) {
      const { rows: N, columns: C } = f.shape;
      f.k.fill(N * C, 0, f.y);
      f.k.mulAddRow(N, C, w(f, f.x), f.x[0], C, f.y, C);
    },
    vjp(f) {
      const { rows: N, columns: C } = f.shape;
      if (f.dx[0] !== NULL) f.k.mulAddRow(N, C, w(f, f.x), f.dy, C, f.dx[0], C);
      f.k.sumProducts(N, C, f.dy, C, f.x[0], C, w(f, f.dx));
    },
    jvp(f) {
      const { rows: N, columns: C } = f.shape;
      f.k.fill(N * C, 0, f.ry);
      if (f.rx[0] !== NULL) f.k.mulAddRow(N, C, w(f, f.x), f.rx[0], C, f.ry, C);
      f.k.mulAddRow(N, C, w(f, f.rx), f.x[0], C, f.ry, C);
    },
  };
}

/** y = a·x. */
export function scaled(a: number): Op {
  return {
    name: "scaled",
    plan: ([x]) => ({ columns: x.columns, packing: x.packing }),
    forward(f) {
      f.k.fill(size(f), 0, f.y);
      f.k.addScaled(size(f), a, f.x[0], f.y);
    },
    vjp(f) {
      if (f.dx[0] !== NULL) f.k.addScaled(size(f), a, f.dy, f.dx[0]);
    },
    jvp(f) {
      f.k.fill(size(f), 0, f.ry);
      f.k.addScaled(size(f), a, f.rx[0], f.ry);
    },
  };
}

/** y = columns [from, from + columns) of x. */
export function slice(from: number, columns: number): Op {
  return {
    name: "slice",
    plan([x]) {
      if (from + columns > x.columns)
        throw new ShapeError(`slice: columns ${from} to ${from + columns} of ${x.columns}`);
      return { columns, packing: x.packing };
    },
    forward(f) {
      f.k.copyRows(f.shape.rows, columns, f.at(f.x[0], from), f.shapes[0].columns, f.y, columns);
    },
    vjp(f) {
      if (f.dx[0] !== NULL)
        f.k.addRows(f.shape.rows, columns, f.dy, columns, f.at(f.dx[0], from), f.shapes[0].columns);
    },
    jvp(f) {
      f.k.copyRows(f.shape.rows, columns, f.at(f.rx[0], from), f.shapes[0].columns, f.ry, columns);
    },
  };
}
