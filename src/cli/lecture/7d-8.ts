/** The four ways on small versions of the tasks; `unrolled compare` runs the large ones. */
import { svg, panels } from "../../figures/svg.ts";
import { type RunResult, runWay } from "../compare/run.ts";
import { comparisonFigures, comparisonTable } from "../compare/comparison-table.ts";
import { ways } from "../compare/ways.ts";
import { longLag, type LongLagName } from "../../tasks/long-lag/long-lag.ts";
import type { Run } from "./experiment.ts";
import { decide, exactly } from "./verdict.ts";

const BUDGET = 90; // seconds a run
const QUICK = 45; // the same among all experiments
/** Seconds for 20-bit memorization, which takes nets that learn by gradients some minutes at any lag. */
const LONG = 400;
const LAG = 10;
const tasks = Object.keys(longLag) as LongLagName[];

/** Tasks of the eight that each way solved. */
export type Solved = Readonly<Record<string, number>>;

export const criteria = Object.keys(ways).map((way) =>
  exactly(`tasks solved of ${tasks.length} by ${way}`, tasks.length, (solved: Solved) => solved[way] ?? 0),
);

export const run: Run = async ({ seed, quick, signal, log, progress }) => {
  const usual = quick ? QUICK : BUDGET;
  const results: RunResult[] = [];
  const names = Object.keys(ways);
  for (const task of tasks) {
    const budget = task === "memory20" ? LONG : usual;
    for (const way of names) {
      const result = await runWay(
        { task, way, lag: LAG, seed },
        {
          budget,
          signal,
          clock: () => performance.now(),
          onProgress: (at) =>
            progress(
              (results.length + Math.min(at.seconds / budget, 1)) / (tasks.length * names.length),
              `${task} T=${LAG}, ${way}: ${(100 * at.error).toFixed(1)}% wrong`,
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
  log(
    `Up to ${usual} s each, ${LONG} for memory20. All tasks, lags to 200, several seeds: ` +
      "unrolled compare --out DIR.",
  );
  const numbers = Object.fromEntries(results.map((r) => [`${r.task} T=${r.lag}, ${r.way}: wrong`, r.error]));
  const solved = Object.fromEntries(
    names.map((way) => [way, results.filter((r) => r.way === way && r.solved).length]),
  );
  return {
    numbers,
    ...decide(criteria, solved),
    figure: svg(
      panels(
        comparisonFigures(results).map(({ figure }) => figure),
        { columns: 2 },
      ),
    ),
  };
};
