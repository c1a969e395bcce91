/**
 * A layer of LSTM units that reads a text through a soft window which it moves itself (Graves 2013, chapter
 * 5). At each step, K Gaussians over the places of the text, w₀ = h₀ = c₀ = κ₀ = 0:
 *
 *   z = x_t·Wx + [h_{t-1} w_{t-1}]·Wh + b      h_t, c_t = lstm(z, c_{t-1})
 *   (α̂, β̂, κ̂) = h_t·Wq + q                     w_t, κ_t = window(e^α̂, e^β̂, κ_{t-1} + e^κ̂, text)
 *
 * Inputs: x [N,I], text [B,U] with symbols 1 to V and 0 behind its end, Wx [I,4H], Wh [H+V,4H], b [1,4H],
 * Wq [H,3K], q [1,3K]. Output [N,H+V], h_t and w_t side by side.
 */
import { ShapeError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Frame, InputShapes, Op, Plan } from "../../graph/op.ts";
import { inputProduct } from "../input-product.ts";
import type { Cell, Port } from "../recurrent/cell.ts";
import { layOut, type PlacedEdge } from "../recurrent/layout.ts";
import { Steps, type Step } from "../steps.ts";

const [TEXT, WX, WH, BIAS, WQ, Q] = [1, 2, 3, 4, 5, 6];
/** Gates and partials of an LSTM without peepholes. */
const [G, E] = [4, 6];

type Kept = "pre" | "partials" | "old" | "memory" | "shape" | "kappa" | "h" | "back" | "dshape";
type Tangents = "pre" | "old" | "memory" | "shape" | "kappa" | "h";
type WindowFrame = Frame<Kept, Tangents>;

/** The edges of the cell, in the order of its partials. */
type Edges = readonly PlacedEdge[];
/** The rows of a step. */
type Rows = Pick<Step, "rows" | "from">;

/** Widths of a frame: H units, V symbols, K components, U places. */
interface Sizes {
  readonly H: number;
  readonly V: number;
  readonly K: number;
  readonly U: number;
}

const sizesOf = ([, text, , Wh, b, Wq]: InputShapes): Sizes => {
  const H = b.columns / G;
  return { H, V: Wh.rows - H, K: Wq.columns / 3, U: text.columns };
};

function plan(x: InputShapes): Plan<Kept, Tangents> {
  const { H, V, K } = sizesOf(x);
  const [input, , Wx, Wh, , Wq, q] = x;
  if (input.symbols) throw new ShapeError("softWindow: stands on symbols, want an embedding in front");
  const want = (what: string, { rows, columns }: { rows: number; columns: number }, is: number[]): void => {
    if (rows !== is[0] || columns !== is[1])
      throw new ShapeError(`softWindow: ${what} is [${rows},${columns}], want [${is.join()}]`);
  };
  want("Wx", Wx, [input.columns, G * H]);
  want("Wh", Wh, [H + Math.max(V, 1), G * H]);
  want("Wq", Wq, [H, 3 * K]);
  want("q", q, [1, 3 * K]);
  const { packing } = input;
  const N = packing.rows;
  const B = packing.sequences;
  const C = H + V;
  const states = { old: N * C, memory: N * H, shape: 3 * N * K, kappa: N * K, h: B * H };
  return {
    columns: C,
    packing,
    // back: adjoints of one step's output and memory, and of κ
    kept: { ...states, pre: N * G * H, partials: N * E * H, back: B * (3 * H + K), dshape: 3 * N * K },
    gradientOnly: ["partials", "back", "dshape"],
    tangents: { ...states, pre: N * G * H },
    carry: C + H + K,
  };
}

/** What a pass works on: the values, or their tangents. */
interface Flow {
  readonly y: Ptr;
  readonly old: Ptr;
  readonly memory: Ptr;
  readonly kappa: Ptr;
}

/** Where the states before a step stand. */
interface Before {
  readonly memory: Ptr;
  readonly kappa: Ptr;
}

/** Brings [h w] of the step before to this step's rows of `old`; zeros at the start of a sequence. */
function enter(f: WindowFrame, { y, old, memory, kappa }: Flow, step: Step, start: Ptr): Before {
  const { H, K } = sizesOf(f.shapes);
  const { rows: n, from, continuing: m, before } = step;
  const C = f.shape.columns;
  const to = f.at(old, from * C);
  if (m > 0) {
    f.k.copyRows(1, n * C, f.at(y, before * C), n * C, to, n * C);
    return { memory: f.at(memory, before * H), kappa: f.at(kappa, before * K) };
  }
  f.k.copyRows(1, n * C, start, n * C, to, n * C);
  return { memory: f.at(start, n * C), kappa: f.at(start, n * (C + H)) };
}

