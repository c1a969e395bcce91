/**
 * y_s = [x_{ks} x_{ks+1} … x_{ks+k-1}]: k steps side by side become one, the time halved, thirded, … of
 * hierarchical subsampling (Graves 2012, chapter 9). A sequence of T steps has ⌈T/k⌉ after it; past its end
 * stand zeros.
 */
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { checkOneStep, type Frame, type Op } from "../graph/op.ts";
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

/** One step of a sequence that comes step by step: its block of the row; it carries row and place. */
function placeNext(f: Frame, steps: number): void {
  const { columns: C } = f.shape;
  const F = f.shapes[0].columns;
  const count = f.engine.memory.reals(f.at(f.carry, C), 1);
  const place = f.mode.carry === "start" ? 0 : count[0] % steps;
  if (place === 0) f.k.fill(C, 0, f.carry);
  f.k.copyRows(1, F, f.x[0], F, f.at(f.carry, place * F), F);
  f.k.copyRows(1, C, f.carry, C, f.y, C);
  count[0] = place + 1;
}

/** Joins every `steps` steps into one. */
export function join(steps: number): Op {
  return {
    name: "join",
    stride: steps,
    outputSteps: (T) => Math.ceil(T / steps),
    plan: ([x]) => ({
      columns: x.columns * steps,
      packing: joined(x.packing, steps),
      carry: x.columns * steps + 1,
    }),
    forward(f) {
      if (f.mode.carry) {
        checkOneStep("join", f);
        return placeNext(f, steps);
      }
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
