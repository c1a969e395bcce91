/**
 * The states in which sequences start: y [B,C·H], a learned row for all, except units whose start is data.
 * Inputs: the learned row [1,C·H], any node that knows the sequences, and, with `given`, the data [B,|given|].
 */
import { NULL } from "../wasm/kernels.ts";
import { oneStep } from "../graph/packing.ts";
import type { Op } from "../graph/op.ts";

/** given: the columns read from data, in its order. */
export function initialState(given: readonly number[] = []): Op {
  return {
    name: "initialState",
    plan: ([row, sequences]) => ({ columns: row!.columns, packing: oneStep(sequences!.packing!.sequences), kept: [1] }),
    forward(f) {
      const { rows: B, columns: C } = f.shape;
      f.k.setRows(B, C, f.x[0]!, f.y, C);
      f.k.fill(1, 0, f.kept[0]!);
      given.forEach((unit, i) => f.k.copyRows(B, 1, f.at(f.x[2]!, i), given.length, f.at(f.y, unit), C));
    },
    vjp(f) {
      const { rows: B, columns: C } = f.shape;
      given.forEach((unit, i) => {
        const dy = f.at(f.dy, unit);
        if (f.dx[2] !== NULL) f.k.addRows(B, 1, dy, C, f.at(f.dx[2]!, i), given.length);
        f.k.setRows(B, 1, f.kept[0]!, dy, C);
      });
      f.k.sumRows(B, C, f.dy, C, f.dx[0]!);
    },
    jvp(f) {
      const { rows: B, columns: C } = f.shape;
      f.k.setRows(B, C, f.rx[0]!, f.ry, C);
      given.forEach((unit) => f.k.setRows(B, 1, f.kept[0]!, f.at(f.ry, unit), C));
    },
  };
}
