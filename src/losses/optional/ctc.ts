/**
 * Connectionist temporal classification (Graves et al. 2006): -ln of the summed probability of all alignments
 * of a sequence's labels with its steps, or that divided by the number of labels (PyTorch's "mean").
 * Curvature: the softmax term diag(p) - p·pᵀ of each step.
 */
import { DataError } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import { blankOf, ctcAnswers, readCtcOptions, type CtcOptions } from "../ctc.ts";
import type { Loss, LossSite } from "../loss.ts";

/** What one site keeps, in this order. */
interface Workspace {
  readonly offsetAt: Ptr;
  readonly lengths: Ptr;
  readonly scratch: Ptr;
  readonly kept: Ptr;
  readonly weights: Ptr;
  readonly rowWeights: Ptr;
  readonly probabilities: Ptr;
  readonly reals: number;
}

const labelCounts = ({
  memory,
  packing,
  targetOffsets,
}: Pick<LossSite, "memory" | "packing" | "targetOffsets">): number[] => {
  const at = memory.ints(targetOffsets, packing.sequences + 1);
  return Array.from(packing.lengths, (_, b) => at[b + 1] - at[b]);
};

/** Lays the buffers out behind `from`. */
function layOut(s: Omit<LossSite, "kept">, from: Ptr): Workspace {
  const k = optionalKernels(s.k);
  const {
    memory,
    packing: { lengths, steps, sequences },
    rows,
    columns,
  } = s;
  const L = labelCounts(s);
  const pad = (n: number): number => Math.ceil(n / 16) * 16;
  const sizes = [
    steps + 1,
    sequences,
    k.ctcScratch(
      L.reduce((longest, l) => Math.max(longest, l), 0),
      columns,
    ),
    L.reduce((sum, l, b) => sum + k.ctcKept(lengths[b], l), 0),
    sequences,
    rows,
    rows * columns,
  ].map(pad);
  const [offsetAt, lens, scratch, kept, weights, rowWeights, probabilities, end] = sizes.reduce<number[]>(
    (at, n) => [...at, at[at.length - 1] + n],
    [0],
  );
  const place = (n: number): Ptr => memory.at(from, n);
  return {
    offsetAt: place(offsetAt),
    lengths: place(lens),
    scratch: place(scratch),
    kept: place(kept),
    weights: place(weights),
    rowWeights: place(rowWeights),
    probabilities: place(probabilities),
    reals: end,
  };
}

/**
 * The sequences whose targets have no alignment. Throws DataError for the first of them unless `infinite`,
 * and for a label that is the blank.
 */
function impossible(
  { memory, packing, target, targetOffsets, columns: K }: LossSite,
  blank: number,
  infinite: boolean,
): number[] {
  const found: number[] = [];
  const at = memory.ints(targetOffsets, packing.sequences + 1);
  const labels = memory.ints(target, at[packing.sequences]);
  packing.lengths.forEach((T, b) => {
    const own = labels.subarray(at[b], at[b + 1]);
    let steps = own.length;
    own.forEach((label, i) => {
      if (label === blank)
        throw new DataError(
          `ctc: label ${i} of a target is ${label}, the blank; want another from 0 to ${K - 1}`,
        );
      if (i > 0 && own[i - 1] === label) ++steps;
    });
    if (steps <= T) return;
    if (!infinite) {
      throw new DataError(
        `ctc: ${own.length} labels need ${steps} output steps, got ${T}; join fewer steps, leave the ` +
          `sequence out, or let training pass over it by loss: { kind: "ctc", impossible: "infinite" }`,
      );
    }
    found.push(b);
  });
  return found;
}

/** Writes what each sequence weighs: its weight, shared by its labels where `perLabel`; 0 for `nothing`. */
function weigh(s: LossSite, to: Ptr, perLabel: boolean, nothing: readonly number[]): void {
  const { memory, packing, weight } = s;
  const { sequences: B } = packing;
  const counts = perLabel ? labelCounts(s) : undefined;
  const weights = memory.reals(to, B);
  const given = memory.reals(weight, B);
  for (let b = 0; b < B; ++b) weights[b] = given[b] / Math.max(counts?.[b] ?? 1, 1);
  for (const b of nothing) weights[b] = 0;
}

/** The loss. */
export function ctc(options: CtcOptions = {}): Loss {
  const { infinite, perLabel, blank } = readCtcOptions(options);
  return {
    ...ctcAnswers(options),
    keptSize: (s) => layOut(s, 0 as Ptr).reals,
    value(s, learning = false) {
      const none = blankOf(blank, s.columns);
      const bad = impossible(s, none, infinite);
      const { offsetAt: starts, lengths: lens, kept, scratch, weights } = layOut(s, s.kept);
      const { offsetAt, lengths, sequences: B, steps } = s.packing;
      s.memory.ints(starts, steps + 1).set(offsetAt);
      s.memory.ints(lens, B).set(lengths);
      weigh(s, weights, perLabel, learning ? bad : []);
      const { target, targetOffsets, z } = s;
      const k = optionalKernels(s.k);
      return k.ctcValue(B, s.columns, none, starts, lens, target, targetOffsets, z, weights, kept, scratch);
    },
    gradient(s, scale, dz) {
      const { offsetAt, lengths, kept, scratch, weights } = layOut(s, s.kept);
      optionalKernels(s.k).ctcGradient(
        s.packing.sequences,
        s.columns,
        blankOf(blank, s.columns),
        offsetAt,
        lengths,
        s.target,
        s.targetOffsets,
        s.z,
        weights,
        kept,
        scratch,
        scale,
        dz,
      );
    },
    curvature(s, scale, rz, out) {
      const { weights, rowWeights, probabilities } = layOut(s, s.kept);
      const { rowsAt, offsetAt, steps } = s.packing;
      const { k, memory } = s;
      for (let t = 0; t < steps; ++t)
        k.copyRows(1, rowsAt[t], weights, rowsAt[t], memory.at(rowWeights, offsetAt[t]), rowsAt[t]);
      k.softmaxProbabilities(s.rows, s.columns, s.z, probabilities);
      k.softmaxCurvature(s.rows, s.columns, probabilities, rowWeights, scale, rz, out);
    },
  };
}
