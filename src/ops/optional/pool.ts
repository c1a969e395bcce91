/**
 * One step from many: the last, the mean or the maximum of each window of `width` steps, or of a whole
 * sequence. A sequence of T steps has ⌈T/width⌉ after it; its last window may be shorter.
 */
import { ShapeError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import { oneStep, packing } from "../../graph/packing.ts";
import type { Frame, Op } from "../../graph/op.ts";

/** What a window becomes. */
export type PoolKind = "last" | "mean" | "max";

type PoolFrame = Frame<"share" | "best">;

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
      opens: t === s * width,
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
    forward(f, run) {
      const C = f.shape.columns;
      passes.mean.flow(f, run, f.at(f.x[0], run.from * C), f.at(f.y, run.to * C), false);
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

/** width Infinity: the whole sequence. */
export function pool(kind: PoolKind, width = Infinity): Op {
  const pass = passes[kind];
  const steps = (T: number): number => Math.ceil(T / width) || 1;
  return {
    name: "pool",
    outputSteps: steps,
    plan([x]) {
      const out =
        width === Infinity ? oneStep(x.packing.sequences) : packing(Array.from(x.packing.lengths, steps));
      const kept = { share: kind === "mean" ? out.rows : 0, best: kind === "max" ? out.rows * x.columns : 0 };
      return { columns: x.columns, packing: out, kept };
    },
    forward(f: PoolFrame) {
      if (f.mode.carry)
        throw new ShapeError(
          "pool: needs whole sequences, and this pass carries state on, as streams and truncated training " +
            "do; want a net without it",
        );
      f.k.fill(f.shape.rows * f.shape.columns, 0, f.y);
      if (kind === "mean") shares(f, width);
      eachStep(f, width, (run) => pass.forward(f, run));
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
