/** Trajectories on both sides of an attractor boundary, and the wall that it makes in the error surface. */
import { fixedPoints } from "../../analysis/fixed-points.ts";
import { gradientWall } from "../../analysis/gradient-wall.ts";
import { plot } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { stateMap } from "../../analysis/state-map.ts";
import type { Run } from "./experiment.ts";

export const run: Run = async ({ log, progress }) => {
  const w = 1.5;
  const h = 0.1;
  const map = await stateMap({ W: [w], bias: [h] });
  const points = fixedPoints(map);
  const boundary = points.find((point) => !point.stable)!;
  log(
    `Latch a ← tanh(${w}·a + ${h}): the boundary between its two attractors is at a ` +
      `= ${boundary.state[0].toFixed(6)}.`,
  );
  const distances = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10];
  const steps = 100;
  const x = Array.from({ length: steps + 1 }, (_, t) => t);
  const paths = distances.flatMap((d) =>
    [1, -1].map((side) => ({ d, side, path: map.trajectory([boundary.state[0] + side * d], steps) })),
  );
  const apart = paths.slice(-2).map(({ path }) => path[steps]) as [number, number];
  map.dispose();
  progress(0.3, "the wall");
  const wall = await gradientWall();
  const { steepest } = wall;
  const rows = wall.b.length;
  const byB = (values: Float64Array): Float64Array =>
    // rows b, columns w
    Float64Array.from({ length: values.length }, (_, i) => values[(i % rows) * rows + Math.floor(i / rows)]);
  const span = { x: [wall.w[0], wall.w[rows - 1]] as const, y: [wall.b[0], wall.b[rows - 1]] as const };
  const numbers = {
    "boundary a": boundary.state[0],
    "its eigenvalue": boundary.eigenvalues.re[0],
    "starts apart by": 2e-10,
    "ends apart by": apart[0] - apart[1],
    "wall: largest ‖∇E‖": steepest.norm,
    "at w": steepest.w,
    "at b": steepest.b,
    "wall: median ‖∇E‖": wall.median,
  };
  const verdict =
    apart[0] - apart[1] > 1 &&
    Math.round(steepest.norm) === 3320 &&
    Math.abs(steepest.w - 4.94) < 0.005 &&
    Math.abs(steepest.b + 2.575) < 5e-4 &&
    Math.abs(wall.median - 0.031) < 5e-4;
  return {
    numbers,
    verdict,
    figure: svg(
      panels(
        [
          plot({
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
          }),
          plot({
            title: "The error surface",
            note: "E after 50 steps of x ← w·σ(x) + b",
            x: { label: "w" },
            y: { label: "b" },
            marks: [{ kind: "raster", values: byB(wall.error), rows, columns: rows, ...span, label: "E" }],
          }),
          plot({
            title: "Its gradient",
            note: "‖∇E‖: a wall of 3320 in a plain of 0.03",
            x: { label: "w" },
            y: { label: "b" },
            marks: [
              {
                kind: "raster",
                values: byB(wall.norm),
                rows,
                columns: rows,
                ...span,
                log: true,
                range: [1e-4, 1e4],
                label: "‖∇E‖",
              },
            ],
          }),
        ],
        { columns: 3 },
      ),
    ),
  };
};
