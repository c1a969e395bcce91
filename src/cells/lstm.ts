/**
 * Long short-term memory. Slots h c.
 *
 *   lstm (Gers et al. 2000), gates i f g o:        c = f⊙c₀ + i⊙g      h = o⊙tanh(c)
 *   lstm1997 (Hochreiter & Schmidhuber), i g o:    c = c₀ + i⊙g        h = o⊙squash(c)
 *
 * With peepholes (Gers et al. 2002) the input and forget gates see the old c, the output gate the new one.
 */
import type { Cell, Edge, Port } from "../ops/recurrent/cell.ts";

const pre = (gate: number): Port => ["pre", gate];
const h: Port = ["now", 0];
const c: Port = ["now", 1];
const c0: Port = ["old", 1];

/** c depends on i, f, g and the old c; h on o and the new c. */
export function lstmCell(peepholes = false): Cell {
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
    gates: 4,
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
  };
}

/**
 * The cell without a forget gate: what is written stays. Squashing as in 1997: g in [-2,2], output in [-1,1].
 */
export function lstm1997Cell(peepholes = false): Cell {
  const [i, g, o] = [pre(0), pre(1), pre(2)];
  const into: Edge[] = peepholes ? [[c0, i, 0]] : [];
  const out: Edge[] = peepholes ? [[c, o, 1]] : [];
  return {
    name: "lstm1997",
    gates: 3,
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
  };
}
