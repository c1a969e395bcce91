/**
 * Gated recurrent unit (Cho et al. 2014): h = (1-z)⊙n + z⊙h₀, in its two reset forms.
 *
 *   after (cuDNN, PyTorch), gate blocks nₓ r z nₕ:   n = tanh(nₓ + r⊙nₕ), nₕ = h₀·Wₕ + b
 *   before (the paper), gate blocks r z n: n = tanh(zₙ), zₙ = x·W + (r⊙h₀)·Wₕ + b; slot 1 is q = r⊙h₀
 */
import type { Cell, Port } from "../ops/recurrent/cell.ts";

const pre = (gate: number): Port => ["pre", gate];
const h: Port = ["now", 0];
const h0: Port = ["old", 0];
const q: Port = ["now", 1];

/** Reset gate applied after the recurrent product: one product a step. */
export const gruCell: Cell = {
  name: "gru",
  gates: 4,
  inputGates: [0, 3],
  slots: 1,
  carried: 1,
  peepholes: 0,
  stages: [
    {
      source: h0,
      gates: [1, 4],
      edges: [
        [pre(0), h],
        [pre(1), h],
        [pre(2), h],
        [pre(3), h],
        [h0, h],
      ],
      step: (k, B, H, at) => k.gruStep(B, H, at.pre, at.old[0], at.now[0], at.partials),
    },
  ],
};

/** Reset gate applied to the state before the recurrent product: two products a step. */
export const gruResetBeforeCell: Cell = {
  name: "gru-reset-before",
  gates: 3,
  inputGates: [0, 3],
  slots: 2,
  carried: 1,
  peepholes: 0,
  stages: [
    {
      source: h0,
      gates: [0, 2],
      edges: [
        [pre(0), q],
        [h0, q],
      ],
      step: (k, B, H, at) =>
        k.gruResetStep(B, H, at.pre, at.old[0], at.now[1], at.partials, at.partialColumns),
    },
    {
      source: q,
      gates: [2, 3],
      edges: [
        [pre(1), h],
        [pre(2), h],
        [h0, h],
      ],
      step: (k, B, H, at) =>
        k.gruBlendStep(B, H, at.pre, at.old[0], at.now[0], at.partials, at.partialColumns),
    },
  ],
};
