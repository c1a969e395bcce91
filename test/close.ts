/**
 * The one comparison of reals in the tests: |got - want| ≤ abs + rel·max|want|, element by element, sizes and
 * NaN included.
 */
import { expect } from "vitest";

export interface Tolerance {
  readonly rel?: number;
  readonly abs?: number;
}
type Reals = number | ArrayLike<number> | ArrayLike<ArrayLike<number>>;

const flat = (x: Reals): number[] =>
  typeof x === "number" ? [x] : Array.from(x as ArrayLike<Reals>, flat).flat();

/** |a - b|: 0 where both are the same infinity or NaN, ∞ where just one is NaN. */
function distance(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const d = Math.abs(a - b);
  return Number.isNaN(d) ? Infinity : d;
}

/**
 * The largest violation |got - want| - (abs + rel·max|want|), ∞ where sizes differ or one is not a number.
 */
export function excess(got: Reals, want: Reals, { rel = 0, abs = 0 }: Tolerance): number {
  const g = flat(got);
  const w = flat(want);
  if (g.length !== w.length) return Infinity;
  const bound = abs + rel * w.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  return w.reduce((worst, x, i) => Math.max(worst, distance(g[i], x) - bound), -bound);
}

/** Fails unless got is within the tolerance of want. */
export function close(got: Reals, want: Reals, tolerance: Tolerance): void {
  const over = excess(got, want, tolerance);
  if (over > 0)
    expect.fail(
      `off by ${over} more than ${JSON.stringify(tolerance)} allows:\n ` +
        `got ${flat(got).slice(0, 12)}\nwant ${flat(want).slice(0, 12)}`,
    );
}
