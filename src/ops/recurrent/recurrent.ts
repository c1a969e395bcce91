/**
 * The time loop, once for all cells. A cell is a table of gates, states and edges; J·v walks the edges
 * forwards, Jᵀ·u backwards, and every matrix product over all steps is one product over all rows.
 *
 * Inputs: x [N,I] reals or [N,1] symbols below I, start [B,C·H] states before the first step,
 * Wx [I,gates·H], Wh [H,gates·H] but for cells without recurrent products, b [1,G·H], and where a cell has
 * them its peepholes or own rows [·,H]. Output y [N,H].
 */
import type { MakeOnline, Op } from "../../graph/op.ts";
import { stateGates, type Cell } from "./cell.ts";
import { forward } from "./forward.ts";
import { jvp } from "./jvp.ts";
import { layOut, stateAfter, type RecurrentFrame } from "./layout.ts";
import { plan } from "./plan.ts";
import { vjp } from "./vjp.ts";

/**
 * A layer of H units of a cell, run forwards or, with `reverse`, from each sequence's last step to its first.
 * Its trace "state" is the memory [N,H] of cells that have one, and the output of others; "partials" are
 * those of its steps [N,E·H], on a tape that goes backwards.
 */
export function recurrent(cell: Cell, { reverse = false } = {}): Op {
  const layout = layOut(cell, reverse);
  return {
    name: layout.name,
    passesAdjoints: true,
    ...(reverse ? { whole: "runs backwards in time; want one direction, or predict" } : {}),
    plan: (x) => plan(layout, x),
    ...(!reverse && !cell.masks && stateGates(cell) === 0
      ? { online: (f: RecurrentFrame, make: MakeOnline) => make(layout, f) }
      : {}),
    forward: (f: RecurrentFrame) => forward(layout, f),
    vjp: (f: RecurrentFrame) => vjp(layout, f),
    jvp: (f: RecurrentFrame) => jvp(layout, f),
    trace: (f: RecurrentFrame, what) =>
      what === "state" ? stateAfter(f, cell.carried - 1) : f.kept[what as "partials"],
  };
}
