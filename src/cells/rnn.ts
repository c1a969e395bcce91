/**
 * Plain recurrent units (Elman 1990), and leaky integrators (Jaeger et al. 2007):
 *
 *   h_t = f(x_t·Wx + h_{t-1}·Wh + b)      h_t = (1-a)·h_{t-1} + a·f(…)
 */
import { activationCodes, type Activation } from "../wasm/kernels.ts";
import type { Cell, Port } from "../ops/recurrent/cell.ts";

/** What an rnn layer says of its units. */
export interface RnnOptions {
  /** f. Default "tanh". */
  readonly activation?: Activation;
  /** a in (0, 1]; 1, the default, is the plain unit. */
  readonly leak?: number;
  /**
   * Whether Wh starts as a random orthogonal matrix and training keeps it one, as the constraint
   * `keepOrthogonal` does. `init.recurrent`, where it is given, starts it instead, at the nearest such
   * matrix. Default false.
   */
  readonly orthogonal?: boolean;
}

const pre: Port = ["pre", 0];
const h0: Port = ["old", 0];
const h: Port = ["now", 0];

/** What both tables share. */
const shared = { gates: ["h"], inputGates: [0, 1], slots: 1, carried: 1, peepholes: 0 } as const;

/**
 * h depends on its pre-activation and, where it leaks, on the old h; otherwise h₀ enters through Wh alone.
 */
export function rnnCell({ activation = "tanh", leak = 1 }: Omit<RnnOptions, "orthogonal"> = {}): Cell {
  const code = activationCodes[activation];
  if (leak === 1)
    return {
      ...shared,
      name: "rnn",
      stages: [
        {
          source: h0,
          gates: [0, 1],
          edges: [[pre, h]],
          step: (k, B, H, at) => k.rnnStep(code, B, H, at.pre, at.now[0], at.partials),
        },
      ],
      plain: (s) => [s.activate(activation, s.pre(0, s.old[0]))],
    };
  return {
    ...shared,
    name: "leaky",
    stages: [
      {
        source: h0,
        gates: [0, 1],
        edges: [
          [pre, h],
          [h0, h],
        ],
        step: (k, B, H, at) => k.leakyStep(code, B, H, leak, at.pre, at.old[0], at.now[0], at.partials),
      },
    ],
    plain(s) {
      const [old] = s.old;
      return [s.plus(s.scaled(1 - leak, old), s.scaled(leak, s.activate(activation, s.pre(0, old))))];
    },
  };
}
