/**
 * Connectionist temporal classification (Graves et al. 2006): -ln of the summed probability of all alignments
 * of a sequence's labels with its steps. The last class is the blank. Curvature: the softmax term diag(p) -
 * p·pᵀ of each step.
 */
import { DataError, knownOptions, oneOf } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { Loss, LossSite } from "./loss.ts";

export interface CtcOptions {
  /**
   * A target that has no alignment, being longer than its sequence with a step more for each repeated label:
   * "error" (default), or "infinite" loss. Learning then counts such a sequence with loss 0, no gradient and
   * no curvature; the mean is still over all sequences.
   */
  readonly impossible?: "error" | "infinite";
}

/** What one site keeps, in this order. */
interface Workspace {
  readonly offsetAt: Ptr;
  readonly lengths: Ptr;
  readonly scratch: Ptr;
  readonly kept: Ptr;
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
  const {
    k,
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
    rows,
    rows * columns,
  ].map(pad);
  const [offsetAt, lens, scratch, kept, rowWeights, probabilities, end] = sizes.reduce<number[]>(
    (at, n) => [...at, at[at.length - 1] + n],
    [0],
  ) as [number, number, number, number, number, number, number];
  const place = (n: number): Ptr => memory.at(from, n);
  return {
    offsetAt: place(offsetAt),
    lengths: place(lens),
    scratch: place(scratch),
    kept: place(kept),
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
  infinite: boolean,
): number[] {
  const found: number[] = [];
  const at = memory.ints(targetOffsets, packing.sequences + 1);
  const labels = memory.ints(target, at[packing.sequences]);
  packing.lengths.forEach((T, b) => {
    const own = labels.subarray(at[b], at[b + 1]);
    let steps = own.length;
    own.forEach((label, i) => {
      if (label >= K - 1)
        throw new DataError(
          `ctc: label ${i} of a target is ${label}, the blank; want one from 0 to ${K - 2}`,
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

/** What `use` gives while some sequences weigh nothing. */
function without<R>({ memory, packing, weight }: LossSite, sequences: readonly number[], use: () => R): R {
  const weights = memory.reals(weight, packing.sequences);
  const before = sequences.map((b) => weights[b]);
  for (const b of sequences) weights[b] = 0;
  try {
    return use();
  } finally {
    sequences.forEach((b, i) => {
      weights[b] = before[i]!;
    });
  }
}

/** Whether training passes over targets that have no alignment. Throws OptionError. */
function passesOver(options: CtcOptions): boolean {
  knownOptions("ctc", options, ["impossible"]);
  return oneOf("ctc", "impossible", options.impossible ?? "error", ["error", "infinite"]) === "infinite";
}

/** The loss. */
export function ctc(options: CtcOptions = {}): Loss {
  const infinite = passesOver(options);
  return {
    name: "ctc",
    target: "labels",
    inverseLink: "softmax",
    keptSize: (s) => layOut(s, 0 as Ptr).reals,
    value(s, learning = false) {
      const bad = impossible(s, infinite);
      const workspace = layOut(s, s.kept);
      const { offsetAt, lengths, sequences: B, steps } = s.packing;
      s.memory.ints(workspace.offsetAt, steps + 1).set(offsetAt);
      s.memory.ints(workspace.lengths, B).set(lengths);
      return without(s, learning ? bad : [], () =>
        s.k.ctcValue(
          B,
          s.columns,
          workspace.offsetAt,
          workspace.lengths,
          s.target,
          s.targetOffsets,
          s.z,
          s.weight,
          workspace.kept,
          workspace.scratch,
        ),
      );
    },
    gradient(s, scale, dz) {
      const workspace = layOut(s, s.kept);
      s.k.ctcGradient(
        s.packing.sequences,
        s.columns,
        workspace.offsetAt,
        workspace.lengths,
        s.target,
        s.targetOffsets,
        s.z,
        s.weight,
        workspace.kept,
        workspace.scratch,
        scale,
        dz,
      );
    },
    curvature(s, scale, rz, out) {
      const { rowWeights, probabilities } = layOut(s, s.kept);
      const { rowsAt, offsetAt, steps } = s.packing;
      const { k, memory } = s;
      without(s, infinite ? impossible(s, true) : [], () => {
        for (let t = 0; t < steps; ++t)
          k.copyRows(1, rowsAt[t], s.weight, rowsAt[t], memory.at(rowWeights, offsetAt[t]), rowsAt[t]);
      });
      k.softmaxProbabilities(s.rows, s.columns, s.z, probabilities);
      k.softmaxCurvature(s.rows, s.columns, probabilities, rowWeights, scale, rz, out);
    },
    predict: (k, rows, columns, z, y) => k.softmaxProbabilities(rows, columns, z, y),
  };
}
