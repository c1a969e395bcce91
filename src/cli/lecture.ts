/** `unrolled lecture`: the claims of the lecture, each with an experiment that shows it. */
import { join } from "node:path";
import { type Command, type Context, UsageError } from "./command.ts";
import { didYouMean } from "./closest.ts";
import { readTextFile } from "./disk.ts";
import { experiments } from "./lecture/registry.ts";
import type { Experiment, LectureContext, Outcome } from "./lecture/experiment.ts";
import type { Check } from "./lecture/verdict.ts";
import { checkOutputFile, checkOutputFolder, writeWhole } from "./output-file.ts";
import { bar, figureText, timeText } from "./progress.ts";

function list({ screen }: Context): void {
  const there = experiments.filter((e) => e.load).length;
  screen.line(
    "Geoffrey Hinton's lecture 7 on recurrent nets, claim by claim. ● can be run: unrolled lecture " +
      "<id>; ○ not there yet.\n",
  );
  for (const { id, claim, load } of experiments) screen.line(`  ${load ? "●" : "○"} ${id}  ${claim}`);
  screen.line(`\n${there} of ${experiments.length} are there.`);
  screen.event({
    event: "result",
    experiments: experiments.map(({ id, claim, load }) => ({ id, claim, there: load !== undefined })),
  });
}

/** The result of one experiment. */
interface Shown {
  readonly id: string;
  readonly claim: string;
  readonly verdict: boolean;
  readonly seconds: number;
  readonly checks: readonly Check[];
}

/** A line for each thing that a verdict asks. */
const checkLines = (checks: readonly Check[]): string[] =>
  checks.map(
    ({ what, value, wanted, holds }) =>
      `  ${holds ? "yes" : "NO "}  ${what}: ${figureText(value)}, want ${wanted}`,
  );

/** Names and numbers in two columns. */
function printNumbers(screen: Context["screen"], numbers: Outcome["numbers"]): void {
  const names = Object.keys(numbers);
  const width = Math.max(...names.map((name) => name.length));
  screen.line();
  for (const name of names) {
    const value = numbers[name];
    screen.line(`  ${name.padEnd(width)}  ${typeof value === "number" ? figureText(value) : value}`);
  }
}

/** Shows how far an experiment is, with the time left. */
function progressOf(id: string, screen: Context["screen"]): LectureContext["progress"] {
  const start = screen.clock();
  return (fraction, note = "") => {
    const percent = `${Math.round(100 * fraction)}%`;
    const spent = (screen.clock() - start) / 1000;
    const left = spent / fraction - spent;
    const time = `${timeText(left)} left`;
    screen.progress({
      row: (columns) =>
        `${id}  ${bar(fraction, 30)} ${percent.padStart(4)}  ${time}  ${note}`.slice(0, columns),
      plain: () => `${id}: ${percent}  ${time}  ${note}`,
      event: () => ({ event: "progress", id, fraction, left, note }),
    });
  };
}

/** `text`: that of --file, where one is given. */
async function show(
  experiment: Experiment,
  { screen, signal, values }: Context,
  text: string | undefined,
): Promise<Shown> {
  const { id, claim, load } = experiment;
  const out = values.text("out");
  const seed = values.whole("seed", 0, 2 ** 52);
  const start = screen.clock();
  if (!load) throw new Error(`${id} is not there yet`);
  const file = out && join(out, `${id}.svg`);
  checkOutputFolder("out", out);
  checkOutputFile("out", file);
  screen.line(`${id}  ${claim}.\n`);
  const { run } = await load();
  const {
    numbers,
    verdict,
    checks = [],
    figure,
  }: Outcome = await run({
    seed,
    data: values.text("data"),
    text,
    quick: values.on("all"),
    signal,
    log(line) {
      screen.line(line);
      screen.event({ event: "log", id, line });
    },
    progress: progressOf(id, screen),
  });
  signal.throwIfAborted();
  const seconds = (screen.clock() - start) / 1000;
  printNumbers(screen, numbers);
  if (checks.length) screen.line("\nThe verdict asks:");
  for (const line of checkLines(checks)) screen.line(line);
  const drawn = figure === undefined ? undefined : file;
  if (drawn) writeWhole(drawn, figure!);
  screen.line(
    `\n${verdict ? "Seen" : "NOT seen"}: ${claim}. (${timeText(seconds)}, ` +
      `seed ${seed})${drawn ? ` Figure: ${drawn}` : ""}`,
  );
  screen.event({
    event: "result",
    id,
    claim,
    numbers,
    verdict,
    checks,
    figure: drawn ?? null,
    seed,
    seconds,
  });
  return { id, claim, verdict, seconds, checks };
}