/** The states before a sequence's first step, [h w] then c then κ of all sequences, in scratch. */
function startOf(f: WindowFrame, carried: Ptr): Ptr {
  const { H, K } = sizesOf(f.shapes);
  const B = f.shape.packing.sequences;
  const C = f.shape.columns;
  const all = C + H + K;
  const start = f.scratch(B * all);
  if (carried === NULL) f.k.fill(B * all, 0, start);
  else {
    f.k.copyRows(B, C, carried, all, start, C);
    f.k.copyRows(B, H, f.at(carried, C), all, f.at(start, B * C), H);
    f.k.copyRows(B, K, f.at(carried, C + H), all, f.at(start, B * (C + H)), K);
  }
  return start;
}

/** Leaves each sequence's last states in the carry. */
function keepLast(f: WindowFrame, steps: Steps): void {
  const { H, K } = sizesOf(f.shapes);
  const C = f.shape.columns;
  const all = C + H + K;
  steps.eachEnd((from, to, row) => {
    const place = f.at(f.carry, from * all);
    f.k.copyRows(to - from, C, f.at(f.y, row * C), C, place, all);
    f.k.copyRows(to - from, H, f.at(f.kept.memory, row * H), H, f.at(place, C), all);
    f.k.copyRows(to - from, K, f.at(f.kept.kappa, row * K), K, f.at(place, C + H), all);
  });
}

function forward(f: WindowFrame): void {
  const { H, V, K, U } = sizesOf(f.shapes);
  const { rows: N, columns: C, packing } = f.shape;
  const { k } = f;
  const { pre, partials, memory, shape, kappa, h, old } = f.kept;
  k.setRows(N, G * H, f.x[BIAS], pre, G * H);
  inputProduct.forward(f, WX, f.x[BIAS], pre, G * H);
  k.setRows(N, 3 * K, f.x[Q], shape, 3 * K);
  const [Wh, Wq] = [f.packed(WH), f.packed(WQ)];
  const start = startOf(f, f.mode.carry === "continue" ? f.carry : NULL);
  const steps = new Steps(packing, false);
  for (let t = 0; t < steps.count; ++t) {
    const step = steps.at(t);
    const { rows: n, from } = step;
    const before = enter(f, { y: f.y, old, memory, kappa }, step, start);
    const z = f.at(pre, from * G * H);
    const y = f.at(f.y, from * C);
    const a = f.at(shape, from * 3 * K);
    k.gemmPacked(n, G * H, C, f.at(old, from * C), C, Wh, z, G * H);
    const slopes = partials === NULL ? NULL : f.at(partials, from * E * H);
    k.lstmStep(n, H, z, before.memory, h, f.at(memory, from * H), slopes, NULL);
    k.copyRows(n, H, h, H, y, C);
    k.gemmPacked(n, 3 * K, H, h, H, Wq, a, 3 * K);
    const now = f.at(kappa, from * K);
    optionalKernels(k).windowStep(n, K, U, V, f.x[TEXT], before.kappa, a, now, f.at(y, H), C);
  }
  if (f.mode.carry) keepLast(f, steps);
}

/** Walks the edges of the cell backwards for a step: the adjoints of z and of the old memory. */
function walkBack(
  f: WindowFrame,
  edges: Edges,
  { rows: n, from }: Rows,
  dnow: readonly Ptr[],
  dold: Ptr,
): void {
  const { H } = sizesOf(f.shapes);
  const place = ([kind, s]: Port): { ptr: Ptr; stride: number } => {
    if (kind === "pre") return { ptr: f.at(f.kept.pre, (from * G + s) * H), stride: G * H };
    return { ptr: kind === "now" ? dnow[s] : dold, stride: H };
  };
  for (let e = E - 1; e >= 0; --e) {
    const { from: source, to: result, partial } = edges[e];
    const [u, out] = [place(result), place(source)];
    const factor = f.at(f.kept.partials, (from * E + partial) * H);
    f.k.mulAdd(n, H, factor, E * H, u.ptr, u.stride, out.ptr, out.stride);
  }
}

/** The adjoint of matrix input w: xᵀ·dz over all rows, x [N,rows] with row stride ldx. */
function toWeights(
  f: WindowFrame,
  { x, ldx, rows }: { readonly x: Ptr; readonly ldx: number; readonly rows: number },
  dz: Ptr,
  w: number,
): void {
  const N = f.shape.rows;
  const { columns } = f.shapes[w];
  const scratch = f.scratch(f.k.gemmTNScratch(columns, N));
  f.k.gemmTN(rows, columns, N, x, ldx, dz, columns, f.dx[w], columns, scratch);
}

