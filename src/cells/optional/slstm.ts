/**
 * Long short-term memory with exponential gates (sLSTM of xLSTM, Beck et al. 2024), gates i f z o.
 *
 *   n = f⊙n₀ + eⁱ     c = f⊙c₀ + eⁱ⊙tanh(z)     h = σ(o)⊙c/n
 *
 * Slots h r l: r = c/n and l = ln n hold what c and n do and never overflow, which is what the paper's
 * stabilizer is for. States begin at 0: n₀ = 1, as if a step with the gate e⁰ had written 0.
 */
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Cell, Port } from "../../ops/recurrent/cell.ts";

/** What an slstm layer says of its cells. */
export interface SlstmOptions {
  /** f: σ(z) by default, or e^z. */
  readonly forgetGate?: "logistic" | "exponential";
}

const [i, f, z, o] = [0, 1, 2, 3].map((gate): Port => ["pre", gate]);
const h: Port = ["now", 0];
const r: Port = ["now", 1];
const l: Port = ["now", 2];
const r0: Port = ["old", 1];
const l0: Port = ["old", 2];

/** The table. */
export const slstmCell = ({ forgetGate = "logistic" }: SlstmOptions = {}): Cell => {
  const exponential = forgetGate === "exponential";
  return {
    name: "slstm",
    gates: ["i", "f", "z", "o"],
    biases: exponential ? {} : { f: 1 },
    inputGates: [0, 4],
    slots: 3,
    carried: 3,
    peepholes: 0,
    stages: [
      {
        source: ["old", 0],
        gates: [0, 4],
        edges: [
          [i, r],
          [f, r],
          [z, r],
          [r0, r],
          [l0, r],
          [i, l],
          [f, l],
          [l0, l],
          [o, h],
          [r, h],
        ],
        step(k, B, H, { pre, old, now, partials }) {
          const form = exponential ? 1 : 0;
          optionalKernels(k).slstmStep(form, B, H, pre, old[1], old[2], now[0], now[1], now[2], partials);
        },
      },
    ],
    plain(s) {
      const [hidden, quotient, logarithm] = s.old;
      const minus = (x: typeof hidden): typeof hidden => s.scaled(-1, x);
      const zf = s.pre(1, hidden);
      const kept = s.plus(exponential ? zf : minus(s.softplus(minus(zf))), logarithm);
      const d = s.plus(s.pre(0, hidden), minus(kept));
      const toward = s.plus(s.activate("tanh", s.pre(2, hidden)), minus(quotient));
      const next = s.plus(quotient, s.times(s.activate("logistic", d), toward));
      const out = s.times(s.activate("logistic", s.pre(3, hidden)), next);
      return [out, next, s.plus(kept, s.softplus(d))];
    },
  };
};
