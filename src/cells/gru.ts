/**
 * Gated recurrent unit (Cho et al. 2014): h = (1-z)⊙n + z⊙h₀, in its two reset forms.
 *
 *   after (cuDNN, PyTorch), gate blocks nₓ r z nₕ:   n = tanh(nₓ + r⊙nₕ), nₕ = h₀·Wₕ + b
 *   before (the paper), gate blocks r z n: n = tanh(zₙ), zₙ = x·W + (r⊙h₀)·Wₕ + b; slot 1 is q = r⊙h₀
 */
import type { Cell, PlainStep, Port } from "../ops/recurrent/cell.ts";

const pre = (gate: number): Port => ["pre", gate];
const h: Port = ["now", 0];
const h0: Port = ["old", 0];
const q: Port = ["now", 1];

/** What a gru layer says of its units. */
export interface GruOptions {
  /** "after" the recurrent product (default) or "before" it. */
  readonly reset?: "after" | "before";
}

/** The table of either form. */
export const gruCell = ({ reset = "after" }: GruOptions = {}): Cell =>
  reset === "after" ? resetAfter : resetBefore;

/** h = n + z⊙(h₀ - n). */
const blend = <N>(s: PlainStep<N>, z: N, n: N): N =>
  s.plus(n, s.times(s.activate("logistic", z), s.plus(s.old[0], s.scaled(-1, n))));

/** Reset gate applied after the recurrent product: one product a step. */
const resetAfter: Cell = {
  name: "gru",
  gates: ["n", "r", "z", "n"],
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
  plain(s) {
    const [old] = s.old;
    const reset = s.times(s.activate("logistic", s.pre(1, old)), s.pre(3, old));
    return [blend(s, s.pre(2, old), s.activate("tanh", s.plus(s.pre(0), reset)))];
  },
};

/** Reset gate applied to the state before the recurrent product: two products a step. */
const resetBefore: Cell = {
  name: "gru-reset-before",
  gates: ["r", "z", "n"],
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
  plain(s) {
    const [old] = s.old;
    const reset = s.times(s.activate("logistic", s.pre(0, old)), old);
    return [blend(s, s.pre(1, old), s.activate("tanh", s.pre(2, reset)))];
  },
};
