/** What each way needed for each task at one lag: training sequences, and seconds of learning. */
import { plots } from "../../figures/plot.ts";
import type { Mark } from "../../figures/marks.ts";
import { colors, type Figure } from "../../figures/svg.ts";
import type { RunResult } from "./run.ts";

/** A quantity of a run that an axis shows. */
interface Quantity {
  readonly title: string;
  readonly label: string;
  readonly of: (run: RunResult) => number;
}

const quantities: readonly Quantity[] = [
  { title: "Work until it was solved", label: "training sequences", of: (run) => run.sequences },
  { title: "Time until it was solved", label: "seconds of learning", of: (run) => run.seconds },
];

/** Tasks stand one unit apart; the ways of a task share this much of it. */
const SHARE = 0.6;
const LEAST = 1e-3; // of a quantity, on a logarithmic axis
const ROOM = 1.6; // factor that is left above the largest and below the smallest

/** What an axis shows of a run. */
const heightOf = (run: RunResult, { of }: Quantity): number => Math.max(of(run), LEAST);

/** An axis on which dots and crosses stand whole. */
function rangeOf(runs: readonly RunResult[], quantity: Quantity): [number, number] {
  const heights = runs.map((run) => heightOf(run, quantity));
  return [Math.min(...heights) / ROOM, Math.max(...heights) * ROOM];
}

/** Where a way's runs of a task stand: beside those of the other ways. */
const place = (task: number, way: number, ways: number): number =>
  task + 1 + SHARE * ((way + 0.5) / ways - 0.5);

/** A dot for each run that solved its task, a cross for each that did not. */
function marksOf(runs: readonly RunResult[], tasks: readonly string[], quantity: Quantity): Mark[] {
  const ways = [...new Set(runs.map((run) => run.way))];
  const x = (run: RunResult): number => place(tasks.indexOf(run.task), ways.indexOf(run.way), ways.length);
  const y = (run: RunResult): number => heightOf(run, quantity);
  return ways.flatMap((way, i): Mark[] => {
    const color = colors.series[i % colors.series.length];
    const own = runs.filter((run) => run.way === way);
    const solved = own.filter((run) => run.solved);
    const open = own.filter((run) => !run.solved);
    return [
      { kind: "points", x: solved.map(x), y: solved.map(y), label: way, color, size: 5 },
      ...open.map((run): Mark => ({
        kind: "text",
        x: x(run),
        y: y(run),
        text: "×",
        anchor: "middle",
        color,
      })),
    ];
  });
}

/** Runs of one lag, a dot each, in two plots. */
export function workFigure(runs: readonly RunResult[]): Figure {
  const tasks = [...new Set(runs.map((run) => run.task))];
  const [{ lag }] = runs;
  return plots(
    quantities.map((quantity) => ({
      title: `${quantity.title}, T = ${lag}`,
      note: "A dot for each seed: fewer than 1% of 10,000 fresh sequences wrong; ×: stopped without that",
      x: {
        label: "task",
        range: [0.4, tasks.length + 0.6],
        ticks: tasks.map((label, i) => ({ at: i + 1, label })),
      },
      y: { label: quantity.label, log: true, range: rangeOf(runs, quantity) },
      marks: marksOf(runs, tasks, quantity),
      width: 900,
      height: 380,
    })),
  );
}
