/** The four ways on small versions of the tasks; `unrolled compare` runs the large ones. */
import { svg } from "../../figures/svg.ts";
import { type RunResult, runWay } from "../compare/run.ts";
import { comparisonTable } from "../compare/comparison-table.ts";
import { workFigure } from "../compare/work-figure.ts";
import { ways } from "../compare/ways.ts";
import { longLag, type LongLagName } from "../../tasks/long-lag/long-lag.ts";
import type { Run } from "./experiment.ts";
import { decide, exactly } from "./verdict.ts";
import { percentText } from "../progress.ts";

/**
 * Training sequences of a run at most, and, for 20-bit memorization, of which any lag is hard for nets that
 * learn by gradients, how many times that. Work is counted and not time, so that the verdict is the same on
 * every machine. Fixed units end by themselves.
 */
const BUDGETS: Readonly<Record<string, number>> = { lstm: 2e5, hf: 6e4, esn: 2e4, momentum: 1e6 };
const LONGER = 6;
const LAG = 10;
const tasks = Object.keys(longLag) as LongLagName[];
const times = (task: LongLagName): number => (task === "memory20" ? LONGER : 1);

/** Tasks of the eight that each way solved. */
export type Solved = Readonly<Record<string, number>>;

export const criteria = Object.keys(ways).map((way) =>
  exactly(`tasks solved of ${tasks.length} by ${way}`, tasks.length, (solved: Solved) => solved[way] ?? 0),
);

export const run: Run = async ({ seed, signal, log, progress }) => {
  const results: RunResult[] = [];
  const names = Object.keys(ways);
  const whole = names.length * tasks.reduce((sum, task) => sum + times(task), 0);
  let done = 0; // of the whole; a longer run is more of it
  for (const task of tasks) {
    for (const way of names) {
      const sequences = BUDGETS[way] * times(task);
      const result = await runWay(
        { task, way, lag: LAG, seed },
        {
          sequences,
          signal,
          clock: () => performance.now(),
          onProgress: (at) =>
            progress(
              (done + times(task) * Math.min(at.sequences / sequences, 1)) / whole,
              `${task} T=${LAG}, ${way}: ${percentText(at.error)} wrong`,
            ),
        },
      );
      if ("interrupted" in result) {
        signal.throwIfAborted();
        throw new Error("interrupted");
      }
      results.push(result);
      done += times(task);
    }
  }
  log(comparisonTable(results));
  const budgets = names.map((way) => `${way} ${BUDGETS[way]}`).join(", ");
  log(
    `Training sequences at most: ${budgets}, for memory20 ${LONGER} times that. All tasks, lags to 200, ` +
      "several seeds: unrolled compare --out DIR.",
  );
  const numbers = Object.fromEntries(results.map((r) => [`${r.task} T=${r.lag}, ${r.way}: wrong`, r.error]));
  const solved = Object.fromEntries(
    names.map((way) => [way, results.filter((r) => r.way === way && r.solved).length]),
  );
  return { numbers, ...decide(criteria, solved), figure: svg(workFigure(results)) };
};
