/**
 * Attention over time: y = Σ_t α_t·x_t, α the softmax of the scores of a sequence's own steps (Bahdanau et
 * al. 2015). Inputs: x [N,C], scores [N,1]. Output [B,C], one step a sequence.
 */
import { ShapeError } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import { oneStep } from "../../graph/packing.ts";
import type { Frame, Op } from "../../graph/op.ts";

/**
 * order: rows sequence by sequence [N] (i32); own: α in that order; weight: α in order of the rows; one: 1.
 */
type AttendFrame = Frame<"order" | "own" | "weight" | "one">;

const count = (f: AttendFrame): number => f.shapes[0].rows;

/** Visits each sequence: its first place in the order, and its steps. */
function eachSequence(f: AttendFrame, visit: (from: number, steps: number) => void): void {
  const { lengths } = f.shapes[0].packing;
  let from = 0;
  for (const T of lengths) {
    visit(from, T);
    from += T;
  }
}

/** y [B,C] += Σ_t a_t·x_t, or with `back` x_t += a_t·y. */
function spread(f: AttendFrame, a: Ptr, x: Ptr, y: Ptr, back: boolean): void {
  const { rowsAt, offsetAt, steps } = f.shapes[0].packing;
  const C = f.shape.columns;
  const k = optionalKernels(f.k);
  for (let t = 0; t < steps; ++t) {
    const at = f.at(x, offsetAt[t] * C);
    k.addScaledRows(rowsAt[t], C, f.at(a, offsetAt[t]), back ? y : at, back ? at : y);
  }
}

/** out [N] += the softmax's Jacobian, sequence by sequence, times u [N]; both in the order of the rows. */
function throughSoftmax(f: AttendFrame, u: Ptr, out: Ptr, work: Ptr): void {
  const N = count(f);
  const { order, own, one } = f.kept;
  const product = f.at(work, N);
  f.k.gatherRows(N, 1, u, order, work, 1);
  f.k.fill(N, 0, product);
  eachSequence(f, (from, T) =>
    f.k.softmaxCurvature(1, T, f.at(own, from), one, 1, f.at(work, from), f.at(product, from)),
  );
  f.k.scatterAddRows(N, 1, product, 1, order, out);
}

/** The op. */
export const attend: Op = {
  name: "attend",
  whole: 'weighs the steps of a whole sequence against each other; want pool("mean"), or predict',
  outputSteps: () => 1,
  plan([x, scores]) {
    if (scores.columns !== 1 || scores.rows !== x.rows)
      throw new ShapeError(
        `attend: scores are [${scores.rows},${scores.columns}], want [N,1] = [${x.rows},1]`,
      );
    return {
      columns: x.columns,
      packing: oneStep(x.packing.sequences),
      kept: { order: x.rows, own: x.rows, weight: x.rows, one: 1 },
    };
  },
  forward(f: AttendFrame) {
    if (f.mode.carry)
      throw new ShapeError(
        "attention: needs whole sequences, and this pass carries state on, as streams and truncated " +
          "training do; want a net without it",
      );
    const N = count(f);
    const { order, own, weight, one } = f.kept;
    const { offsetAt } = f.shapes[0].packing;
    const rows = f.engine.memory.ints(order, N);
    let sequence = 0;
    eachSequence(f, (from, T) => {
      for (let t = 0; t < T; ++t) rows[from + t] = offsetAt[t] + sequence;
      ++sequence;
    });
    f.k.fill(1, 1, one);
    f.k.gatherRows(N, 1, f.x[1], order, own, 1);
    eachSequence(f, (from, T) => f.k.softmaxProbabilities(1, T, f.at(own, from), f.at(own, from)));
    f.k.fill(N, 0, weight);
    f.k.scatterAddRows(N, 1, own, 1, order, weight);
    f.k.fill(f.shape.rows * f.shape.columns, 0, f.y);
    spread(f, weight, f.x[0], f.y, false);
  },
  vjp(f: AttendFrame) {
    const N = count(f);
    if (f.dx[0] !== NULL) spread(f, f.kept.weight, f.dx[0], f.dy, true);
    if (f.dx[1] === NULL) return;
    const { rowsAt, offsetAt, steps } = f.shapes[0].packing;
    const C = f.shape.columns;
    const work = f.scratch(3 * N);
    f.k.fill(N, 0, work);
    for (let t = 0; t < steps; ++t) {
      const from = offsetAt[t];
      optionalKernels(f.k).rowDots(rowsAt[t], C, f.at(f.x[0], from * C), f.dy, f.at(work, from));
    }
    throughSoftmax(f, work, f.dx[1], f.at(work, N));
  },
  jvp(f: AttendFrame) {
    const N = count(f);
    f.k.fill(f.shape.rows * f.shape.columns, 0, f.ry);
    if (f.rx[0] !== NULL) spread(f, f.kept.weight, f.rx[0], f.ry, false);
    if (f.rx[1] === NULL) return;
    const work = f.scratch(3 * N);
    f.k.fill(N, 0, work);
    throughSoftmax(f, f.rx[1], work, f.at(work, N));
    spread(f, work, f.x[0], f.ry, false);
  },
};
