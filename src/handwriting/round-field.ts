/**
 * A round receptive field of radius r around the pen. It sees the sums over all pieces of ink of
 *
 *   darkness · (1 - |d|²)² · (1, x, y, x², xy, y²),   d = (x, y) = (place - pen) / r, |d| < 1
 *
 * smooth fields and their first and second orders, as the derivatives of a Gaussian are (Koenderink & van
 * Doorn, Representation of local geometry in the visual system, 1987): how much ink, where it lies, how it
 * bends.
 */

/** Its radius, and the highest order of its moments. */
export interface RoundField {
  readonly radius: number;
  readonly order: 1 | 2;
}

/** Values of a round field of each order. */
export const MOMENTS = { 1: 3, 2: 6 } as const;

/** Adds what a round field sees of darkness at a place beside the pen to the values from `at` on. */
export function seeRound(
  out: Float64Array,
  at: number,
  { radius, order }: RoundField,
  [dx, dy]: readonly [number, number],
  dark: number,
): void {
  const x = dx / radius;
  const y = dy / radius;
  const inside = 1 - x * x - y * y;
  if (!(inside > 0)) return;
  const seen = dark * inside * inside;
  out[at] += seen;
  out[at + 1] += seen * x;
  out[at + 2] += seen * y;
  if (order < 2) return;
  out[at + 3] += seen * x * x;
  out[at + 4] += seen * x * y;
  out[at + 5] += seen * y * y;
}
