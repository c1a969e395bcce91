/**
 * vjp: Jᵀ·dy, backpropagation through time. At each step, last to first, the edges are walked backwards
 * (from += p ⊙ to); the adjoints of the weights are products over all rows afterwards.
 */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { blocksOf } from "../../graph/packing.ts";
import { inputProduct } from "../input-product.ts";
import { Steps, type Step } from "../steps.ts";
import type { Port } from "./cell.ts";
import { damp } from "./damping.ts";
import {
  WH,
  WX,
  factorAt,
  plane,
  roles,
  sourceOf,
  strideOf,
  type Layout,
  type RecurrentFrame,
} from "./layout.ts";

/** Sequences of one step, all of which go on from the step before, or all of which start here. */
interface Run {
  /** Their first number and how many. */
  readonly first: number;
  readonly count: number;
  /** Their first packed row. */
  readonly row: number;
  /** [count,H] adjoint of their old output: dy of the step before, or the adjoint of a start. */
  readonly dold: Ptr;
}

/** Rows [from, to) of the pre-activations outside which the adjoint is zero. */
interface Rows {
  from: number;
  to: number;
}

/** The way back through time: adjoints of one step's states, exchanged from step to step. */
class WayBack {
  readonly #layout: Layout;
  readonly #f: RecurrentFrame;
  readonly #panels: readonly Ptr[];
  readonly #dstart: Ptr;
  readonly #down: Ptr;
  #dold: Ptr[];
  #dnow: Ptr[];