function vjp(edges: Edges, f: WindowFrame): void {
  const { H, V, K, U } = sizesOf(f.shapes);
  const { rows: N, columns: C, packing } = f.shape;
  const { k } = f;
  const { pre, old, shape, kappa, back, dshape } = f.kept;
  const B = packing.sequences;
  k.fill(N * G * H, 0, pre);
  k.fill(3 * N * K, 0, dshape);
  k.fill(B * (3 * H + K), 0, back);
  const [dh, dkappa] = [back, f.at(back, 3 * B * H)];
  let [dnow, dold] = [f.at(back, B * H), f.at(back, 2 * B * H)];
  const [WhT, WqT] = [f.packedTransposed(WH), f.packedTransposed(WQ)];
  const steps = new Steps(packing, false);
  for (let t = steps.count - 1; t >= 0; --t) {
    const { rows: n, from, continuing: m, before } = steps.at(t);
    const dy = f.at(f.dy, from * C);
    const [a, da] = [f.at(shape, from * 3 * K), f.at(dshape, from * 3 * K)];
    const now = f.at(kappa, from * K);
    optionalKernels(k).windowAdjoint(n, K, U, V, f.x[TEXT], a, now, f.at(dy, H), C, dkappa, da);
    k.copyRows(n, H, dy, C, dh, H);
    k.gemmPacked(n, H, 3 * K, da, 3 * K, WqT, dh, H);
    k.fill(n * H, 0, dold);
    walkBack(f, edges, { rows: n, from }, [dh, dnow], dold);
    [dnow, dold] = [dold, dnow];
    if (m === 0) continue;
    k.gemmPacked(n, C, G * H, f.at(pre, from * G * H), G * H, WhT, f.at(f.dy, before * C), C);
  }
  inputProduct.vjp(f, WX, pre, G * H, { from: 0, rows: N });
  toWeights(f, { x: old, ldx: C, rows: C }, pre, WH);
  toWeights(f, { x: f.y, ldx: C, rows: H }, dshape, WQ);
  k.sumRows(N, G * H, pre, G * H, f.dx[BIAS]);
  k.sumRows(N, 3 * K, dshape, 3 * K, f.dx[Q]);
}

/** Walks the edges of the cell forwards for a step: the tangents of h and of the new memory. */
function walkOn(f: WindowFrame, edges: Edges, { rows: n, from }: Rows, rold: Ptr): void {
  const { H } = sizesOf(f.shapes);
  const { pre, memory, h } = f.tangents;
  const place = ([kind, s]: Port): { ptr: Ptr; stride: number } => {
    if (kind === "pre") return { ptr: f.at(pre, (from * G + s) * H), stride: G * H };
    if (kind === "old") return { ptr: rold, stride: H };
    return { ptr: s === 0 ? h : f.at(memory, from * H), stride: H };
  };
  for (const { from: source, to: result, partial } of edges) {
    const [r, out] = [place(source), place(result)];
    const factor = f.at(f.kept.partials, (from * E + partial) * H);
    f.k.mulAdd(n, H, factor, E * H, r.ptr, r.stride, out.ptr, out.stride);
  }
}

function jvp(edges: Edges, f: WindowFrame): void {
  const { H, V, K, U } = sizesOf(f.shapes);
  const { rows: N, columns: C, packing } = f.shape;
  const { k } = f;
  const { pre, old, memory, shape, kappa, h } = f.tangents;
  k.setRows(N, G * H, f.rx[BIAS], pre, G * H);
  inputProduct.jvp(f, WX, f.rx[BIAS], pre, G * H);
  k.gemmPacked(N, G * H, C, f.kept.old, C, f.packedTangent(WH), pre, G * H);
  k.setRows(N, 3 * K, f.rx[Q], shape, 3 * K);
  k.gemmPacked(N, 3 * K, H, f.y, C, f.packedTangent(WQ), shape, 3 * K);
  k.fill(N * C, 0, f.ry);
  k.fill(N * H, 0, memory);
  const [Wh, Wq] = [f.packed(WH), f.packed(WQ)];
  const start = startOf(f, NULL);
  const steps = new Steps(packing, false);
  for (let t = 0; t < steps.count; ++t) {
    const step = steps.at(t);
    const { rows: n, from } = step;
    const before = enter(f, { y: f.ry, old, memory, kappa }, step, start);
    k.gemmPacked(n, G * H, C, f.at(old, from * C), C, Wh, f.at(pre, from * G * H), G * H);
    k.fill(n * H, 0, h);
    walkOn(f, edges, { rows: n, from }, before.memory);
    const ry = f.at(f.ry, from * C);
    k.copyRows(n, H, h, H, ry, C);
    const ra = f.at(shape, from * 3 * K);
    k.gemmPacked(n, 3 * K, H, h, H, Wq, ra, 3 * K);
    const [a, now] = [f.at(f.kept.shape, from * 3 * K), f.at(f.kept.kappa, from * K)];
    const rnow = f.at(kappa, from * K);
    const rw = f.at(ry, H);
    optionalKernels(k).windowTangent(n, K, U, V, f.x[TEXT], a, now, before.kappa, ra, rnow, rw, C);
  }
}

/**
 * The op, for an LSTM cell with a forget gate and without peepholes. Its trace "kappa" is [N,K], where the
 * window's parts stand, and "shape" [N,3K] their α, β and steps.
 */
export function softWindow(cell: Cell): Op {
  const { edges } = layOut(cell, false);
  return {
    name: "softWindow",
    plan,
    forward,
    vjp: (f: WindowFrame) => vjp(edges, f),
    jvp: (f: WindowFrame) => jvp(edges, f),
    trace: (f: WindowFrame, what) => f.kept[what as "kappa" | "shape"],
  };
}
