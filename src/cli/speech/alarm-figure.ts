/** A figure of a spotter's thresholds: the share of the words that is missed against false alarms an hour. */
import { plot, type Mark } from "../../figures/plot.ts";
import { colors, type Figure } from "../../figures/svg.ts";
import type { Calibration } from "../../speech/index.ts";

/** False alarms an hour that the axis begins at: below one in all sound there is no telling fewer. */
const FEWEST = 0.1;

/** What is drawn. */
export interface AlarmFigureOptions {
  /** Above the figure. */
  readonly title?: string;
  /** Below the title: which words, which sound. */
  readonly note?: string;
}

/** The figure of what `calibrate` found; points without a false alarm stand at the left end of the axis. */
export function alarmFigure(
  { curve, hours, threshold }: Calibration,
  { title = "Words missed against false alarms", note }: AlarmFigureOptions = {},
): Figure {
  const least = Math.max(FEWEST, 0.5 / hours);
  const points = curve.filter(({ missRate }) => missRate !== undefined);
  const x = points.map(({ falseAlarmsPerHour }) => Math.max(least, falseAlarmsPerHour));
  const y = points.map(({ missRate }) => 100 * missRate!);
  const chosen = points.findIndex((point) => point.threshold === threshold);
  const marks: Mark[] = [
    { kind: "line", x, y, color: colors.series[0] },
    { kind: "points", x, y, color: colors.series[0] },
  ];
  if (chosen >= 0)
    marks.push({ kind: "points", x: [x[chosen]], y: [y[chosen]], color: colors.series[1], size: 5 });
  return plot({
    title,
    note,
    marks,
    x: { label: "false alarms an hour", log: true },
    y: { label: "words missed, %", range: [0, 100] },
  });
}
