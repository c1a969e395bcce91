/** `unrolled compare`: the four ways on the long-lag tasks, side by side (lecture 7d-8). */
import { join } from "node:path";
import { svg } from "../../figures/svg.ts";
import { longLag, type LongLagName } from "../../tasks/long-lag/long-lag.ts";
import { runName } from "../../cluster/protocol.ts";
import { openWorkQueue } from "../../cluster/work-queue.ts";
import { clusterOptions, reached } from "../cluster-options.ts";
import { type Command, type Context, UsageError, type Values } from "../command.ts";
import { countText, figureText, percentText, timeText } from "../progress.ts";
import { writeWhole } from "../output-file.ts";
import { processorClock } from "../processor-clock.ts";
import { type RunKey, type RunResult, runWay } from "./run.ts";
import { RunRecord } from "./run-record.ts";
import { comparisonFigures, comparisonTable } from "./comparison-table.ts";
import { sweep } from "./sweep.ts";
import { workFigure } from "./work-figure.ts";
import { ways } from "./ways.ts";

/** The words of a list, each checked. */
function list<T extends string>(option: string, text: string, allowed: readonly T[]): T[] {
  return text.split(",").map((word) => {
    const name = word.trim() as T;
    if (!allowed.includes(name))
      throw new UsageError(`--${option} names "${name}", want some of ${allowed.join(",")}`);
    return name;
  });
}

/** The lags of a list, each checked. */
const lagList = (text: string): number[] =>
  text.split(",").map((word) => {
    const lag = Number(word);
    if (!Number.isInteger(lag) || lag < 10 || lag > 100_000)
      throw new UsageError(`--lag names "${word}", want whole numbers from 10 to 100000`);
    return lag;
  });

/** All runs that are asked for, in order. */
function keysOf(values: Values): RunKey[] {
  const tasks = list("tasks", values.needed("tasks", "task names"), Object.keys(longLag) as LongLagName[]);
  const names = list("ways", values.needed("ways", "ways"), Object.keys(ways));
  const lags = lagList(values.needed("lag", "lags"));
  const first = values.whole("seed", 0);
  const seeds = Array.from({ length: values.whole("seeds", 1, 1000) }, (_, i) => first + i);
  return tasks.flatMap((task) =>
    lags.flatMap((lag) => names.flatMap((way) => seeds.map((seed) => ({ task, way, lag, seed })))),
  );
}

/** Runs one and keeps it; false: it was interrupted. */
async function runOne(
  { screen, signal }: Context,
  key: RunKey,
  title: string,
  { record, budget }: { record: RunRecord; budget: number },
): Promise<boolean> {
  const result = await runWay(key, {
    budget,
    signal,
    clock: processorClock,
    resume: record.resume(key),
    onProgress: (at) => {
      const loss = Number.isFinite(at.loss) ? `loss ${figureText(at.loss)}  ` : "";
      const text =
        `${title}  ${timeText(at.seconds)} of ${timeText(budget)}  ${countText(at.sequences)} ` +
        `sequences  ${loss}wrong ${percentText(at.error)}`;
      screen.progress({
        row: (columns) => text.slice(0, columns),
        plain: () => text,
        event: () => ({ event: "progress", ...key, ...at }),
      });
    },
  });
  if ("interrupted" in result) {
    if (result.interrupted) record.interrupted(key, result.interrupted);
    return false;
  }
  record.add(result);
  tell(screen, title, result);
  return true;
}

/** Tells how a run ended. */
function tell(screen: Context["screen"], title: string, result: RunResult, where = ""): void {
  screen.event({ event: "run", ...result });
  screen.line(
    `${title}: ${result.solved ? "solved" : "not solved"}, ${percentText(result.error, 2)} ` +
      `wrong, ${countText(result.sequences)} sequences, ${timeText(result.seconds)}${where}`,
  );
}

const titleOf = ({ task, lag, way, seed }: RunKey): string => `${task} T=${lag} ${way} seed ${seed}`;

