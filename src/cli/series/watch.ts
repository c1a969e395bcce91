/** `unrolled watch`: alarms where a column of numbers stands out, in a file or as it comes on stdin. */
import { createInterface } from "node:readline";
import { changePoints } from "../../anomalies/change-points.ts";
import { anomalyDetector, type Anomalies } from "../../anomalies/detector.ts";
import type { AnomalySpec } from "../../anomalies/spec.ts";
import { svg } from "../../figures/svg.ts";
import { stepsADay, usualSeasons } from "../../forecasting/dates.ts";
import { filled } from "../../forecasting/gaps.ts";
import { findSeason } from "../../forecasting/season.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { figureText } from "../progress.ts";
import { type Column, readColumn } from "./column.ts";
import { LineReader } from "./line-reader.ts";
import { alarmCount, watchFigure, watchText } from "./watch-report.ts";

/** Steps from which a season is found where dates do not tell. */
const LOOKED_AT = 3000;

/** What a detector is to be, but for its season. */
function specOf({ values }: Context): AnomalySpec {
  return {
    risk: values.number("risk", 1e-12, 0.5),
    rest: values.whole("rest", 0, 1_000_000),
    learn: values.whole("learn", 2, 1_000_000),
  };
}

/** Steps a season: as given, those of a day where dates tell, else found in the series. */
function seasonOf({ values }: Context, { values: y, dates }: Column): number {
  if (values.text("season") !== undefined) return values.whole("season", 1, 1_000_000);
  const moments = dates?.moments ?? [];
  return stepsADay(moments) ?? findSeason(y.slice(0, LOOKED_AT), usualSeasons(moments));
}

/** What stands in a row about one alarm. */
interface Alarm {
  readonly step: string;
  readonly value: number;
  readonly expected: number;
  readonly score: number;
  readonly views: Readonly<Record<string, number>>;
}

const alarmText = ({ step, value, expected, score, views }: Alarm): string => {
  const [loudest] = Object.entries(views).sort(([, a], [, b]) => b - a);
  const cells = [figureText(value), figureText(expected), score.toFixed(1)];
  return `${step.padEnd(20)} ${cells.map((cell) => cell.padStart(12)).join(" ")}  ${loudest[0]}`;
};
const titles = ["value", "expected", "nats"].map((title) => title.padStart(12)).join(" ");
const heading = `${"step".padEnd(20)} ${titles}  most`;

/** The alarms of a column. */
function alarmsOf({ values, stepName }: Column, { alarms, expected, scores, views }: Anomalies): Alarm[] {
  return alarms.map((t) => ({
    step: stepName(t),
    value: values[t],
    expected: expected[t],
    score: scores[t],
    views: Object.fromEntries(Object.entries(views).map(([name, of]) => [name, of[t]])),
  }));
}

/** A row a step: its name, value, score, whether it is an alarm or a change. */
const table = ({ values, stepName }: Column, found: Anomalies, changes: readonly number[]): string => {
  const [alarms, cuts] = [new Set(found.alarms), new Set(changes)];
  const rows = Array.from(values, (v, t) =>
    [stepName(t), v, found.scores[t], Number(alarms.has(t)), Number(cuts.has(t))].join(","),
  );
  return ["step,value,score,alarm,change", ...rows, ""].join("\n");
};

/** Changes of the mean that last for a season, and a hundredth of the column. */
function changesOf({ values: y }: Column, season: number): Promise<number[]> {
  const shortest = Math.max(5, season, Math.ceil(y.length / 100));
  return changePoints(filled(y), { shortest, season: Math.min(season, y.length) });
}

