/**
 * The time loop, once for all cells: pre_t = x_t·Wx + source_t·Wh + b, now_t = step(pre_t, old_t), y_t =
 * now_t[0].
 *
 * x [N,I] reals or [N,1] symbols below I start [B,C·H] states before the first step Wx [I,gates·H] Wh
 * [H,gates·H] b [1,G·H] peep [peepholes,H] y [N,H]
 *
 * A cell is a table: the kernel of one step, which writes the new state and the step's partial derivatives,
 * and edges that say which column block depends on which. J·v walks the edges forwards (to += p ⊙ from), Jᵀ·u
 * backwards (from += p ⊙ to); every matrix product over all steps is one product over all rows.
 */
import { NULL, type Kernels, type Ptr } from "../wasm/kernels.ts";
import { ShapeError } from "../wasm/errors.ts";
import type { Frame, Op, Plan, Shape } from "../graph/op.ts";
import { inputProduct, inputWidth } from "./input-product.ts";
import { Steps } from "./steps.ts";

/** A [B,H] block of one step: gate block of the pre-activations, state before, state after. */
export type Port = readonly ["pre" | "old" | "now", number];
/** `to` depends on `from` by the next partial, or by row `peephole` of the peephole weights. */
export type Edge = readonly [from: Port, to: Port] | readonly [from: Port, to: Port, peephole: number];

/** The buffers of one step, as a kernel wants them. */
export interface StepBuffers {
  pre: Ptr;
  readonly old: Ptr[];
  readonly now: Ptr[];
  /** [B,E·H] the partials of this stage begin here; row stride `partialColumns`. NULL: not wanted. */
  partials: Ptr;
  partialColumns: number;
  /** [peepholes,H] or NULL. */
  peep: Ptr;
}

/** Part of a step: one recurrent product, then one kernel. Most cells have one. */
export interface Stage {
  /** The state that Wh multiplies, and the gate blocks [from, to) that receive the product. */
  readonly source: Port;
  readonly gates: readonly [number, number];
  /** In the order of evaluation. */
  readonly edges: readonly Edge[];
  step(k: Kernels, B: number, H: number, at: StepBuffers): void;
}

/** A recurrent cell as a table. */
export interface Cell {
  readonly name: string;
  /** G gate blocks; those in [from, to) receive x·Wx. */
  readonly gates: number;
  readonly inputGates: readonly [number, number];
  /** S state blocks a unit, the first `carried` of which live on to the next step; block 0 is the output. */
  readonly slots: number;
  readonly carried: number;
  readonly peepholes: number;
  readonly stages: readonly Stage[];
}

/** E: the number of partials a cell's step writes for each unit. */
export const partialCount = (cell: Cell): number =>
  cell.stages.reduce((sum, stage) => sum + stage.edges.filter((edge) => edge.length === 2).length, 0);
/** Columns of Wh, in gate blocks. */
export const stateGates = (cell: Cell): number =>
  cell.stages.reduce((sum, stage) => sum + stage.gates[1] - stage.gates[0], 0);

const blocks = ([from, to]: readonly [number, number], H: number): number => (to - from) * H;

/**
 * An edge with its place: column block `partial` of the partials, or row `peephole` of the peephole weights.
 */
interface PlacedEdge {
  readonly from: Port;
  readonly to: Port;
  readonly partial: number;
  readonly peephole: number;
}

/** The edges of each stage, in the order in which the kernels write their partials. */
function placeEdges(cell: Cell): PlacedEdge[][] {
  let next = 0;
  return cell.stages.map((stage) =>
    stage.edges.map(([from, to, peephole]) => ({
      from,
      to,
      partial: peephole === undefined ? next++ : -1,
      peephole: peephole ?? -1,
    })),
  );
}

/** Visits the stages with the columns of Wh that belong to each. */
function eachStage(
  cell: Cell,
  H: number,
  visit: (stage: Stage, from: number, columns: number, width: number) => void,
): void {
  const width = stateGates(cell) * H;
  let from = 0;
  for (const stage of cell.stages) {
    visit(stage, from, blocks(stage.gates, H), width);
    from += blocks(stage.gates, H);
  }
}

/** The packed panels of Wh, stage by stage. */
function stagePanels(cell: Cell, H: number, packed: (from: number, columns: number) => Ptr): Ptr[] {
  const panels: Ptr[] = [];
  eachStage(cell, H, (_, from, columns) => panels.push(packed(from, columns)));
  return panels;
}

/**
 * Structural damping (Martens & Sutskever 2011): dpre += a·|∂state/∂pre| ⊙ R{pre} for every edge out of a
 * pre-activation, so that a movement of a pre-activation weighs as much as it moves the state; for the plain
 * unit |∂h/∂x| is 1 - h² or h(1 - h).
 */
