/**
 * Elliptical arcs of SVG paths (W3C, chapter 9.5 and appendix B.2): from one point to another along an
 * ellipse that is known by its radii, as points along the way. The ellipse is taken to a unit circle, where
 * the middle of an arc stands across its chord: halved four times, an arc needs no angles.
 */
import { turnBy } from "./svg-matrix.ts";

type Pair = readonly [x: number, y: number];

/** What a path says of an arc. */
export interface Arc {
  /** Where it begins. */
  readonly from: Pair;
  /** Where it ends. */
  readonly end: Pair;
  /** Radii, and how the first is turned, in degrees. */
  readonly radii: Pair;
  readonly rotation: number;
  /** Whether it is the longer way round. */
  readonly large: boolean;
  /** Whether it goes clockwise, since y grows downwards. */
  readonly sweep: boolean;
}

/** Times that an arc is halved. */
const HALVINGS = 4;

/** Points of the unit circle from one to before another, the way of `side`; each halving doubles them. */
function halved(points: readonly Pair[], side: number): Pair[] {
  return points.slice(0, -1).flatMap((a, i): Pair[] => {
    const b = points[i + 1];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const size = side * Math.sqrt(dx * dx + dy * dy);
    return [a, [dy / size, -dx / size]];
  });
}

/** The points of an arc behind its first. Radii too small for the chord grow; without one it is a line. */
export function arcPoints({ from, end, radii, rotation, large, sweep }: Arc): Pair[] {
  const [rx, ry] = [Math.abs(radii[0]), Math.abs(radii[1])];
  const [cos, sin] = turnBy(rotation / 360);
  const [dx, dy] = [(from[0] - end[0]) / 2, (from[1] - end[1]) / 2];
  if (dx === 0 && dy === 0) return [];
  // half the chord, where the ellipse is a unit circle
  const [hx, hy] = [(cos * dx + sin * dy) / rx, (cos * dy - sin * dx) / ry];
  const square = hx * hx + hy * hy;
  if (rx === 0 || ry === 0 || square === 0) return [end];
  const radius = Math.sqrt(Math.max(square, 1));
  const out = (large === sweep ? -1 : 1) * Math.sqrt(Math.max(1 - square, 0) / square);
  const [cx, cy] = [out * hy, -out * hx];
  let unit: Pair[] = [
    [(hx - cx) / radius, (hy - cy) / radius],
    [(-hx - cx) / radius, (-hy - cy) / radius],
  ];
  for (let n = 0; n < HALVINGS; ++n) unit = [...halved(unit, sweep ? 1 : -1), unit[unit.length - 1]];
  const [mx, my] = [end[0] + dx, end[1] + dy];
  const inner = unit.slice(1, -1).map(([x, y]): Pair => {
    const [u, v] = [rx * (radius * x + cx), ry * (radius * y + cy)];
    return [mx + cos * u - sin * v, my + sin * u + cos * v];
  });
  return [...inner, end];
}