/** Runs every experiment, one after the other; one that fails is not seen, and the others go on. */
async function showAll(context: Context, text: string | undefined): Promise<boolean> {
  const { screen, signal, values } = context;
  const out = values.text("out");
  const table = out && join(out, "lecture.md");
  checkOutputFolder("out", out);
  checkOutputFile("out", table);
  const shown: Shown[] = [];
  for (const experiment of experiments) {
    const start = screen.clock();
    try {
      shown.push(await show(experiment, context, text));
    } catch (error) {
      signal.throwIfAborted();
      screen.complain(`${experiment.id}: ${(error as Error).message}`);
      const { id, claim } = experiment;
      shown.push({ id, claim, verdict: false, seconds: (screen.clock() - start) / 1000, checks: [] });
    }
    screen.line();
  }
  for (const { id, claim, verdict, seconds, checks } of shown) {
    screen.line(`${verdict ? "seen    " : "NOT seen"}  ${timeText(seconds).padStart(6)}  ${id}  ${claim}`);
    for (const line of checkLines(checks)) screen.line(`          ${line}`);
  }
  const seen = shown.filter(({ verdict }) => verdict).length;
  const seconds = shown.reduce((sum, one) => sum + one.seconds, 0);
  if (table) writeWhole(table, markdown(shown));
  screen.line(
    `\n${seen} of ${shown.length} claims seen in ${timeText(seconds)}.${table ? ` Table: ${table}` : ""}`,
  );
  screen.event({ event: "result", seen, of: shown.length, seconds, claims: shown });
  return seen === shown.length;
}

/** The statements of the lecture beside what was measured, number and bound, as a table of Markdown. */
function markdown(shown: readonly Shown[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const rows = shown.flatMap(({ id, claim, verdict, seconds, checks }) => {
    const [first, ...others] = checks.length
      ? checks.map(({ what, value, wanted }) => `${cell(what)} | ${figureText(value)} | ${wanted}`)
      : [" | |"];
    return [
      `| ${id} | ${cell(claim)} | ${first} | ${verdict ? "seen" : "NOT seen"} | ${timeText(seconds)} |`,
      ...others.map((text) => `| | | ${text} | | |`),
    ];
  });
  return [
    "| id | the lecture says | measured | number | wanted | verdict | time |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** The text of --file. Throws UsageError that names what cannot be read. */
function textGiven({ values }: Context): string | undefined {
  const file = values.text("file");
  return file === undefined ? undefined : readTextFile(file);
}

export const lectureCommand: Command = {
  name: "lecture",
  words: "[ID]",
  maxWords: 1,
  summary: "List the claims of the lecture, or run the experiment of one",
  details:
    "States the claim, measures, and says whether it was seen (exit code 1 if not).\n\n  unrolled " +
    "lecture\n  unrolled lecture 7c-3 --out figures\n  unrolled lecture --all --out figures",
  options: {
    all: { help: "run all experiments with quick settings, and list their verdicts and seconds" },
    out: { value: "DIR", help: "write the figure to DIR/<id>.svg, and the table of all to DIR/lecture.md" },
    data: { value: "DIR", help: "real recordings in place of the experiment's own (7a-0)" },
    file: { value: "FILE", help: "a text of your own, beside the experiment's sentences (7a-3)" },
    seed: { value: "N", default: "1", help: "seed of everything random" },
  },
  async run(context) {
    const [id] = context.words;
    if (context.values.on("all")) {
      if (id !== undefined) throw new UsageError(`lecture: "${id}" beside --all, want one of the two`);
      return showAll(context, textGiven(context));
    }
    if (id === undefined) return list(context);
    const experiment = experiments.find((e) => e.id === id);
    if (!experiment)
      throw new UsageError(
        `lecture: there is no "${id}"` +
          (didYouMean(
            id,
            experiments.map((e) => e.id),
          ) || "; unrolled lecture lists what there is"),
      );
    return (await show(experiment, context, textGiven(context))).verdict;
  },
};
