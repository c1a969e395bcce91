/** The cells as formulas of one unit, each beside the call of its kernel. */
import type { Engine } from "../../../src/wasm/engine.ts";
import { NULL, activationCodes, type Ptr } from "../../../src/wasm/kernels.ts";

export const σ = (x: number): number => 1 / (1 + Math.exp(-x));
const { tanh } = Math;

/**
 * What one unit reads (z by gate, then old states) and what it writes: `unit` gives the outputs from
 * [gates..., olds...].
 */
export interface Case {
  name: string;
  gates: number;
  olds: number;
  outs: number;
  /**
   * Partials as [output, input], in the kernel's order; the input behind the last old state is the output c.
   */
  edges: [number, number][];
  unit: (v: number[], peep: number[]) => number[];
  step: (
    engine: Engine,
    B: number,
    H: number,
    pre: Ptr,
    olds: Ptr[],
    outs: Ptr[],
    partials: Ptr,
    peep: Ptr,
  ) => void;
}

export const lstm: Case = {
  name: "lstm",
  gates: 4,
  olds: 1,
  outs: 2,
  edges: [
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 4],
    [0, 3],
    [0, 6],
  ],
  unit: ([i, f, g, o, c0], [pi = 0, pf = 0, po = 0]) => {
    const c = σ(f + pf * c0) * c0 + σ(i + pi * c0) * tanh(g);
    return [σ(o + po * c) * tanh(c), c];
  },
  step: ({ kernels: k }, B, H, pre, [c0], [h, c], partials, peep) =>
    k.lstmStep(B, H, pre, c0, h, c, partials, peep),
};
export const lstm1997 = (gRange: number, hRange: number): Case => ({
  name: `lstm 1997, ranges ${gRange} and ${hRange}`,
  gates: 3,
  olds: 1,
  outs: 2,
  edges: [
    [1, 0],
    [1, 1],
    [1, 3],
    [0, 2],
    [0, 5],
  ],
  unit: ([i, g, o, c0], [pi = 0, po = 0]) => {
    const c = c0 + σ(i + pi * c0) * gRange * tanh(g / 2);
    return [σ(o + po * c) * hRange * tanh(c / 2), c];
  },
  step: ({ kernels: k }, B, H, pre, [c0], [h, c], partials, peep) =>
    k.lstm1997Step(B, H, pre, c0, h, c, partials, peep, gRange, hRange),
});
const activations: Record<string, (x: number) => number> = {
  identity: (x) => x,
  tanh,
  logistic: σ,
  relu: (x) => Math.max(x, 0),
};
export const cases: Case[] = [
  lstm,
  lstm1997(2, 1),
  lstm1997(4, 2),
  {
    name: "gru, reset after",
    gates: 4,
    olds: 1,
    outs: 1,
    edges: [
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ],
    unit: ([nx, r, z, nh, h0]) => [(1 - σ(z)) * tanh(nx + σ(r) * nh) + σ(z) * h0],
    step: ({ kernels: k }, B, H, pre, [h0], [h], partials) => k.gruStep(B, H, pre, h0, h, partials),
  },
  {
    name: "gru, reset before",
    gates: 3,
    olds: 1,
    outs: 2,
    edges: [
      [0, 0],
      [0, 3],
      [1, 1],
      [1, 2],
      [1, 3],
    ],
    unit: ([r, z, n, h0]) => [σ(r) * h0, (1 - σ(z)) * tanh(n) + σ(z) * h0],
    step: ({ kernels: k, memory }, B, H, pre, [h0], [q, h], partials) => {
      k.gruResetStep(B, H, pre, h0, q, partials, 5 * H);
      k.gruBlendStep(B, H, pre, h0, h, partials === NULL ? NULL : memory.at(partials, 2 * H), 5 * H);
    },
  },
  ...Object.entries(activationCodes).flatMap(([name, kind]): Case[] => [
    {
      name: `rnn, ${name}`,
      gates: 1,
      olds: 0,
      outs: 1,
      edges: [[0, 0]],
      unit: ([z]) => [activations[name](z)],
      step: ({ kernels: k }, B, H, pre, _, [h], partials) => k.rnnStep(kind, B, H, pre, h, partials),
    },
    {
      name: `leaky, ${name}`,
      gates: 1,
      olds: 1,
      outs: 1,
      edges: [
        [0, 0],
        [0, 1],
      ],
      unit: ([z, h0]) => [0.7 * h0 + 0.3 * activations[name](z)],
      step: ({ kernels: k }, B, H, pre, [h0], [h], partials) =>
        k.leakyStep(kind, B, H, 0.3, pre, h0, h, partials),
    },
  ]),
];
