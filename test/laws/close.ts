/** The one comparison of reals in the tests: |got - want| ≤ abs + rel·scale, scale the largest |want|. Bounds are always given. */
import { expect } from "vitest";

export interface Bounds { readonly rel?: number; readonly abs?: number }

/** The largest excess over the bound, negative when within. */
export function excess(got: ArrayLike<number> | number, want: ArrayLike<number> | number, { rel = 0, abs = 0 }: Bounds): number {
  const g = typeof got === "number" ? [got] : got, w = typeof want === "number" ? [want] : want;
  if (g.length !== w.length) return Infinity;
  let scale = 0, worst = 0;
  for (let i = 0; i < w.length; ++i) scale = Math.max(scale, Math.abs(w[i]!));
  for (let i = 0; i < w.length; ++i) {
    const gap = Math.abs(g[i]! - w[i]!);
    worst = Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
  }
  return worst - (abs + rel * scale);
}

/** Fails with the largest difference when got is not close to want. */
export function close(got: ArrayLike<number> | number, want: ArrayLike<number> | number, bounds: Bounds): void {
  const over = excess(got, want, bounds);
  expect(over, `differs by ${over} more than abs ${bounds.abs ?? 0} + rel ${bounds.rel ?? 0}`).toBeLessThanOrEqual(0);
}