  constructor(layout: Layout, f: RecurrentFrame) {
    const { cell, stages } = layout;
    const { columns: H, packing } = f.shape;
    const planes = (base: Ptr): Ptr[] =>
      Array.from({ length: cell.slots }, (_, s) => plane(f, base, s, packing.sequences));
    const { start, own } = roles(cell, f.dx);
    this.#layout = layout;
    this.#f = f;
    this.#dstart = start;
    this.#down = own;
    this.#panels = stages.map(({ column, width }) =>
      width ? f.packedTransposed(WH, column * H, width * H) : NULL,
    );
    this.#dold = planes(f.kept.dold);
    this.#dnow = planes(f.kept.dnow);
  }

  /**
   * Takes one step back; `reached` grows by the step's rows unless nothing reaches them. seam: whether a
   * block begins with the step.
   */
  step({ rows: n, from, continuing: m, before, rowsBefore }: Step, seam: boolean, reached: Rows): void {
    const f = this.#f;
    const H = f.shape.columns;
    // the old output of the sequences that go on is an output: what reaches it is added to dy at once, but
    // over a seam as one sum, since the steps before it may be computed later
    const direct = seam ? 0 : m;
    if (this.#enter(n, from, direct)) {
      reached.from = Math.min(reached.from, from);
      reached.to = Math.max(reached.to, from + n);
      if (direct > 0) this.#walk({ first: 0, count: direct, row: from, dold: f.at(f.dy, before * H) });
      if (direct < n) {
        const dold = f.at(this.#dold[0], direct * H);
        this.#walk({ first: direct, count: n - direct, row: from + direct, dold });
      }
    }
    if (direct < m) f.k.addRows(m, H, this.#dold[0], H, f.at(f.dy, before * H), H);
    if (m < n) this.#toStarts(m, n - m);
    this.#exchange(m, rowsBefore);
  }

  /** The adjoints of the states that the pass left, of the sequences of its last step. */
  leave(rows: number, from: number): void {
    const f = this.#f;
    const H = f.shape.columns;
    const C = this.#layout.cell.carried;
    if (f.dcarry === NULL) return;
    f.k.addRows(rows, H, f.dcarry, C * H, f.at(f.dy, from * H), H);
    for (let s = 1; s < C; ++s) f.k.copyRows(rows, H, f.at(f.dcarry, s * H), C * H, this.#dnow[s], H);
  }

  /** Clears what this step fills; whether any adjoint reaches it (see the flush rule). */
  #enter(n: number, from: number, m: number): boolean {
    const f = this.#f;
    const { k } = f;
    const H = f.shape.columns;
    const { slots, carried } = this.#layout.cell;
    this.#dnow[0] = f.at(f.dy, from * H);
    if (m < n) k.fill((n - m) * H, 0, f.at(this.#dold[0], m * H));
    for (let s = 1; s < slots; ++s) k.fill(n * H, 0, this.#dold[s]);
    for (let s = carried; s < slots; ++s) k.fill(n * H, 0, this.#dnow[s]);
    return f.structural > 0 || this.#dnow.some((d) => k.allZero(n * H, d) === 0);
  }

  /** Walks the edges backwards for some sequences of a step. */
  #walk(run: Run): void {
    const { cell, stages } = this.#layout;
    const f = this.#f;
    const { k } = f;
    const H = f.shape.columns;
    const G = cell.gates.length;
    const { count, first, row } = run;
    for (let j = stages.length - 1; j >= 0; --j) {
      const { stage, edges, width } = stages[j];
      for (let e = edges.length - 1; e >= 0; --e) {
        const { from, to } = edges[e];
        const u = this.#adjoint(to, run);
        const out = this.#adjoint(from, run);
        const ldu = strideOf(cell, to) * H;
        const { factor, stride } = factorAt(this.#layout, f, edges[e], first, row);
        if (from[0] === "own") k.sumProducts(count, H, u, ldu, factor, stride, out);
        else k.mulAdd(count, H, factor, stride, u, ldu, out, strideOf(cell, from) * H);
      }
      if (!width) continue;
      const dz = this.#adjoint(["pre", stage.gates[0]], run);
      k.gemmPacked(count, H, width * H, dz, G * H, this.#panels[j], this.#adjoint(stage.source, run), H);
    }
  }

  #adjoint([kind, s]: Port, { first, row, dold }: Run): Ptr {
    const f = this.#f;
    const H = f.shape.columns;
    if (kind === "pre") return f.at(f.kept.pre, (row * this.#layout.cell.gates.length + s) * H);
    if (kind === "now") return f.at(this.#dnow[s], first * H);
    if (kind === "own") return f.at(this.#down, s * H);
    return s === 0 ? dold : f.at(this.#dold[s], first * H);
  }

  /** Adds the adjoints of the starts of sequences [first, first+count), or leaves them to the pass before. */
  #toStarts(first: number, count: number): void {
    const f = this.#f;
    const H = f.shape.columns;
    const C = this.#layout.cell.carried;
    if (f.mode.carry === "continue") {
      if (f.dcarry === NULL) return;
      for (let s = 0; s < C; ++s)
        f.k.copyRows(count, H, f.at(this.#dold[s], first * H), H, f.at(f.dcarry, (first * C + s) * H), C * H);
      return;
    }
    if (this.#dstart === NULL) return;
    for (let s = 0; s < C; ++s)
      f.k.addRows(
        count,
        H,
        f.at(this.#dold[s], first * H),
        H,
        f.at(this.#dstart, (first * C + s) * H),
        C * H,
      );
  }

  /** The old states' adjoints become those of the step before's new states. */
  #exchange(m: number, rowsBefore: number): void {
    const f = this.#f;
    const { columns: H, packing } = f.shape;
    [this.#dold, this.#dnow] = [this.#dnow, this.#dold];
    this.#dold[0] = plane(f, f.kept.dold, 0, packing.sequences);
    if (rowsBefore <= m) return;
    for (let s = 1; s < this.#layout.cell.carried; ++s)
      f.k.fill((rowsBefore - m) * H, 0, f.at(this.#dnow[s], m * H));
  }
}

/** Adds the adjoints of x, Wx, Wh, b and peep, given those of the pre-activations in `rows`. */
function toWeights({ cell, stages, edges }: Layout, f: RecurrentFrame, { from, to }: Rows): void {
  const H = f.shape.columns;
  const { k } = f;
  const G = cell.gates.length;
  const [gx] = cell.inputGates;
  const rows = to - from;
  const { Wh: dWh, b: db, own: dpeep } = roles(cell, f.dx);
  const dpre = (gate: number): Ptr => f.at(f.kept.pre, (from * G + gate) * H);
  inputProduct.vjp(f, WX, f.at(f.kept.pre, gx * H), G * H, { from, rows });
  k.sumRows(rows, G * H, dpre(0), G * H, db);
  for (const { stage, column, width: blocks } of stages) {
    if (!blocks) continue;
    const x = f.at(sourceOf(f, stage.source), from * H);
    const columns = blocks * H;
    const scratch = f.scratch(k.gemmTNScratch(columns, rows));
    const out = f.at(dWh, column * H);
    k.gemmTN(H, columns, rows, x, H, dpre(stage.gates[0]), G * H, out, f.shapes[WH].columns, scratch);
  }
  for (const edge of edges) {
    if (edge.peephole < 0) continue;
    const x = f.at(sourceOf(f, edge.from), from * H);
    k.sumProducts(rows, H, dpre(edge.to[1]), G * H, x, H, f.at(dpeep, edge.peephole * H));
  }
}

export function vjp(layout: Layout, f: RecurrentFrame): void {
  const { cell, reverse } = layout;
  const { rows: N, columns: H, packing } = f.shape;
  const { k } = f;
  k.fill(N * cell.gates.length * H, 0, f.kept.pre);
  if (f.structural > 0) damp(layout, f);
  k.fill(packing.sequences * cell.slots * H, 0, f.kept.dnow);
  const back = new WayBack(layout, f);
  const steps = new Steps(packing, reverse);
  const blocks = reverse ? [0, steps.count] : blocksOf(packing);
  const { rows, from } = steps.at(steps.count - 1);
  back.leave(rows, from);
  for (let b = blocks.length - 2; b >= 0; --b) {
    // rows outside have no adjoint: targets lie elsewhere, or the gradient has vanished
    const reached: Rows = { from: N, to: 0 };
    for (let i = blocks[b + 1] - 1; i >= blocks[b]; --i) back.step(steps.at(i), i === blocks[b], reached);
    if (reached.from < reached.to) toWeights(layout, f, reached);
  }
}
