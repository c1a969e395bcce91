/** The comparison as a table for a terminal and as figures. */
import { plot, type PlotOptions } from "../../figures/plot.ts";
import type { Figure } from "../../figures/svg.ts";
import type { RunResult } from "./run.ts";

/** Runs of one task, way and lag, all seeds together. */
interface Cell {
  solved: number;
  runs: number;
  error: number;
  sequences: number;
  seconds: number;
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function cell(runs: readonly RunResult[], task: string, way: string, lag: number): Cell | undefined {
  const own = runs.filter((run) => run.task === task && run.way === way && run.lag === lag);
  if (own.length === 0) return undefined;
  return {
    solved: own.filter((run) => run.solved).length,
    runs: own.length,
    error: mean(own.map((run) => run.error)),
    sequences: mean(own.map((run) => run.sequences)),
    seconds: mean(own.map((run) => run.seconds)),
  };
}

function short(n: number): string {
  if (n >= 9.95e5) return `${(n / 1e6).toFixed(1)}M`;
  return n >= 9950 ? `${Math.round(n / 1000)}k` : String(Math.round(n));
}
const percent = (x: number): string => `${(100 * x).toFixed(x < 0.0995 ? 1 : 0)}%`;
const unique = <T>(values: T[]): T[] => [...new Set(values)];

const WIDTH = 27;

/** One way's part of a row. */
function cellText(c: Cell | undefined): string {
  if (!c) return "".padEnd(WIDTH);
  const solved = `${c.solved}/${c.runs}`.padStart(6);
  const seconds = c.seconds.toFixed(c.seconds < 9.95 ? 1 : 0).padStart(5);
  return `${solved} ${percent(c.error).padStart(5)} ${short(c.sequences).padStart(6)} ${seconds}`.padEnd(
    WIDTH,
  );
}

/**
 * Lines of text: a row for each task and lag, for each way how many seeds were solved, the error, sequences
 * and seconds (means).
 */
export function comparisonTable(runs: readonly RunResult[]): string {
  const names = unique(runs.map((run) => run.way));
  const head = `${"task".padEnd(15)}${"lag".padStart(5)}  `;
  const lines = [
    head + names.map((name) => name.padEnd(WIDTH)).join(""),
    " ".repeat(head.length) + names.map(() => "solved error   seqs  secs".padEnd(WIDTH)).join(""),
  ];
  for (const task of unique(runs.map((run) => run.task))) {
    const lags = unique(runs.filter((run) => run.task === task).map((run) => run.lag));
    for (const lag of lags.sort((a, b) => a - b)) {
      const cells = names.map((name) => cellText(cell(runs, task, name, lag)));
      lines.push(`${task.padEnd(15)}${String(lag).padStart(5)}  ${cells.join("")}`);
    }
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** For each task the share of wrong sequences: against the lag, a line a way, or, of one lag, a bar a way. */
export function comparisonFigures(runs: readonly RunResult[]): { name: string; figure: Figure }[] {
  return unique(runs.map((run) => run.task)).map((task) => {
    const own = runs.filter((run) => run.task === task);
    const lags = unique(own.map((run) => run.lag)).sort((a, b) => a - b);
    const names = unique(own.map((run) => run.way));
    const shown = lags.length > 1 ? againstLag(own, task, lags, names) : byWay(own, task, lags[0], names);
    return {
      name: `compare-${task}`,
      figure: plot({
        title: shown.title,
        note: "Wrong sequences of 10,000 fresh ones, mean over seeds; solved is below the line at 1%",
        x: shown.x,
        y: { label: "wrong (fraction)", range: [0, 1] },
        marks: [...shown.marks, { kind: "rule", y: 0.01, label: "solved" }],
      }),
    };
  });
}

type Shown = Pick<PlotOptions, "title" | "x" | "marks">;

const againstLag = (
  runs: readonly RunResult[],
  task: string,
  lags: readonly number[],
  names: readonly string[],
): Shown => ({
  title: task,
  x: { label: "lag (steps)", log: true },
  marks: names.map((way) => {
    const x = lags.filter((lag) => cell(runs, task, way, lag));
    return { kind: "line", x, y: x.map((lag) => cell(runs, task, way, lag)!.error), label: way };
  }),
});

const byWay = (runs: readonly RunResult[], task: string, lag: number, names: readonly string[]): Shown => ({
  title: `${task}, T = ${lag}`,
  x: {
    label: "way",
    range: [0.4, names.length + 0.6],
    ticks: names.map((label, i) => ({ at: i + 1, label })),
  },
  marks: [
    { kind: "bars", x: names.map((_, i) => i + 1), y: names.map((way) => cell(runs, task, way, lag)!.error) },
  ],
});
