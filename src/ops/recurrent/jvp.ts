/** jvp: J·v, tangents through time. At each step the edges are walked forwards (to += p ⊙ from). */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { inputProduct } from "../input-product.ts";
import { Steps, type Step } from "../steps.ts";
import type { Port } from "./cell.ts";
import {
  WH,
  WX,
  factorAt,
  plane,
  roles,
  sourceOf,
  strideOf,
  tangentAfter,
  type Layout,
  type RecurrentFrame,
} from "./layout.ts";

/** rpre = x·RWx + rx·Wx + source·RWh + Rb + peepholes over all rows; the time loop adds the rest. */
function fromWeights({ cell, stages, edges }: Layout, f: RecurrentFrame): void {
  const { rows: N, columns: H } = f.shape;
  const { k } = f;
  const G = cell.gates.length;
  const [gx] = cell.inputGates;
  const rpre = f.tangents.pre;
  const { b: rb, own: rpeep } = roles(cell, f.rx);
  k.setRows(N, G * H, rb, rpre, G * H);
  inputProduct.jvp(f, WX, f.at(rb, gx * H), f.at(rpre, gx * H), G * H);
  for (const { stage, column, width } of stages) {
    if (!width) continue;
    const panel = f.packedTangent(WH, column * H, width * H);
    const to = f.at(rpre, stage.gates[0] * H);
    k.gemmPacked(N, width * H, H, sourceOf(f, stage.source), H, panel, to, G * H);
  }
  for (const { from, to, peephole } of edges) {
    if (peephole < 0) continue;
    k.mulAddRow(N, H, f.at(rpeep, peephole * H), sourceOf(f, from), H, f.at(rpre, to[1] * H), G * H);
  }
}

/** Brings the tangents of a step's old states: from the step before, or of a start. */
function enterStep({ cell }: Layout, f: RecurrentFrame, step: Step, rold: readonly Ptr[]): void {
  const H = f.shape.columns;
  const { rows: n, continuing: m, before } = step;
  const C = cell.carried;
  const { start: rstart } = roles(cell, f.rx);
  for (let s = 0; s < C; ++s) {
    if (m > 0) f.k.copyRows(1, m * H, f.at(tangentAfter(f, s), before * H), m * H, rold[s], m * H);
    if (m === n) continue;
    const to = f.at(rold[s], m * H);
    if (rstart === NULL || f.mode.carry === "continue") f.k.fill((n - m) * H, 0, to);
    else f.k.copyRows(n - m, H, f.at(rstart, (m * C + s) * H), C * H, to, H);
  }
}

export function jvp(layout: Layout, f: RecurrentFrame): void {
  const { cell, reverse, stages } = layout;
  const { rows: N, columns: H, packing } = f.shape;
  const { k } = f;
  const G = cell.gates.length;
  const { own: rown } = roles(cell, f.rx);
  fromWeights(layout, f);
  k.fill(N * H, 0, f.ry);
  k.fill(N * (cell.slots - 1) * H, 0, f.tangents.inner);
  const rold = Array.from({ length: cell.slots }, (_, s) => plane(f, f.tangents.old, s, packing.sequences));
  const tangent = ([kind, s]: Port, row: number): Ptr => {
    if (kind === "pre") return f.at(f.tangents.pre, (row * G + s) * H);
    if (kind === "own") return f.at(rown, s * H);
    return kind === "old" ? rold[s] : f.at(tangentAfter(f, s), row * H);
  };
  const steps = new Steps(packing, reverse);
  const panels = stages.map(({ column, width }) => (width ? f.packed(WH, column * H, width * H) : NULL));
  for (let i = 0; i < steps.count; ++i) {
    const step = steps.at(i);
    const { rows: n, from: row } = step;
    enterStep(layout, f, step, rold);
    stages.forEach(({ stage, edges, width }, j) => {
      const rpre = tangent(["pre", stage.gates[0]], row);
      if (width) k.gemmPacked(n, width * H, H, tangent(stage.source, row), H, panels[j], rpre, G * H);
      for (const edge of edges) {
        const { from, to } = edge;
        const r = tangent(from, row);
        const ldr = strideOf(cell, from) * H;
        const out = tangent(to, row);
        const ldo = strideOf(cell, to) * H;
        const { factor, stride } = factorAt(layout, f, edge, 0, row);
        k.mulAdd(n, H, factor, stride, r, ldr, out, ldo);
      }
    });
  }
}
