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
  const [input, start, Wx, Wh, b, peep] = x;
  const H = Wh.rows;
  const { gates, inputGates, carried: C, peepholes } = cell;
  const G = gates.length;
  const want = (what: string, shape: Shape, [rows, columns]: [number, number], as: string): void => {
    if (shape.rows === rows && shape.columns === columns) return;
    const got = `[${shape.rows},${shape.columns}]`;
    throw new ShapeError(`${name}: ${what} is ${got}, want ${as} = [${rows},${columns}]`);
  };
  const gx = inputGates[1] - inputGates[0];
  const gh = stateGates(cell);
  want("Wx", Wx, [inputWidth(input), gx * H], `[I,${gx}H]`);
  want("Wh", Wh, [H, gh * H], `[H,${gh}H]`);
  want("b", b, [1, G * H], `[1,${G}H]`);
  if (peepholes) want("peep", peep, [peepholes, H], `[${peepholes},H]`);
  want("start", start, [input.packing.sequences, C * H], `[B,${C}H]`);
}

/** The output [N,H] and the buffers. */
export function plan(layout: Layout, x: InputShapes): Plan<Kept, Tangents> {
  check(layout, x);
  const [{ packing }, , , { rows: H }] = x;
  const { gates, slots: S, carried: C, masks } = layout.cell;
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
      masks: masks ? (masks.sequence * B + masks.step * N) * H : 0,
    },
    gradientOnly: ["partials", "dold", "dnow"],
    tangents: { pre: N * G * H, old: B * S * H, inner: N * (S - 1) * H },
    carry: C * H,
  };
}
