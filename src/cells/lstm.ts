/**
 * Long short-term memory. Slots h c.
 *
 *   lstm (Gers et al. 2000), gates i f g o:        c = f⊙c₀ + i⊙g      h = o⊙tanh(c)
 *   lstm1997 (Hochreiter & Schmidhuber), i g o:    c = c₀ + i⊙g        h = o⊙squash(c)
 *
 * With peepholes (Gers et al. 2002) the input and forget gates see the old c, the output gate the new one.
 */
import type { Cell, Edge, PlainStep, Port } from "../ops/recurrent/cell.ts";

const pre = (gate: number): Port => ["pre", gate];
const h: Port = ["now", 0];
const c: Port = ["now", 1];
const c0: Port = ["old", 1];

/** What an lstm layer says of its cells. */
export interface LstmOptions {
  /** Default true; false is the cell of 1997. */
  readonly forgetGate?: boolean;
  /** Default false. */
  readonly peepholes?: boolean;
}

/** The table of either cell. */
export const lstmCell = ({ forgetGate = true, peepholes = false }: LstmOptions = {}): Cell =>
  forgetGate ? withForgetGate(peepholes) : of1997(peepholes);

/** A pre-activation and, with peepholes, what the state adds to it. */
function peeped<N>(s: PlainStep<N>, peepholes: boolean): (gate: number, row: number, state: N) => N {
  const [h0] = s.old;
  return (gate, row, state) =>
    peepholes ? s.plus(s.pre(gate, h0), s.peephole(row, state)) : s.pre(gate, h0);
}

/** c depends on i, f, g and the old c; h on o and the new c. */
function withForgetGate(peepholes: boolean): Cell {
  const [i, f, g, o] = [pre(0), pre(1), pre(2), pre(3)];
  const into: Edge[] = peepholes
    ? [
        [c0, i, 0],
        [c0, f, 1],
      ]
    : [];
  const out: Edge[] = peepholes ? [[c, o, 2]] : [];
  return {
    name: "lstm",
    gates: ["i", "f", "g", "o"],
    biases: { f: 1 },
    inputGates: [0, 4],
    slots: 2,
    carried: 2,
    peepholes: peepholes ? 3 : 0,
    stages: [
      {
        source: ["old", 0],
        gates: [0, 4],
        edges: [...into, [i, c], [f, c], [g, c], [c0, c], ...out, [o, h], [c, h]],
        step: (k, B, H, at) =>
          k.lstmStep(B, H, at.pre, at.old[1], at.now[0], at.now[1], at.partials, at.peep),
      },
    ],
    plain(s) {
      const [hidden, cell] = s.old;
      const z = peeped(s, peepholes);
      const kept = s.times(s.activate("logistic", z(1, 1, cell)), cell);
      const written = s.times(s.activate("logistic", z(0, 0, cell)), s.activate("tanh", s.pre(2, hidden)));
      const next = s.plus(kept, written);
      return [s.times(s.activate("logistic", z(3, 2, next)), s.activate("tanh", next)), next];
    },
  };
}

/**
 * The cell without a forget gate: what is written stays. Squashing as in 1997: g in [-2,2], output in [-1,1].
 */
function of1997(peepholes: boolean): Cell {
  const [i, g, o] = [pre(0), pre(1), pre(2)];
  const into: Edge[] = peepholes ? [[c0, i, 0]] : [];
  const out: Edge[] = peepholes ? [[c, o, 1]] : [];
  return {
    name: "lstm1997",
    gates: ["i", "g", "o"],
    inputGates: [0, 3],
    slots: 2,
    carried: 2,
    peepholes: peepholes ? 2 : 0,
    stages: [
      {
        source: ["old", 0],
        gates: [0, 3],
        edges: [...into, [i, c], [g, c], [c0, c], ...out, [o, h], [c, h]],
        step: (k, B, H, at) =>
          k.lstm1997Step(B, H, at.pre, at.old[1], at.now[0], at.now[1], at.partials, at.peep, 2, 1),
      },
    ],
    plain(s) {
      const [hidden, cell] = s.old;
      const z = peeped(s, peepholes);
      const squash = (x: (typeof s.old)[number]): (typeof s.old)[number] =>
        s.activate("tanh", s.scaled(0.5, x));
      const written = s.times(s.activate("logistic", z(0, 0, cell)), s.scaled(2, squash(s.pre(1, hidden))));
      const next = s.plus(cell, written);
      return [s.times(s.activate("logistic", z(2, 1, next)), squash(next)), next];
    },
  };
}