function damp(f: Frame, cell: Cell, edges: PlacedEdge[][], partials: Ptr, dpre: Ptr): void {
  const { rows: N, columns: H } = f.shape;
  const G = cell.gates;
  const E = partialCount(cell);
  for (const {
    from: [kind, gate],
    partial,
  } of edges.flat()) {
    if (kind !== "pre" || partial < 0) continue;
    f.k.mulAddAbs(
      N,
      H,
      f.structural,
      f.at(partials, partial * H),
      E * H,
      f.at(f.tangent[0], gate * H),
      G * H,
      f.at(dpre, gate * H),
      G * H,
    );
  }
}

/** Leaves each sequence's last states in the carry [B,C·H]. */
function keepLast(f: Frame, cell: Cell, steps: Steps, states: (slot: number) => Ptr): void {
  const H = f.shape.columns;
  const C = cell.carried;
  steps.eachEnd((from, to, row) => {
    for (let s = 0; s < C; ++s)
      f.k.copyRows(to - from, H, f.at(states(s), row * H), H, f.at(f.carry, (from * C + s) * H), C * H);
  });
}

function plan(cell: Cell, x: readonly Shape[]): Plan {
  const [input, start, Wx, Wh, b, peep] = x as Shape[];
  const H = Wh.rows;
  const { gates: G, slots: S } = cell;
  const want = (what: string, shape: Shape, rows: number, columns: number, as: string): void => {
    if (shape.rows !== rows || shape.columns !== columns) {
      throw new ShapeError(
        `recurrent(${cell.name}): ${what} is [${shape.rows},${shape.columns}], want ${as} = ` +
          `[${rows},${columns}]`,
      );
    }
  };
  const gx = cell.inputGates[1] - cell.inputGates[0];
  const gh = stateGates(cell);
  want("Wx", Wx, inputWidth(input), gx * H, `[I,${gx}H]`);
  want("Wh", Wh, H, gh * H, `[H,${gh}H]`);
  want("b", b, 1, G * H, `[1,${G}H]`);
  if (cell.peepholes) want("peep", peep, cell.peepholes, H, `[${cell.peepholes},H]`);
  want("start", start, input.packing!.sequences, cell.carried * H, `[B,${cell.carried}H]`);
  const N = input.packing!.rows;
  const B = input.packing!.sequences;
  return {
    columns: H,
    packing: input.packing!,
    // pre (its adjoint takes the same room), partials, old states, new states but the output, adjoints of old
    // and new states of a step
    kept: [N * G * H, N * partialCount(cell) * H, N * S * H, N * (S - 1) * H, B * S * H, B * S * H],
    gradientOnly: [1, 4, 5],
    // pre, tangents of old states of a step, of new states but the output
    tangent: [N * G * H, B * S * H, N * (S - 1) * H],
    carry: cell.carried * H,
  };
}

/**
 * A layer of H units of a cell, run forwards or, with `reverse`, from each sequence's last step to its first.
 */
