/** The four ways on small versions of the tasks; `unrolled compare` runs the large ones. */
import { svg, panels } from "../../figures/svg.ts";
import { type RunResult, runWay } from "../compare/run.ts";
import { comparisonFigures, comparisonTable } from "../compare/comparison-table.ts";
import { ways } from "../compare/ways.ts";
import type { Run } from "./experiment.ts";

const BUDGET = 30; // seconds a run
const tasks = [
  ["order2", 30],
  ["memory5", 20],
] as const;

export const run: Run = async ({ seed, signal, log, progress }) => {
  const results: RunResult[] = [];
  const names = Object.keys(ways);
  for (const [task, lag] of tasks) {
    for (const way of names) {
      const result = await runWay(
        { task, way, lag, seed },
        {
          budget: BUDGET,
          signal,
          clock: () => performance.now(),
          onProgress: (at) =>
            progress(
              (results.length + Math.min(at.seconds / BUDGET, 1)) / (tasks.length * names.length),
              `${task} T=${lag}, ${way}: ${(100 * at.error).toFixed(1)}% wrong`,
            ),
        },
      );
      if ("interrupted" in result) {
        signal.throwIfAborted();
        throw new Error("interrupted");
      }
      results.push(result);
    }
  }
  log(comparisonTable(results));
  log(`Up to ${BUDGET} s each. All tasks, lags to 200, several seeds: unrolled compare --out DIR.`);
  const numbers = Object.fromEntries(results.map((r) => [`${r.task} T=${r.lag}, ${r.way}: wrong`, r.error]));
  return {
    numbers,
    verdict: names.every((way) => results.some((r) => r.way === way && r.solved)),
    figure: svg(
      panels(
        comparisonFigures(results).map(({ figure }) => figure),
        { columns: 2 },
      ),
    ),
  };
};
