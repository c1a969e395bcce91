/** The plain recurrent unit: h_t = f(x_t·Wx + h_{t-1}·Wh + b), f = tanh, logistic or relu (Elman 1990). */
import { activationCodes, type Activation } from "../wasm/kernels.ts";
import type { Cell } from "../ops/recurrent/cell.ts";

/** h depends on its pre-activation alone; the old h enters through Wh. */
export function rnnCell(activation: Activation = "tanh"): Cell {
  const code = activationCodes[activation];
  return {
    name: "rnn",
    gates: 1,
    inputGates: [0, 1],
    slots: 1,
    carried: 1,
    peepholes: 0,
    stages: [
      {
        source: ["old", 0],
        gates: [0, 1],
        edges: [
          [
            ["pre", 0],
            ["now", 0],
          ],
        ],
        step: (k, B, H, at) => k.rnnStep(code, B, H, at.pre, at.now[0], at.partials),
      },
    ],
  };
}
