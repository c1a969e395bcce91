/**
 * Minimal gated units (Feng et al. 2024), whose gates see the input alone: no recurrent product, and states
 * that are running means of what was written.
 *
 *   minGru, gates z n:     h = (1-z)⊙h₀ + z⊙n
 *   minLstm, gates i f n:  h = (f⊙h₀ + i⊙n)/(i + f)
 */
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Cell, Port } from "../../ops/recurrent/cell.ts";

const pre = (gate: number): Port => ["pre", gate];
const h: Port = ["now", 0];
const h0: Port = ["old", 0];

/** The table of the minimal GRU. */
export const minGruCell = (): Cell => ({
  name: "minGru",
  gates: ["z", "n"],
  inputGates: [0, 2],
  slots: 1,
  carried: 1,
  peepholes: 0,
  stages: [
    {
      source: h0,
      gates: [0, 0],
      edges: [
        [pre(0), h],
        [pre(1), h],
        [h0, h],
      ],
      step: (k, B, H, at) => optionalKernels(k).minGruStep(B, H, at.pre, at.old[0], at.now[0], at.partials),
    },
  ],
  plain(s) {
    const [old] = s.old;
    const toward = s.plus(s.pre(1), s.scaled(-1, old));
    return [s.plus(old, s.times(s.activate("logistic", s.pre(0)), toward))];
  },
});

/** The table of the minimal LSTM. */
export const minLstmCell = (): Cell => ({
  name: "minLstm",
  gates: ["i", "f", "n"],
  inputGates: [0, 3],
  slots: 1,
  carried: 1,
  peepholes: 0,
  stages: [
    {
      source: h0,
      gates: [0, 0],
      edges: [
        [pre(0), h],
        [pre(1), h],
        [pre(2), h],
        [h0, h],
      ],
      step: (k, B, H, at) => optionalKernels(k).minLstmStep(B, H, at.pre, at.old[0], at.now[0], at.partials),
    },
  ],
  plain(s) {
    const [old] = s.old;
    // i/(i + f) = σ(ln i - ln f), ln σ(x) = -ln(1 + e⁻ˣ)
    const [i, f] = [s.pre(0), s.pre(1)].map((x) => s.softplus(s.scaled(-1, x)));
    const written = s.activate("logistic", s.plus(f, s.scaled(-1, i)));
    return [s.plus(old, s.times(written, s.plus(s.pre(2), s.scaled(-1, old))))];
  },
});
