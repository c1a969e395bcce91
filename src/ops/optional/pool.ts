/**
 * One step from many: the last, the mean or the maximum of each window of `width` steps, or of a whole
 * sequence. A sequence of T steps has ⌈T/width⌉ after it; its last window may be shorter.
 */
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import { oneStep, packing } from "../../graph/packing.ts";
import { checkOneStep, type Frame, type Op } from "../../graph/op.ts";

/** What a window becomes. */
export type PoolKind = "last" | "mean" | "max";

type PoolFrame = Frame<"share" | "best" | "sum">;

/** Rows of one step: `rows` of them from `from`, into rows of the window from `to`. */
interface Run {
  readonly t: number;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  /** Whether the step opens its window. */
  readonly opens: boolean;
  /** Rows below it go on in the same window. */
  readonly goesOn: number;
}

function eachStep(f: PoolFrame, width: number, visit: (run: Run) => void): void {
  const { rowsAt, offsetAt, steps: T } = f.shapes[0].packing;
  const y = f.shape.packing;
  for (let t = 0; t < T; ++t) {
    const s = Math.floor(t / width);
    visit({
      t,
      rows: rowsAt[t],
      from: offsetAt[t],
      to: y.offsetAt[s],
      opens: t % width === 0,
      goesOn: t + 1 < T && Math.floor((t + 1) / width) === s ? rowsAt[t + 1] : 0,
    });
  }
}

/** Writes 1/steps of each window [rows of y]. */
function shares(f: PoolFrame, width: number): void {
  const { offsetAt, rowsAt, steps, rows } = f.shape.packing;
  const { lengths } = f.shapes[0].packing;
  const share = f.engine.memory.reals(f.kept.share, rows);
  for (let s = 0; s < steps; ++s)
    for (let b = 0; b < rowsAt[s]; ++b)
      share[offsetAt[s] + b] = 1 / Math.min(width, lengths[b] - (s === 0 ? 0 : s * width));
}

/** The pass of one kind along the steps: y from x, tangents and adjoints alike. */
interface Pass {
  forward(f: PoolFrame, run: Run): void;
  /** Adds what flows between a step's rows `x` and its window's `y`; `back`: from y to x. */
  flow(f: PoolFrame, run: Run, x: Ptr, y: Ptr, back: boolean): void;
}

const passes: Record<PoolKind, Pass> = {
  last: {
    forward(f, { rows, from, to, goesOn }) {
      const C = f.shape.columns;
      const n = rows - goesOn;
      if (n > 0) f.k.copyRows(n, C, f.at(f.x[0], (from + goesOn) * C), C, f.at(f.y, (to + goesOn) * C), C);
    },
    flow(f, { rows, goesOn }, x, y, back) {
      const C = f.shape.columns;
      const n = (rows - goesOn) * C;
      const [a, b] = [f.at(x, goesOn * C), f.at(y, goesOn * C)];
      if (n > 0) f.k.addScaled(n, 1, back ? b : a, back ? a : b);
    },
  },
  mean: {
    forward(f, { rows, from, to }) {
      const C = f.shape.columns;
      f.k.addScaled(rows * C, 1, f.at(f.x[0], from * C), f.at(f.kept.sum, to * C));
    },
    flow(f, { rows, to }, x, y, back) {
      const share = f.at(f.kept.share, to);
      optionalKernels(f.k).addScaledRows(rows, f.shape.columns, share, back ? y : x, back ? x : y);
    },
  },
  max: {
    forward(f, { t, rows, from, to, opens }) {
      const C = f.shape.columns;
      const n = rows * C;
      const [x, y, best] = [f.at(f.x[0], from * C), f.at(f.y, to * C), f.at(f.kept.best, to * C)];
      if (!opens) return optionalKernels(f.k).maxSpan(n, x, t, y, best);
      f.k.copyRows(1, n, x, n, y, n);
      f.k.fill(n, t, best);
    },
    flow(f, { t, rows, to }, x, y, back) {
      const C = f.shape.columns;
      const best = f.at(f.kept.best, to * C);
      optionalKernels(f.k).addWhere(rows * C, t, best, back ? y : x, back ? x : y);
    },
  },
};

/** y = share ⊙ sum. */
function means(f: PoolFrame): void {
  const { rows, columns: C } = f.shape;
  optionalKernels(f.k).addScaledRows(rows, C, f.kept.share, f.kept.sum, f.y);
}

/**
 * One step of a sequence that comes step by step, to the bits of the whole window so far. The carry holds the
 * sum or the maximum, and how many steps of the window there were.
 */
function poolNext(f: PoolFrame, kind: PoolKind, width: number): void {
  const { columns: C } = f.shape;
  const { memory } = f.engine;
  const count = memory.reals(f.at(f.carry, C), 1);
  const opens = f.mode.carry === "start" || count[0] === width;
  count[0] = opens ? 1 : count[0] + 1;
  if (kind === "last") return f.k.copyRows(1, C, f.x[0], C, f.y, C);
  if (kind === "max") {
    if (opens) f.k.copyRows(1, C, f.x[0], C, f.carry, C);
    else optionalKernels(f.k).maxSpan(C, f.x[0], 0, f.carry, f.kept.best);
    return f.k.copyRows(1, C, f.carry, C, f.y, C);
  }
  if (opens) f.k.fill(C, 0, f.carry);
  f.k.addScaled(C, 1, f.x[0], f.carry);
  memory.reals(f.kept.share, 1)[0] = 1 / count[0];
  f.k.fill(C, 0, f.y);
  optionalKernels(f.k).addScaledRows(1, C, f.kept.share, f.carry, f.y);
}

/** width Infinity: the whole sequence. */
export function pool(kind: PoolKind, width = Infinity): Op {
  const pass = passes[kind];
  const steps = (T: number): number => Math.ceil(T / width) || 1;
  return {
    name: "pool",
    stride: width,
    outputSteps: steps,
    plan([x]) {
      const out =
        width === Infinity ? oneStep(x.packing.sequences) : packing(Array.from(x.packing.lengths, steps));
      const size = out.rows * x.columns;
      const [mean, max] = [kind === "mean", kind === "max"];
      const kept = { share: mean ? out.rows : 0, sum: mean ? size : 0, best: max ? size : 0 };
      return { columns: x.columns, packing: out, kept, carry: x.columns + 1 };
    },
    forward(f: PoolFrame) {
      if (f.mode.carry) {
        checkOneStep("pool", f);
        return poolNext(f, kind, width);
      }
      const n = f.shape.rows * f.shape.columns;
      f.k.fill(n, 0, f.y);
      if (kind === "mean") {
        shares(f, width);
        f.k.fill(n, 0, f.kept.sum);
      }
      eachStep(f, width, (run) => pass.forward(f, run));
      if (kind === "mean") means(f);
    },
    vjp(f: PoolFrame) {
      if (f.dx[0] === NULL) return;
      const C = f.shape.columns;
      eachStep(f, width, (run) =>
        pass.flow(f, run, f.at(f.dx[0], run.from * C), f.at(f.dy, run.to * C), true),
      );
    },
    jvp(f: PoolFrame) {
      const C = f.shape.columns;
      f.k.fill(f.shape.rows * C, 0, f.ry);
      eachStep(f, width, (run) =>
        pass.flow(f, run, f.at(f.rx[0], run.from * C), f.at(f.ry, run.to * C), false),
      );
    },
  };
}
