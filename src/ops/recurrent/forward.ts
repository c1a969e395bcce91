/** Forward: pre_t = x_t·Wx + source_t·Wh + b, now_t = step(pre_t, old_t), y_t = now_t[0]. */
import { ShapeError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { inputProduct } from "../input-product.ts";
import { Steps, type Step } from "../steps.ts";
import type { StepBuffers } from "./cell.ts";
import { WH, WX, maskAt, plane, roles, stateAfter, type Layout, type RecurrentFrame } from "./layout.ts";

/** Points the state blocks at a step's rows and brings the old states: from the step before, or a start. */
function enterStep({ cell }: Layout, f: RecurrentFrame, step: Step, at: StepBuffers, starts: Ptr): void {
  const { rows: N, columns: H } = f.shape;
  const { rows: n, from, continuing: m, before } = step;
  const C = cell.carried;
  for (let s = 0; s < cell.slots; ++s) {
    at.old[s] = f.at(plane(f, f.kept.old, s, N), from * H);
    at.now[s] = f.at(stateAfter(f, s), from * H);
    if (s >= C) continue;
    if (m > 0) f.k.copyRows(1, m * H, f.at(stateAfter(f, s), before * H), m * H, at.old[s], m * H);
    if (m < n) f.k.copyRows(n - m, H, f.at(starts, (m * C + s) * H), C * H, f.at(at.old[s], m * H), H);
  }
}

/** Leaves each sequence's last states in the carry [B,C·H]. */
function keepLast({ cell }: Layout, f: RecurrentFrame, steps: Steps): void {
  const H = f.shape.columns;
  const C = cell.carried;
  steps.eachEnd((from, to, row) => {
    for (let s = 0; s < C; ++s) {
      const last = f.at(stateAfter(f, s), row * H);
      f.k.copyRows(to - from, H, last, H, f.at(f.carry, (from * C + s) * H), C * H);
    }
  });
}

/** Points the masks at a step's rows. */
function enterMasks(layout: Layout, f: RecurrentFrame, { from }: Step, at: StepBuffers): void {
  const { masks } = layout.cell;
  if (!masks) return;
  for (let index = 0; index < masks.sequence; ++index)
    at.masks[index] = maskAt(layout, f, { per: "sequence", index }, 0, from);
  for (let index = 0; index < masks.step; ++index)
    at.masks[masks.sequence + index] = maskAt(layout, f, { per: "step", index }, 0, from);
}

export function forward(layout: Layout, f: RecurrentFrame): void {
  const { cell, name, reverse, stages, partials: E } = layout;
  const { rows: N, columns: H, packing } = f.shape;
  const { k } = f;
  const G = cell.gates.length;
  const [gx] = cell.inputGates;
  const { pre, partials, prepared } = f.kept;
  const { start, b, own } = roles(cell, f.x);
  if (reverse && f.mode.carry)
    throw new ShapeError(
      `${name}: runs backwards in time, so it needs whole sequences; want one without state carried on`,
    );
  k.setRows(N, G * H, b, pre, G * H);
  inputProduct.forward(f, WX, f.at(b, gx * H), f.at(pre, gx * H), G * H);
  const steps = new Steps(packing, reverse);
  const starts = f.mode.carry === "continue" ? f.carry : start;
  const panels = stages.map(({ column, width }) => (width ? f.packed(WH, column * H, width * H) : NULL));
  const at: StepBuffers = {
    pre,
    old: [],
    now: [],
    partials: NULL,
    partialColumns: E * H,
    peep: own,
    prepared,
    masks: [],
  };
  cell.own?.prepare(k, H, own, prepared);
  cell.masks?.draw(f, f.kept.masks, f.at(f.kept.masks, cell.masks.sequence * packing.sequences * H));
  for (let i = 0; i < steps.count; ++i) {
    const step = steps.at(i);
    at.pre = f.at(pre, step.from * G * H);
    enterStep(layout, f, step, at, starts);
    enterMasks(layout, f, step, at);
    stages.forEach(({ stage, width, partial }, j) => {
      const [kind, s] = stage.source;
      const x = kind === "old" ? at.old[s] : at.now[s];
      if (width)
        k.gemmPacked(step.rows, width * H, H, x, H, panels[j], f.at(at.pre, stage.gates[0] * H), G * H);
      at.partials = partials === NULL ? NULL : f.at(partials, (step.from * E + partial) * H);
      stage.step(k, step.rows, H, at);
    });
  }
  if (f.mode.carry) keepLast(layout, f, steps);
}
