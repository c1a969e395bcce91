/** Leaky integrator: h_t = (1-a)·h_{t-1} + a·f(x_t·Wx + h_{t-1}·Wh + b) (Jaeger et al. 2007). */
import { activationCodes, type Activation } from "../wasm/kernels.ts";
import type { Cell } from "../ops/recurrent/cell.ts";

/** leak: a in (0, 1]; 1 is the plain unit. */
export function leakyCell(leak: number, activation: Activation = "tanh"): Cell {
  const code = activationCodes[activation];
  return {
    name: "leaky",
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
          [
            ["old", 0],
            ["now", 0],
          ],
        ],
        step: (k, B, H, at) => k.leakyStep(code, B, H, leak, at.pre, at.old[0], at.now[0], at.partials),
      },
    ],
  };
}
