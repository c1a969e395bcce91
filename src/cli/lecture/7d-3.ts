/** Trajectories on both sides of an attractor boundary, and the wall that it makes in the error surface. */
import { type FixedPoint, fixedPoints } from "../../analysis/fixed-points.ts";
import { type GradientWall, gradientWall } from "../../analysis/gradient-wall.ts";
import { plot } from "../../figures/plot.ts";
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { stateMap } from "../../analysis/state-map.ts";
import type { Run } from "./experiment.ts";
import { atLeast, atMost, decide, within } from "./verdict.ts";

const W = 1.5;
const BIAS = 0.1;
const STEPS = 100;
const DISTANCES = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10];

/** A trajectory from one side of the boundary. */
interface Path {
  readonly side: number;
  readonly path: ArrayLike<number>;
}

/** The unstable fixed point of a latch, and trajectories that start on both sides of it. */
async function latch(): Promise<{ boundary: FixedPoint; paths: Path[]; beside: number }> {
  const map = await stateMap({ W: [W], bias: [BIAS] });
  const boundary = fixedPoints(map).find((point) => !point.stable)!;
  const paths = DISTANCES.flatMap((d) =>
    [1, -1].map((side) => ({ side, path: map.trajectory([boundary.state[0] + side * d], STEPS) })),
  );
  const end = (start: number): number => map.trajectory([start], STEPS)[STEPS];
  const beside = Math.abs(end(boundary.state[0] + 0.1 + 2e-10) - end(boundary.state[0] + 0.1));
  map.dispose();
  return { boundary, paths, beside };
}

function drawnPaths(boundary: FixedPoint, paths: readonly Path[]): Figure {
  const x = Array.from({ length: STEPS + 1 }, (_, t) => t);
  return plot({
    title: "Both sides of a boundary",
    note: `Starts ±10⁻², … ±10⁻¹⁰ from a = ${boundary.state[0].toFixed(3)}`,
    x: { label: "step" },
    y: { label: "a" },
    marks: paths.map(({ path, side }) => ({
      kind: "line" as const,
      x,
      y: path,
      color: side > 0 ? "#0b66b0" : "#d1500f",
    })),
  });
}

/** The error surface and its gradient as two maps. */
function drawnWall(wall: GradientWall): Figure[] {
  const rows = wall.b.length;
  // rows b, columns w
  const byB = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: values.length }, (_, i) => values[(i % rows) * rows + Math.floor(i / rows)]);
  const place = {
    kind: "raster" as const,
    rows,
    columns: rows,
    x: [wall.w[0], wall.w[rows - 1]] as const,
    y: [wall.b[0], wall.b[rows - 1]] as const,
  };
  return [
    plot({
      title: "The error surface",
      note: "E after 50 steps of x ← w·σ(x) + b",
      x: { label: "w" },
      y: { label: "b" },
      marks: [{ ...place, values: byB(wall.error), label: "E" }],
    }),
    plot({
      title: "Its gradient",
      note: `‖∇E‖: a wall of ${wall.steepest.norm.toFixed(0)} in a plain of ${wall.median.toFixed(2)}`,
      x: { label: "w" },
      y: { label: "b" },
      marks: [{ ...place, values: byB(wall.norm), log: true, range: [1e-4, 1e4], label: "‖∇E‖" }],
    }),
  ];
}

/** What the verdict is about. */
export interface Boundary {
  /** Ends of two starts 2·10⁻¹⁰ apart: on both sides of the boundary, and both on one side of it. */
  readonly across: number;
  readonly beside: number;
  /** The steepest place of the error surface, and the median slope. */
  readonly steepest: { readonly norm: number; readonly w: number; readonly b: number };
  readonly median: number;
}

export const criteria = [
  atLeast("starts 2e-10 apart, across the boundary: ends apart by", 1, (m: Boundary) => m.across),
  atMost("the same away from it: ends apart by", 1e-9, (m: Boundary) => m.beside),
  within("wall: largest ‖∇E‖", [3319.5, 3320.5], (m: Boundary) => m.steepest.norm),
  within("at w", [4.935, 4.945], (m: Boundary) => m.steepest.w),
  within("at b", [-2.5755, -2.5745], (m: Boundary) => m.steepest.b),
  within("median ‖∇E‖", [0.0305, 0.0315], (m: Boundary) => m.median),
];

export const run: Run = async ({ log, progress }) => {
  const { boundary, paths, beside } = await latch();
  log(
    `Latch a ← tanh(${W}·a + ${BIAS}): the boundary between its two attractors is at a ` +
      `= ${boundary.state[0].toFixed(6)}.`,
  );
  const [above, below] = paths.slice(-2).map(({ path }) => path[STEPS]);
  progress(0.3, "the wall");
  const wall = await gradientWall();
  const { steepest } = wall;
  const numbers = {
    "boundary a": boundary.state[0],
    "its eigenvalue": boundary.eigenvalues.re[0],
    "starts apart by": 2e-10,
    "ends apart by": above - below,
    "the same, both starts 0.1 above the boundary": beside,
    "wall: largest ‖∇E‖": steepest.norm,
    "at w": steepest.w,
    "at b": steepest.b,
    "wall: median ‖∇E‖": wall.median,
  };
  const figure = svg(panels([drawnPaths(boundary, paths), ...drawnWall(wall)], { columns: 3 }));
  return {
    numbers,
    ...decide(criteria, { across: above - below, beside, steepest, median: wall.median }),
    figure,
  };
};