/** Has the runs that are not there done by workers, and keeps them as they come. */
async function runElsewhere(
  { screen, signal, values }: Context,
  all: readonly RunKey[],
  { record, budget }: { record: RunRecord; budget: number },
): Promise<void> {
  const keys = all.filter((key) => !record.find(key));
  if (keys.length === 0) return;
  const run = runName("compare", values.text("run"));
  const queue = await reached(values, (options) => openWorkQueue("compare", run, options));
  let done = 0;
  const leave = (): void => void queue.close();
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    screen.line(`${keys.length} runs wait for workers: unrolled worker --trainings --run ${run} --servers …`);
    await sweep(queue, { keys, budget }, (result, worker) => {
      record.add(result);
      tell(screen, `${++done}/${keys.length} ${titleOf(result)}`, result, ` by ${worker}`);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", leave);
    if (!signal.aborted) await queue.close();
  }
  if (signal.aborted)
    throw new Error(
      `stopped after ${done} of ${keys.length} runs; workers go on, and the same command finds what they did`,
    );
}

/** Writes the figures of a comparison: one a task, and one a lag. */
function draw(out: string, runs: readonly RunResult[]): void {
  for (const { name, figure } of comparisonFigures(runs)) writeWhole(join(out, `${name}.svg`), svg(figure));
  for (const lag of new Set(runs.map((run) => run.lag)))
    writeWhole(join(out, `compare-T${lag}.svg`), svg(workFigure(runs.filter((run) => run.lag === lag))));
}

/** A run as the result lists it. */
const row = ({ task, way, lag, seed, solved, error, wrong, sequences, seconds }: RunResult): object => ({
  task,
  way,
  lag,
  seed,
  solved,
  error,
  wrong,
  sequences,
  seconds: Number(seconds.toFixed(3)),
});

export const compare: Command = {
  name: "compare",
  words: "",
  maxWords: 0,
  summary: "Train LSTM, Hessian-free, echo state network and momentum on the pathological tasks, and compare",
  details: [
    ...Object.values(ways).map((way) => `  ${way.name.padEnd(9)} ${way.words}`),
    "",
    "Solved: fewer than 1% of 10,000 fresh sequences wrong. Ctrl-C stops; with --out, the same " +
      "command goes on where it was.",
    "",
    "  unrolled compare --tasks order2,memory5 --lag 30 --seeds 1 --budget 60",
    "  unrolled compare --cluster --servers tls://nats.example.org:4222 --key mine.nk --out runs",
  ].join("\n"),
  options: {
    tasks: { value: "LIST", default: Object.keys(longLag).join(","), help: "tasks" },
    ways: { value: "LIST", default: Object.keys(ways).join(","), help: "ways" },
    lag: { value: "LIST", default: "30,50,100,200", help: "lags T" },
    seeds: { value: "N", default: "3", help: "runs of each" },
    seed: { value: "N", default: "1", help: "first seed" },
    budget: { value: "SECONDS", default: "60", help: "seconds of the processor that a run learns at most" },
    cluster: { help: "have the runs done by workers (unrolled worker --trainings), each on its own" },
    run: { value: "NAME", default: "compare", help: "with --cluster: what the workers work for" },
    ...clusterOptions,
    out: { value: "DIR", help: "keep runs in DIR/runs.jsonl, figures in DIR/compare-*.svg" },
  },
  async run(context) {
    const { screen, values } = context;
    const keys = keysOf(values);
    const budget = values.number("budget", 0.1);
    const out = values.text("out");
    const record = new RunRecord(out, budget);
    const finished = (): RunResult[] => keys.flatMap((key) => record.find(key) ?? []);
    if (values.on("cluster")) await runElsewhere(context, keys, { record, budget });
    else if (values.text("servers") !== undefined)
      throw new UsageError("--servers is given without --cluster, want both or neither");
    for (const [i, key] of keys.entries()) {
      if (record.find(key)) continue;
      const title = `${i + 1}/${keys.length} ${titleOf(key)}`;
      if (await runOne(context, key, title, { record, budget })) continue;
      screen.line(comparisonTable(finished()));
      const again = out ? "the same command goes on there" : "with --out DIR it could go on there";
      throw new Error(`stopped in run ${title}; ${again}`);
    }
    const runs = finished();
    if (out) draw(out, runs);
    screen.line(`\n${comparisonTable(runs)}`);
    if (out) screen.line(`\nFigures and runs are in ${out}.`);
    screen.event({ event: "result", runs: runs.map(row) });
  },
};
