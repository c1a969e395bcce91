/** What a recurrent layer wants of its inputs, and the buffers it works in. */
import { ShapeError } from "../../wasm/errors.ts";
import type { InputShapes, Plan, Shape } from "../../graph/op.ts";
import { inputWidth } from "../input-product.ts";
import { stateGates } from "./cell.ts";
import type { Layout, RecurrentFrame } from "./layout.ts";

type Kept = keyof RecurrentFrame["kept"];
type Tangents = keyof RecurrentFrame["tangents"];

/** Shapes checked by name; throws ShapeError. */
function check({ cell, name }: Layout, x: InputShapes): void {
  const { gates, inputGates, carried: C, peepholes, own } = cell;
  const G = gates.length;
  const gh = stateGates(cell);
  const [input, start, Wx, ...rest] = x;
  const [Wh, b, rows] = gh > 0 ? rest : [undefined, ...rest];
  const H = b!.columns / G;
  const want = (what: string, shape: Shape, [R, columns]: [number, number], as: string): void => {
    if (shape.rows === R && shape.columns === columns) return;
    const got = `[${shape.rows},${shape.columns}]`;
    throw new ShapeError(`${name}: ${what} is ${got}, want ${as} = [${R},${columns}]`);
  };
  const gx = inputGates[1] - inputGates[0];
  if (Wh) want("Wh", Wh, [Wh.rows, gh * Wh.rows], `[H,${gh}H]`);
  const units = Wh?.rows ?? H;
  want("Wx", Wx, [inputWidth(input), gx * units], `[I,${gx}H]`);
  want("b", b!, [1, G * units], `[1,${G}H]`);
  if (peepholes) want("peep", rows!, [peepholes, units], `[${peepholes},H]`);
  if (own) want(own.name, rows!, [1, own.rows.length * units], `[1,${own.rows.length}H]`);
  want("start", start, [input.packing.sequences, C * units], `[B,${C}H]`);
}

/** The output [N,H] and the buffers. */
export function plan(layout: Layout, x: InputShapes): Plan<Kept, Tangents> {
  check(layout, x);
  const { gates, inputGates, slots: S, carried: C, masks, own } = layout.cell;
  const [{ packing }, , Wx] = x;
  const H = Wx.columns / (inputGates[1] - inputGates[0]);
  const G = gates.length;
  const { rows: N, sequences: B } = packing;
  return {
    columns: H,
    packing,
    kept: {
      // pre-activations; their adjoint takes the same buffer
      pre: N * G * H,
      partials: N * layout.partials * H,
      // states before each step, and after it but for the output
      old: N * S * H,
      inner: N * (S - 1) * H,
      // adjoints of one step's old and new states
      dold: B * S * H,
      dnow: B * S * H,
      prepared: own ? own.prepared * H : 0,
      masks: masks ? (masks.sequence * B + masks.step * N) * H : 0,
    },
    gradientOnly: ["partials", "dold", "dnow"],
    tangents: { pre: N * G * H, old: B * S * H, inner: N * (S - 1) * H },
    carry: C * H,
  };
}
