/**
 * A convolution over time: y_s = b + Σ_j x_{s·stride + j·dilation - pad}·W_j, zeros before a sequence's first
 * and behind its last step. Causal: pad is all of (width - 1)·dilation; else half of it, rounded down, as
 * "same" of PyTorch and Keras. A sequence of T steps has ⌈T/stride⌉.
 *
 * Inputs: x [N,I], W [I,width·O] with tap j in columns [j·O, (j+1)·O), b [1,O]. Each tap is a product of
 * packed rows as they stand: nothing is copied.
 */
import { ShapeError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { packing } from "../../graph/packing.ts";
import { checkOneStep, type Frame, type InputShapes, type Op, type Plan } from "../../graph/op.ts";
import { remember } from "../delay-taps.ts";

/** The form of a convolution. */
export interface ConvForm {
  /** Taps. */
  readonly width: number;
  readonly stride: number;
  readonly dilation: number;
  readonly causal: boolean;
}

type ConvFrame = Frame<"past">;

/** Visits runs of rows of one tap: `rows` of x from `from` go to rows of y from `to`. */
function eachRun(
  f: ConvFrame,
  { stride }: ConvForm,
  shift: number,
  visit: (rows: number, from: number, to: number) => void,
): void {
  const x = f.shapes[0].packing;
  const y = f.shape.packing;
  let [rows, from, to] = [0, 0, 0];
  for (let s = 0; s < y.steps; ++s) {
    const t = s * stride + shift;
    if (t < 0 || t >= x.steps) continue;
    const n = Math.min(y.rowsAt[s], x.rowsAt[t]);
    if (rows > 0 && from + rows === x.offsetAt[t] && to + rows === y.offsetAt[s]) {
      rows += n;
      continue;
    }
    if (rows > 0) visit(rows, from, to);
    [rows, from, to] = [n, x.offsetAt[t], y.offsetAt[s]];
  }
  if (rows > 0) visit(rows, from, to);
}

/** Visits the rows of y that read carried inputs by one tap: past row `back` of the sequences. */
function eachPast(
  f: ConvFrame,
  shift: number,
  visit: (rows: number, back: number, to: number) => void,
): void {
  if (f.mode.carry !== "continue") return;
  const { rowsAt, offsetAt, steps } = f.shape.packing;
  for (let t = 0; t < Math.min(-shift, steps); ++t) visit(rowsAt[t], -(t + shift) - 1, offsetAt[t]);
}

function plan([x, W, b]: InputShapes, { width, stride, causal }: ConvForm, reach: number): Plan<"past"> {
  if (x.symbols) throw new ShapeError("conv: stands on symbols, want an embedding in front");
  const O = b.columns;
  if (W.rows !== x.columns || W.columns !== width * O)
    throw new ShapeError(
      `conv: W is [${W.rows},${W.columns}], want [I,width·O] = [${x.columns},${width * O}]`,
    );
  const past = causal ? reach * x.columns : 0;
  return {
    columns: O,
    packing: stride === 1 ? x.packing : packing(Array.from(x.packing.lengths, (T) => Math.ceil(T / stride))),
    kept: { past: x.packing.sequences * past },
    carry: past + (stride > 1 ? O + 1 : 0),
  };
}

/** y += x·panels for every tap, x [N,I] in place of the input. */
function products(f: ConvFrame, form: ConvForm, shifts: readonly number[], pass: Product): void {
  const I = f.shapes[0].columns;
  const O = f.shape.columns;
  shifts.forEach((shift, j) => {
    const panels = pass.panels(j);
    eachRun(f, form, shift, (rows, from, to) =>
      f.k.gemmPacked(rows, O, I, f.at(pass.x, from * I), I, panels, f.at(pass.y, to * O), O),
    );
    if (!pass.past) return;
    const ld = (form.width - 1) * form.dilation * I;
    eachPast(f, shift, (rows, back, to) =>
      f.k.gemmPacked(rows, O, I, f.at(f.kept.past, back * I), ld, panels, f.at(pass.y, to * O), O),
    );
  });
}
interface Product {
  readonly x: Ptr;
  readonly y: Ptr;
  readonly past: boolean;
  panels(j: number): Ptr;
}

/**
 * Counts the steps of a sequence that comes step by step; whether this one makes no output of its own, and y
 * is the one before. The count stands behind the past, and behind it the last output.
 */
function between(f: ConvFrame, past: number, stride: number): boolean {
  const { columns: O } = f.shape;
  const count = f.engine.memory.reals(f.at(f.carry, past), 1);
  const place = f.mode.carry === "start" ? 0 : count[0] % stride;
  count[0] = place + 1;
  if (place > 0) f.k.copyRows(1, O, f.at(f.carry, past + 1), O, f.y, O);
  return place > 0;
}

/** The convolution. */
export function conv(form: ConvForm): Op {
  const { width, stride, dilation, causal } = form;
  const reach = (width - 1) * dilation;
  const pad = causal ? reach : Math.floor(reach / 2);
  const shifts = Array.from({ length: width }, (_, j) => j * dilation - pad);
  return {
    name: "conv",
    ...(causal ? {} : { whole: "reads later steps; want causal: true, or predict" }),
    ...(stride > 1 ? { stride, outputSteps: (T: number) => Math.ceil(T / stride) } : {}),
    plan: (x) => plan(x, form, reach),
    forward(f: ConvFrame) {
      const { rows: N, columns: O } = f.shape;
      const past = reach * f.shapes[0].columns;
      if (f.mode.carry && !causal)
        throw new ShapeError(
          "conv: needs whole sequences unless it is causal, and this pass carries state on; " +
            "want causal: true",
        );
      if (f.mode.carry && stride > 1) checkOneStep("conv", f);
      if (f.mode.carry === "continue")
        f.k.copyRows(1, f.shape.packing.sequences * past, f.carry, 0, f.kept.past, 0);
      if (!f.mode.carry || stride === 1 || !between(f, past, stride)) {
        f.k.setRows(N, O, f.x[2], f.y, O);
        products(f, form, shifts, { x: f.x[0], y: f.y, past: true, panels: (j) => f.packed(1, j * O, O) });
        if (f.mode.carry && stride > 1) f.k.copyRows(1, O, f.y, O, f.at(f.carry, past + 1), O);
      }
      if (f.mode.carry && reach > 0) remember(f, reach + 1);
    },
    vjp(f: ConvFrame) {
      const { rows: N, columns: O } = f.shape;
      const I = f.shapes[0].columns;
      f.k.sumRows(N, O, f.dy, O, f.dx[2]);
      shifts.forEach((shift, j) => {
        const dW = f.at(f.dx[1], j * O);
        const weigh = (rows: number, x: Ptr, ldx: number, dy: Ptr): void =>
          f.k.gemmTN(I, O, rows, x, ldx, dy, O, dW, width * O, f.scratch(f.k.gemmTNScratch(O, rows)));
        const panels = f.dx[0] === NULL ? NULL : f.packedTransposed(1, j * O, O);
        eachRun(f, form, shift, (rows, from, to) => {
          const dy = f.at(f.dy, to * O);
          if (panels !== NULL) f.k.gemmPacked(rows, I, O, dy, O, panels, f.at(f.dx[0], from * I), I);
          weigh(rows, f.at(f.x[0], from * I), I, dy);
        });
        eachPast(f, shift, (rows, back, to) =>
          weigh(rows, f.at(f.kept.past, back * I), reach * I, f.at(f.dy, to * O)),
        );
      });
    },
    jvp(f: ConvFrame) {
      const { rows: N, columns: O } = f.shape;
      f.k.setRows(N, O, f.rx[2], f.ry, O);
      const tangents = (j: number): Ptr => f.packedTangent(1, j * O, O);
      products(f, form, shifts, { x: f.x[0], y: f.ry, past: true, panels: tangents });
      if (f.rx[0] === NULL) return;
      const panels = (j: number): Ptr => f.packed(1, j * O, O);
      products(f, form, shifts, { x: f.rx[0], y: f.ry, past: false, panels });
    },
  };
}