export function recurrent(cell: Cell, { reverse = false } = {}): Op {
  const G = cell.gates;
  const [gx0] = cell.inputGates;
  const E = partialCount(cell);
  const edges = placeEdges(cell);
  const name = `recurrent(${cell.name})`;
  const plane = (f: Frame, base: Ptr, s: number, rows: number): Ptr => f.at(base, s * rows * f.shape.columns);
  const output = (f: Frame, s: number, first: Ptr, rest: Ptr): Ptr =>
    s === 0 ? first : plane(f, rest, s - 1, f.shape.rows);
  const source = (f: Frame, [kind, s]: Port): Ptr =>
    kind === "old" ? plane(f, f.kept[2], s, f.shape.rows) : output(f, s, f.y, f.kept[3]);

  return {
    name,
    plan: (x) => plan(cell, x),

    forward(f): void {
      const { rows: N, columns: H } = f.shape;
      const { k } = f;
      const [pre, partials, old] = f.kept as [Ptr, Ptr, Ptr];
      if (reverse && f.mode.carry)
        throw new ShapeError(
          `${name}: runs backwards in time, so it needs whole sequences; want one without state carried on`,
        );
      k.setRows(N, G * H, f.x[4], pre, G * H);
      inputProduct.forward(f, 2, f.at(f.x[4], gx0 * H), f.at(pre, gx0 * H), G * H);
      const at: StepBuffers = {
        pre,
        old: [],
        now: [],
        partials: NULL,
        partialColumns: E * H,
        peep: cell.peepholes ? f.x[5] : NULL,
      };
      const steps = new Steps(f.shape.packing!, reverse);
      const starts = f.mode.carry === "continue" ? f.carry : f.x[1];
      const panels = stagePanels(cell, H, (from, columns) => f.packed(3, from, columns));
      for (let i = 0; i < steps.count; ++i) {
        const { rows: n, from: row, continuing: m, before } = steps.at(i);
        at.pre = f.at(pre, row * G * H);
        for (let s = 0; s < cell.slots; ++s) {
          at.old[s] = f.at(plane(f, old, s, N), row * H);
          at.now[s] = f.at(output(f, s, f.y, f.kept[3]), row * H);
          if (s >= cell.carried) continue;
          if (m > 0)
            k.copyRows(1, m * H, f.at(output(f, s, f.y, f.kept[3]), before * H), m * H, at.old[s], m * H);
          if (m < n)
            k.copyRows(
              n - m,
              H,
              f.at(starts, m * cell.carried * H + s * H),
              cell.carried * H,
              f.at(at.old[s], m * H),
              H,
            );
        }
        let e = 0;
        cell.stages.forEach((stage, j) => {
          const [kind, s] = stage.source;
          const x = kind === "old" ? at.old[s] : at.now[s];
          k.gemmPacked(
            n,
            blocks(stage.gates, H),
            H,
            x,
            H,
            panels[j],
            f.at(at.pre, stage.gates[0] * H),
            G * H,
          );
          at.partials = partials === NULL ? NULL : f.at(partials, (row * E + e) * H);
          stage.step(k, n, H, at);
          e += stage.edges.filter((edge) => edge.length === 2).length;
        });
      }
      if (f.mode.carry) keepLast(f, cell, steps, (s) => output(f, s, f.y, f.kept[3]));
    },

    vjp(f): void {
      const { rows: N, columns: H } = f.shape;
      const B = f.shape.packing!.sequences;
      const { k } = f;
      const [dpre, partials, , , dOld, dNow] = f.kept as Ptr[];
      const C = cell.carried;
      let dold = Array.from({ length: cell.slots }, (_, s) => plane(f, dOld, s, B));
      let dnow = Array.from({ length: cell.slots }, (_, s) => plane(f, dNow, s, B));
      k.fill(N * G * H, 0, dpre);
      if (f.structural > 0) damp(f, cell, edges, partials, dpre);
      k.fill(B * cell.slots * H, 0, dNow);
      const panels = stagePanels(cell, H, (from, columns) => f.packedTransposed(3, from, columns));
      const steps = new Steps(f.shape.packing!, reverse);
      // rows outside [first, end) have no adjoint: targets lie elsewhere, or the gradient has vanished (see
      // the flush rule)
      let first = f.structural > 0 ? 0 : N;
      let end = f.structural > 0 ? N : 0;
      for (let i = steps.count - 1; i >= 0; --i) {
        const { rows: n, from: row, continuing: m, before, rowsBefore } = steps.at(i);
        dnow[0] = f.at(f.dy, row * H);
        if (m < n) k.fill((n - m) * H, 0, f.at(dold[0], m * H));
        for (let s = 1; s < cell.slots; ++s) k.fill(n * H, 0, dold[s]);
        for (let s = C; s < cell.slots; ++s) k.fill(n * H, 0, dnow[s]);
        const quiet = f.structural === 0 && dnow.every((d) => k.allZero(n * H, d) === 1);
        if (!quiet) {
          first = Math.min(first, row);
          end = Math.max(end, row + n);
        }
        // the old output of the sequences that go on is an output: what reaches it is added to dy at once;
        // that of the others is a start
        for (let a = quiet ? n : 0, b = 0; a < n; a = b) {
          b = a < m ? m : n;
          const adjoint = ([kind, s]: Port): Ptr =>
            kind === "pre"
              ? f.at(dpre, ((row + a) * G + s) * H)
              : kind === "now"
                ? f.at(dnow[s], a * H)
                : s === 0 && a < m
                  ? f.at(f.dy, before * H)
                  : f.at(dold[s], a * H);
          const stride = ([kind]: Port): number => (kind === "pre" ? G * H : H);
          for (let j = cell.stages.length - 1; j >= 0; --j) {
            const stage = cell.stages[j];
            const list = edges[j];
            for (let e = list.length - 1; e >= 0; --e) {
              const { from, to, partial, peephole } = list[e];
              if (peephole < 0)
                k.mulAdd(
                  b - a,
                  H,
                  f.at(partials, ((row + a) * E + partial) * H),
                  E * H,
                  adjoint(to),
                  stride(to),
                  adjoint(from),
                  stride(from),
                );
              else
                k.mulAddRow(
                  b - a,
                  H,
                  f.at(f.x[5], peephole * H),
                  adjoint(to),
                  stride(to),
                  adjoint(from),
                  stride(from),
                );
            }
            k.gemmPacked(
              b - a,
              H,
              blocks(stage.gates, H),
              adjoint(["pre", stage.gates[0]]),
              G * H,
              panels[j],
              adjoint(stage.source),
              H,
            );
          }
        }
        if (m < n && f.dx[1] !== NULL && f.mode.carry !== "continue") {
          for (let s = 0; s < C; ++s)
            k.addRows(n - m, H, f.at(dold[s], m * H), H, f.at(f.dx[1], (m * C + s) * H), C * H);
        }
        [dold, dnow] = [dnow, dold];
        dold[0] = plane(f, dOld, 0, B);
        for (let s = 1; s < C; ++s) if (rowsBefore > m) k.fill((rowsBefore - m) * H, 0, f.at(dnow[s], m * H));
      }
      const rows = end - first;
      const felt = (gate: number): Ptr => f.at(dpre, (first * G + gate) * H);
      if (rows <= 0) return;
      inputProduct.vjp(f, 2, f.at(dpre, gx0 * H), G * H, first, rows);
      k.sumRows(rows, G * H, felt(0), G * H, f.dx[4]);
      eachStage(cell, H, (stage, from, columns, width) => {
        const x = f.at(source(f, stage.source), first * H);
        const scratch = f.scratch(k.gemmTNScratch(columns, rows));
        k.gemmTN(H, columns, rows, x, H, felt(stage.gates[0]), G * H, f.at(f.dx[3], from), width, scratch);
      });
      for (const { from, to, peephole } of edges.flat()) {
        if (peephole >= 0)
          k.sumProducts(
            rows,
            H,
            felt(to[1]),
            G * H,
            f.at(source(f, from), first * H),
            H,
            f.at(f.dx[5], peephole * H),
          );
      }
    },

    jvp(f): void {
      const { rows: N, columns: H } = f.shape;
      const B = f.shape.packing!.sequences;
      const { k } = f;
      const C = cell.carried;
      const partials = f.kept[1];
      const [rpre, rOld, rRest] = f.tangent as [Ptr, Ptr, Ptr];
      k.setRows(N, G * H, f.rx[4], rpre, G * H);
      inputProduct.jvp(f, 2, f.at(f.rx[4], gx0 * H), f.at(rpre, gx0 * H), G * H);
      eachStage(cell, H, (stage, from, columns) => {
        k.gemmPacked(
          N,
          columns,
          H,
          source(f, stage.source),
          H,
          f.packedTangent(3, from, columns),
          f.at(rpre, stage.gates[0] * H),
          G * H,
        );
      });
      for (const { from, to, peephole } of edges.flat()) {
        if (peephole >= 0)
          k.mulAddRow(N, H, f.at(f.rx[5], peephole * H), source(f, from), H, f.at(rpre, to[1] * H), G * H);
      }
      k.fill(N * H, 0, f.ry);
      k.fill(N * (cell.slots - 1) * H, 0, rRest);
      const rold = Array.from({ length: cell.slots }, (_, s) => plane(f, rOld, s, B));
      const steps = new Steps(f.shape.packing!, reverse);
      const panels = stagePanels(cell, H, (from, columns) => f.packed(3, from, columns));
      for (let i = 0; i < steps.count; ++i) {
        const { rows: n, from: row, continuing: m, before } = steps.at(i);
        for (let s = 0; s < C; ++s) {
          if (m > 0) k.copyRows(1, m * H, f.at(output(f, s, f.ry, rRest), before * H), m * H, rold[s], m * H);
          if (m === n) continue;
          if (f.rx[1] === NULL || f.mode.carry === "continue") k.fill((n - m) * H, 0, f.at(rold[s], m * H));
          else k.copyRows(n - m, H, f.at(f.rx[1], (m * C + s) * H), C * H, f.at(rold[s], m * H), H);
        }
        const tangent = ([kind, s]: Port): Ptr =>
          kind === "pre"
            ? f.at(rpre, (row * G + s) * H)
            : kind === "old"
              ? rold[s]
              : f.at(output(f, s, f.ry, rRest), row * H);
        const stride = ([kind]: Port): number => (kind === "pre" ? G * H : H);
        cell.stages.forEach((stage, j) => {
          k.gemmPacked(
            n,
            blocks(stage.gates, H),
            H,
            tangent(stage.source),
            H,
            panels[j],
            f.at(rpre, (row * G + stage.gates[0]) * H),
            G * H,
          );
          for (const { from, to, partial, peephole } of edges[j]) {
            if (peephole < 0)
              k.mulAdd(
                n,
                H,
                f.at(partials, (row * E + partial) * H),
                E * H,
                tangent(from),
                stride(from),
                tangent(to),
                stride(to),
              );
            else
              k.mulAddRow(
                n,
                H,
                f.at(f.x[5], peephole * H),
                tangent(from),
                stride(from),
                tangent(to),
                stride(to),
              );
          }
        });
      }
    },
  };
}