async function watchFile(context: Context, file: string): Promise<void> {
  const { screen, values } = context;
  const figure = values.text("figure");
  const out = values.text("out");
  checkOutputFile("figure", figure);
  checkOutputFile("out", out);
  const column = readColumn(file, values.text("column"));
  const season = seasonOf(context, column);
  const detector = await anomalyDetector({ ...specOf(context), season });
  const found = detector.detect(column.values);
  detector.dispose();
  const changes = values.on("changes") ? await changesOf(column, season) : [];
  if (figure) writeWhole(figure, svg(watchFigure(column, found, changes)));
  if (out) writeWhole(out, table(column, found, changes));
  const alarms = alarmsOf(column, found);
  const dates = column.dates ? `; dates of ${column.dates.words}` : "";
  screen.line(
    `${file}, column ${column.name}: ${column.values.length} steps` +
      `${season > 1 ? `, a season of ${season}` : ""}${dates}\n` +
      `${watchText(column, found, screen.columns)}\n${alarmCount(alarms.length)}` +
      (alarms.length > 0 ? `\n${[heading, ...alarms.map(alarmText)].join("\n")}` : ""),
  );
  if (values.on("changes"))
    screen.line(`Changes of the mean for good: ${changes.map(column.stepName).join(", ") || "none"}`);
  if (figure) screen.line(`Drawn in ${figure}`);
  if (out) screen.line(`Written to ${out}`);
  for (const alarm of alarms) screen.event({ event: "alarm", ...alarm });
  screen.event({
    ...{ event: "result", task: "watch", column: column.name, steps: column.values.length, season },
    ...{ threshold: found.threshold, alarms: alarms.length },
    ...(values.on("changes") ? { changes: changes.map(column.stepName) } : {}),
  });
}

/** Lines as they come: an alarm is said at once. */
async function watchLines(
  { screen, values, signal }: Context,
  input: NodeJS.ReadableStream,
  spec: AnomalySpec,
) {
  const season = values.text("season") === undefined ? 1 : values.whole("season", 1, 1_000_000);
  const detector = await anomalyDetector({ ...spec, season });
  const stream = detector.stream();
  let steps = 0;
  let alarms = 0;
  const reader = new LineReader(values.text("column"));
  screen.line(heading);
  for await (const text of createInterface({ input })) {
    if (signal.aborted) break;
    const read = reader.read(text);
    if (!read) continue; // empty, or a header
    const { value, name } = read;
    const { alarm, expected = NaN, score, views } = stream.step(value);
    ++steps;
    if (!alarm) continue;
    ++alarms;
    const row: Alarm = { step: name ?? String(steps), value, expected, score, views };
    screen.line(alarmText(row));
    screen.event({ event: "alarm", ...row });
  }
  detector.dispose();
  screen.line(`${alarmCount(alarms)} in ${steps} steps`);
  screen.event({ event: "result", task: "watch", steps, season, alarms });
}

export const watchCommand: Command = {
  name: "watch",
  words: "",
  maxWords: 0,
  summary: "Say where a column of numbers stands out from what came before it",
  details:
    "Each value is compared with those before it: with all of them, with what the last ones ask for, and " +
    "with the same place in\nthe season. With --file - lines of cells or JSON are read from stdin as " +
    "they come; what stands before the value, such as a date, names the step.\n\n" +
    "  unrolled watch --file sensor.csv --figure sensor.svg\n" +
    "  tail -f sensor.log | unrolled watch --file - --season 288 --json",
  options: {
    file: { value: "FILE", help: "the table; - for lines on stdin" },
    column: { value: "C", help: "name of the column, or its place from 1; else the last one of numbers" },
    season: { value: "N", help: "steps a season, 1 for none; else a day's by the dates, or as found" },
    risk: { value: "P", default: "1e-4", help: "probability of an alarm at a step that is as usual" },
    rest: {
      value: "N",
      default: "200",
      help: "steps after an alarm in which only a larger score is another",
    },
    learn: { value: "N", default: "100", help: "steps at the start without alarms" },
    changes: { help: "also where the mean changes for good" },
    figure: { value: "FILE", help: "draw series, scores and alarms, SVG" },
    out: { value: "FILE", help: "write a table of commas: step, value, score, alarm, change" },
  },
  async run(context) {
    const { values } = context;
    const file = values.needed("file", "a table of numbers, or - for stdin");
    if (file !== "-") return watchFile(context, file);
    for (const option of ["figure", "out"])
      if (values.text(option) !== undefined) throw new UsageError(`--${option} needs a file, not stdin`);
    if (values.on("changes")) throw new UsageError("--changes needs a file, not stdin");
    return watchLines(context, process.stdin, specOf(context));
  },
};
