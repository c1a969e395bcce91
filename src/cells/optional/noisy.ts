/**
 * Noise on the states of a recurrent cell while it trains, out of the cell's own table:
 *
 *   recurrent dropout   pre = x·Wx + (m⊙h₀)·Wh + b   m = 1/keep or 0, one mask [H] a sequence (Gal and
 *                                                    Ghahramani 2016)
 *   zoneout             s = d⊙s₀ + (1-d)⊙ŝ           ŝ what the cell would make of a state s, d = 1 with
 *                                                    probability `zoneout`, else 0, drawn for each step, unit
 *                                                    and state (Krueger et al. 2017); at rest d = `zoneout`
 */
import { activationCodes, NULL, type Ptr } from "../../wasm/kernels.ts";
import { Random } from "../../wasm/random.ts";
import type { Frame } from "../../graph/op.ts";
import type { Cell, CellMasks, Edge, MaskPlace, Port, Stage, StepBuffers } from "../../ops/recurrent/cell.ts";

/** The rates of a layer's noise, 0 for none. */
export interface StateNoise {
  readonly recurrentDropout: number;
  readonly zoneout: number;
}

/** Random numbers of zoneout: a stream beyond those of the nodes of a graph. */
const ZONEOUT_STREAM = 2 ** 16;

const h0: Port = ["old", 0];
const isPort = ([kind, s]: Port, [other, place]: Port): boolean => kind === other && s === place;

/** The edges with other ports. */
const moved = (edges: readonly Edge[], move: (port: Port, edge: Edge) => Port): Edge[] =>
  edges.map((edge) => {
    const [from, to, by] = edge;
    const ends = [move(from, edge), move(to, edge)] as const;
    return (by === undefined ? ends : [...ends, by]) as Edge;
  });

/** A stage whose kernel finds some states in other places. */
const stepWith =
  (stage: Stage, places: (at: StepBuffers) => Pick<StepBuffers, "old" | "now">): Stage["step"] =>
  (k, B, H, at) =>
    stage.step(k, B, H, { ...at, ...places(at) });

/** Products read m⊙h₀, which is a state block of its own. */
function dropped(cell: Cell): Cell {
  const D = cell.slots;
  const q: Port = ["now", D];
  const mask: MaskPlace = { per: "sequence", index: 0 };
  const drop: Stage = {
    source: h0,
    gates: [0, 0],
    edges: [[h0, q, mask]],
    step: (k, B, H, at) => k.mul(B * H, at.masks[0], at.old[0], at.now[D]),
  };
  const stages = cell.stages.map((stage): Stage => {
    // what is made of h₀ for a product alone, as by a reset in front of it, is made of m⊙h₀
    const forProduct = ([from, [kind, s]]: Edge): boolean =>
      isPort(from, h0) && kind === "now" && s >= cell.carried;
    const edges = moved(stage.edges, (port, edge) => (isPort(port, h0) && forProduct(edge) ? q : port));
    const step = stage.edges.some(forProduct)
      ? stepWith(stage, ({ old, now }) => ({ old: [now[D], ...old.slice(1)], now }))
      : stage.step;
    return { ...stage, edges, step, source: isPort(stage.source, h0) ? q : stage.source };
  });
  return { ...cell, slots: D + 1, stages: [drop, ...stages] };
}

/** Carried states are mixed with their old ones; `first`: the place of d among the masks of a step. */
function zonedOut(cell: Cell, zoneout: number, first: number): Cell {
  const { carried: C, slots } = cell;
  const places = Array.from({ length: C }, (_, s) => s);
  const made = ([kind, s]: Port): Port => (kind === "now" && s < C ? ["now", slots + s] : [kind, s]);
  const stages = cell.stages.map((stage): Stage => ({
    ...stage,
    source: made(stage.source),
    edges: moved(stage.edges, made),
    step: stepWith(stage, ({ old, now }) => ({
      old,
      now: now.map((ptr, s) => (s < C ? now[slots + s] : ptr)),
    })),
  }));
  const mix: Stage = {
    source: h0,
    gates: [0, 0],
    edges: places.flatMap((s): Edge[] => [
      [["old", s], ["now", s], { per: "step", index: s }],
      [["now", slots + s], ["now", s], { per: "step", index: C + s }],
    ]),
    step(k, B, H, at) {
      for (const s of places) {
        const to = at.now[s];
        k.fill(B * H, 0, to);
        k.mulAdd(B, H, at.masks[first + s], H, at.old[s], H, to, H);
        k.mulAdd(B, H, at.masks[first + C + s], H, at.now[slots + s], H, to, H);
        k.rnnStep(activationCodes.identity, B, H, to, to, NULL); // flushed, as the states of cells are
      }
    },
  };
  return {
    ...cell,
    slots: slots + C,
    stages: [...stages, mix],
    plain:
      cell.plain &&
      ((step) =>
        cell.plain!(step).map((now, s) =>
          step.plus(step.scaled(zoneout, step.old[s]), step.scaled(1 - zoneout, now)),
        )),
  };
}

/** m [B,H]: 1/keep or 0 while training, else 1. */
function drawDropped(f: Frame, rate: number, m: Ptr): void {
  const n = f.shape.packing.sequences * f.shape.columns;
  if (!f.mode.training) return f.k.fill(n, 1, m);
  const [key0, key1] = Random.key(f.mode.seed);
  f.k.dropoutMask(0, n, key0, key1, f.id, f.mode.draw, 1 - rate, m);
}

/** d [carried,N,H] and behind it 1 - d. */
function drawZonedOut(f: Frame, rate: number, carried: number, d: Ptr): void {
  const { rows: N, columns: H } = f.shape;
  const n = carried * N * H;
  const rest = f.at(d, n);
  f.k.fill(n, 1, d);
  f.k.fill(n, 0, rest);
  if (!f.mode.training) {
    f.k.scale(n, rate, d);
    return f.k.fill(n, 1 - rate, rest);
  }
  const kept = f.scratch(n);
  const [key0, key1] = Random.key(f.mode.seed);
  const { row, rows } = f.mode.piece ?? { row: 0, rows: N };
  for (let s = 0; s < carried; ++s) {
    const first = (s * rows + row) * H;
    const to = f.at(kept, s * N * H);
    f.k.dropoutMask(first, N * H, key0, key1, ZONEOUT_STREAM + f.id, f.mode.draw, 1 - rate, to);
  }
  f.k.activationProduct(activationCodes.relu, n, kept, d, rest); // 1 where kept > 0
  f.k.addScaled(n, -1, rest, d);
}

/** The cell with noise. */
export function noisy(cell: Cell, { recurrentDropout, zoneout }: StateNoise): Cell {
  const drops = recurrentDropout > 0;
  const sequence = drops ? 1 : 0;
  const inside = drops ? dropped(cell) : cell;
  const masks: CellMasks = {
    sequence,
    step: zoneout > 0 ? 2 * cell.carried : 0,
    draw(f, ofSequences, ofSteps) {
      if (drops) drawDropped(f, recurrentDropout, ofSequences);
      if (zoneout > 0) drawZonedOut(f, zoneout, cell.carried, ofSteps);
    },
  };
  return { ...(zoneout > 0 ? zonedOut(inside, zoneout, sequence) : inside), masks };
}
