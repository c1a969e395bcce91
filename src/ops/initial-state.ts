/**
 * The states in which sequences start: y [B,C·H]. A learned row for all (or zeros), but for units whose start
 * is data. Inputs: any node that knows the sequences; with `learned`, the row [1,C·H]; with `given`, the data
 * [B,|given|].
 */
import { NULL } from "../wasm/kernels.ts";
import { oneStep } from "../graph/packing.ts";
import type { Frame, Op } from "../graph/op.ts";

type StateFrame = Frame<"zero">;

/** columns: C·H; given: the columns read from data, in its order. */
export function initialState({
  columns,
  learned = true,
  given = [],
}: {
  columns: number;
  learned?: boolean;
  given?: readonly number[];
}): Op {
  const C = columns;
  const row = 1;
  const data = learned ? 2 : 1;
  return {
    name: "initialState",
    plan: ([sequences]) => ({ columns: C, packing: oneStep(sequences.packing.sequences), kept: { zero: 1 } }),
    forward(f: StateFrame) {
      const B = f.shape.rows;
      if (learned) f.k.setRows(B, C, f.x[row], f.y, C);
      else f.k.fill(B * C, 0, f.y);
      f.k.fill(1, 0, f.kept.zero);
      given.forEach((unit, i) => f.k.copyRows(B, 1, f.at(f.x[data], i), given.length, f.at(f.y, unit), C));
    },
    vjp(f: StateFrame) {
      const B = f.shape.rows;
      given.forEach((unit, i) => {
        const dy = f.at(f.dy, unit);
        if (f.dx[data] !== NULL) f.k.addRows(B, 1, dy, C, f.at(f.dx[data], i), given.length);
        f.k.setRows(B, 1, f.kept.zero, dy, C);
      });
      if (learned) f.k.sumRows(B, C, f.dy, C, f.dx[row]);
    },
    jvp(f: StateFrame) {
      const B = f.shape.rows;
      if (learned) f.k.setRows(B, C, f.rx[row], f.ry, C);
      else f.k.fill(B * C, 0, f.ry);
      given.forEach((unit) => f.k.setRows(B, 1, f.kept.zero, f.at(f.ry, unit), C));
    },
  };
}
