/** y_t = [x_t x_{t-1} … x_{t-k+1}]: the last k rows side by side, zeros before a sequence's first step. */
import { NULL, type Ptr } from "../wasm/kernels.ts";
import type { Frame, Op } from "../graph/op.ts";

/**
 * Visits the runs of rows that tap j reads at step t: rows of step t-j, or of the carried past where t < j.
 */
function eachTap(
  f: Frame,
  taps: number,
  visit: (t: number, tap: number, rows: number, from: number) => void,
): void {
  const { rowsAt, steps } = f.shape.packing;
  for (let t = 0; t < steps; ++t) for (let tap = 0; tap < taps; ++tap) visit(t, tap, rowsAt[t], t - tap);
}

/** Moves rows between x and the taps of y; `add` gives the transposed map. */
function move(f: Frame, taps: number, x: Ptr, y: Ptr, add: boolean): void {
  const F = f.shapes[0].columns;
  const C = F * taps;
  const { offsetAt } = f.shape.packing;
  eachTap(f, taps, (t, tap, rows, from) => {
    if (from < 0) return;
    const there = f.at(x, offsetAt[from] * F);
    const here = f.at(y, offsetAt[t] * C + tap * F);
    if (add) f.k.addRows(rows, F, here, C, there, F);
    else f.k.copyRows(rows, F, there, F, here, C);
  });
}

/** Leaves the last k-1 inputs of each sequence in the carry, newest first. */
export function remember(f: Frame, taps: number): void {
  const F = f.shapes[0].columns;
  const past = (taps - 1) * F;
  const { lengths, offsetAt, sequences } = f.shape.packing;
  const continues = f.mode.carry === "continue";
  for (let b = 0; b < sequences; ++b) {
    const kept = f.at(f.carry, b * past);
    for (let j = taps - 2; j >= 0; --j) {
      const step = lengths[b] - 1 - j;
      const to = f.at(kept, j * F);
      if (step >= 0) f.k.copyRows(1, F, f.at(f.x[0], (offsetAt[step] + b) * F), F, to, F);
      else if (continues) f.k.copyRows(1, F, f.at(kept, (j - lengths[b]) * F), F, to, F);
      else f.k.fill(F, 0, to);
    }
  }
}

/**
 * The last `taps` inputs at each step: fixed memory, as in autoregressive models and Bengio's language model.
 */
export function delayTaps(taps: number): Op {
  return {
    name: "delayTaps",
    plan: ([x]) => ({ columns: x.columns * taps, packing: x.packing, carry: (taps - 1) * x.columns }),
    forward(f) {
      const { rows, columns: C } = f.shape;
      const F = f.shapes[0].columns;
      const past = C - F;
      const { offsetAt } = f.shape.packing;
      f.k.fill(rows * C, 0, f.y);
      move(f, taps, f.x[0], f.y, false);
      if (f.mode.carry === "continue") {
        eachTap(f, taps, (t, tap, n, from) => {
          if (from < 0)
            f.k.copyRows(n, F, f.at(f.carry, (-from - 1) * F), past, f.at(f.y, offsetAt[t] * C + tap * F), C);
        });
      }
      if (f.mode.carry && taps > 1) remember(f, taps);
    },
    vjp(f) {
      if (f.dx[0] !== NULL) move(f, taps, f.dx[0], f.dy, true);
    },
    jvp(f) {
      f.k.fill(f.shape.rows * f.shape.columns, 0, f.ry);
      move(f, taps, f.rx[0], f.ry, false);
    },
  };
}
