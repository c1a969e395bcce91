/**
 * Structural damping (Martens & Sutskever 2011): dpre += a·|∂state/∂pre| ⊙ R{pre} for every edge out of a
 * pre-activation, so that a movement of a pre-activation weighs as much as it moves the state; for the plain
 * unit |∂h/∂x| is 1 - h² or h(1 - h).
 */
import type { Layout, RecurrentFrame } from "./layout.ts";

/** Adds the damping, of weight f.structural, to the adjoints of the pre-activations. */
export function damp({ cell, edges, partials: E }: Layout, f: RecurrentFrame): void {
  const { rows: N, columns: H } = f.shape;
  const G = cell.gates.length;
  for (const { from, partial } of edges) {
    const [kind, gate] = from;
    if (kind !== "pre" || partial < 0) continue;
    const p = f.at(f.kept.partials, partial * H);
    const rpre = f.at(f.tangents.pre, gate * H);
    f.k.mulAddAbs(N, H, f.structural, p, E * H, rpre, G * H, f.at(f.kept.pre, gate * H), G * H);
  }
}
