/** Whether the first steps of a series tell the states of its components apart, beyond rounding. */
import type { Block } from "./components.ts";

/** A step of which less than this share, squared, is new to those before has nearly nothing to say. */
const NEW = 1e-8;

/** A row of C·Aᵗ, of one block, a step later: c·A. */
function later(row: readonly number[], A: readonly (readonly number[])[]): number[] {
  return A[0].map((_, j) => row.reduce((sum, c, i) => sum + c * A[i][j], 0));
}

/**
 * Whether each of the first n rows C·Aᵗ of blocks with n states keeps a share of itself when what lies along
 * the rows before is taken away (Gram & Schmidt). Where it does not, a start of infinite variance becomes
 * variances so large that rounding alone decides. Blocks must not have coefficients, save dampings, whose
 * limit 1 is taken.
 */
export function tellsApart(blocks: readonly Block[]): boolean {
  const n = blocks.reduce((sum, { states }) => sum + states, 0);
  const transitions = blocks.map((block) => block.transition(Float64Array.of(1, 1, 1)));
  let rows = blocks.map(({ observation }) => [...observation]);
  const known: number[][] = [];
  for (let t = 0; t < n; ++t) {
    let rest = rows.flat();
    const whole = square(rest);
    for (const unit of known) {
      const along = rest.reduce((sum, x, i) => sum + x * unit[i], 0);
      rest = rest.map((x, i) => x - along * unit[i]);
    }
    const left = square(rest);
    if (!(left > NEW * whole)) return false;
    const length = Math.sqrt(left);
    known.push(rest.map((x) => x / length));
    rows = rows.map((row, k) => later(row, transitions[k]));
  }
  return true;
}

const square = (x: readonly number[]): number => x.reduce((sum, v) => sum + v * v, 0);
