/**
 * Packed, time-major sequences. A batch holds sequences of unequal length, longest first; at step t the first
 * rowsAt[t] of them are alive. Buffers are [N,F]: all rows of step 0, then all of step 1. Nothing is padded
 * and nothing is masked.
 */
import { ShapeError } from "../wasm/errors.ts";

/** The shape of a batch in time. */
export interface Packing {
  /** B, the number of sequences. */
  readonly sequences: number;
  /** T, the longest length. */
  readonly steps: number;
  /** N = Σ_t rowsAt[t]. */
  readonly rows: number;
  /** [B] lengths, longest first. */
  readonly lengths: Int32Array;
  /** [T] sequences alive at step t. */
  readonly rowsAt: Int32Array;
  /** [T+1] first row of step t. */
  readonly offsetAt: Int32Array;
}

/** The packing of sequences with these lengths, which must fall. Throws ShapeError. */
export function packing(lengths: ArrayLike<number>): Packing {
  const B = lengths.length;
  const T = B === 0 ? 0 : lengths[0];
  if (B === 0 || lengths[B - 1] < 1)
    throw new ShapeError(
      `packing: ${B === 0 ? "no sequences" : "a sequence has no steps"}, want at least one of each`,
    );
  const rowsAt = new Int32Array(T);
  const offsetAt = new Int32Array(T + 1);
  for (let b = 0; b < B; ++b) {
    if (b > 0 && lengths[b] > lengths[b - 1])
      throw new ShapeError(`packing: length ${lengths[b]} follows ${lengths[b - 1]}, want longest first`);
    ++rowsAt[lengths[b] - 1];
  }
  for (let t = T - 2; t >= 0; --t) rowsAt[t] += rowsAt[t + 1];
  for (let t = 0; t < T; ++t) offsetAt[t + 1] = offsetAt[t] + rowsAt[t];
  return { sequences: B, steps: T, rows: offsetAt[T], lengths: Int32Array.from(lengths), rowsAt, offsetAt };
}

/** B sequences of one step: the packing of what belongs to a sequence, not to a step. */
export function oneStep(B: number): Packing {
  return {
    sequences: B,
    steps: 1,
    rows: B,
    lengths: new Int32Array(B).fill(1),
    rowsAt: Int32Array.of(B),
    offsetAt: Int32Array.of(0, B),
  };
}

/** True where both hold sequences of the same lengths. */
export function samePacking(a: Packing, b: Packing): boolean {
  if (a === b) return true;
  if (a.sequences !== b.sequences || a.rows !== b.rows) return false;
  for (let i = 0; i < a.sequences; ++i) if (a.lengths[i] !== b.lengths[i]) return false;
  return true;
}

/** Rows that a block of steps has at most, if it has more than one step. */
const BLOCK = 4096;

const seams = new WeakMap<Packing, Int32Array>();

/**
 * First steps of blocks of at most 4096 rows, and behind them T. Adjoints of parameters are sums over the
 * rows of a block in ascending order, and over the blocks from the last to the first, so that they have the
 * same bits where the blocks are computed one by one.
 */
export function blocksOf(p: Packing): Int32Array {
  let found = seams.get(p);
  if (!found) {
    const starts = [0];
    for (let t = 1; t < p.steps; ++t)
      if (p.offsetAt[t + 1] - p.offsetAt[starts[starts.length - 1]] > BLOCK) starts.push(t);
    seams.set(p, (found = Int32Array.from([...starts, p.steps])));
  }
  return found;
}

/** Visits the rows [from, from + rows) of each block, the last block first. */
export function eachBlockBack(p: Packing, visit: (from: number, rows: number) => void): void {
  const starts = blocksOf(p);
  for (let i = starts.length - 2; i >= 0; --i) {
    const from = p.offsetAt[starts[i]];
    visit(from, p.offsetAt[starts[i + 1]] - from);
  }
}

/** Steps [from, to) of the sequences that reach them: their rows lie side by side in those of the whole. */
export function stepsOf(p: Packing, from: number, to: number): Packing {
  return packing(Array.from(p.lengths.subarray(0, p.rowsAt[from]), (T) => Math.min(T, to) - from));
}

/** Indices that put lengths in falling order; equal lengths keep theirs. */
export function longestFirst(lengths: ArrayLike<number>): Int32Array {
  const order = new Int32Array(lengths.length);
  let sorted = true;
  for (let i = 0; i < order.length; ++i) {
    order[i] = i;
    if (i > 0 && lengths[i] > lengths[i - 1]) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => lengths[b] - lengths[a] || a - b);
}
