/**
 * Structural damping (Martens & Sutskever 2011): dpre += a·|∂state/∂pre| ⊙ R{pre} for every edge out of a
 * pre-activation, so that a movement of a pre-activation weighs as much as it moves the state; for the plain
 * unit |∂h/∂x| is 1 - h² or h(1 - h).
 */
import { factorAt, type Layout, type RecurrentFrame } from "./layout.ts";

/** Adds the damping, of weight f.structural, to the adjoints of the pre-activations. */
export function damp(layout: Layout, f: RecurrentFrame): void {
  const { rows: N, columns: H } = f.shape;
  const G = layout.cell.gates.length;
  for (const edge of layout.edges) {
    const [kind, gate] = edge.from;
    if (kind !== "pre") continue;
    const { factor, stride } = factorAt(layout, f, edge, 0, 0);
    const rpre = f.at(f.tangents.pre, gate * H);
    f.k.mulAddAbs(N, H, f.structural, factor, stride, rpre, G * H, f.at(f.kept.pre, gate * H), G * H);
  }
}
