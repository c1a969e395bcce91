/** States known at some steps: every other state is impossible there. */
import { ShapeError } from "../../wasm/errors.ts";
import { NULL } from "../../wasm/kernels.ts";
import type { EmissionRows } from "../../inference/forward-backward.ts";
import { flattenSequences, type Sequences } from "../../data/sequence.ts";
import type { Workspace } from "./emissions/emission.ts";

/**
 * Known states [T] of each sequence, NaN where they are not known. `steps`: how long the sequences are.
 * Throws DataError or ShapeError.
 */
export function readKnownStates(
  who: string,
  states: Sequences,
  K: number,
  steps: readonly number[],
): Float64Array[] {
  const known = flattenSequences(`${who}: states`, states, 1, {
    test: (x) => Number.isInteger(x) && x >= 0 && x < K,
    want: `a state, a whole number from 0 to ${K - 1}`,
  });
  if (known.length !== steps.length)
    throw new ShapeError(`${who}: states of ${known.length} sequences, want ${steps.length}`);
  known.forEach((s, i) => {
    if (s.length !== steps[i])
      throw new ShapeError(`${who}: states: sequence ${i} has ${s.length} steps, want ${steps[i]}`);
  });
  return known;
}

/** The densities [T,N], one row a step, with -∞ for every state that is not the known one. */
export function masked(
  { engine, arena, N }: Workspace,
  { logb, rows }: EmissionRows,
  known: Float64Array,
): EmissionRows {
  const { memory, kernels: k } = engine;
  const T = known.length;
  const own = arena.reals(T * N);
  for (let t = 0; t < T; ++t) {
    const row = rows === NULL ? t : memory.ints(rows, T)[t];
    k.copyRows(1, N, memory.at(logb, row * N), N, memory.at(own, t * N), N);
  }
  const to = memory.reals(own, T * N);
  known.forEach((state, t) => {
    for (let j = 0; j < N && state === state; ++j) if (j !== state) to[t * N + j] = -Infinity;
  });
  return { logb: own, count: T, rows: NULL };
}
