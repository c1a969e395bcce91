/** `unrolled compare`: the four ways on the long-lag tasks, side by side (lecture 7d-8). */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { svg } from "../../figures/svg.ts";
import { longLag, type LongLagName } from "../../tasks/long-lag/long-lag.ts";
import { type Command, UsageError } from "../command.ts";
import { countText, figureText, timeText } from "../progress.ts";
import { type RunKey, type RunResult, type RunState, runWay } from "./run.ts";
import { comparisonFigures, comparisonTable } from "./comparison-table.ts";
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

const keyText = ({ task, way, lag, seed }: RunKey): string => `${task}-${way}-${lag}-${seed}`;

/** Finished runs and the state of an interrupted one, in a folder. */
class Record {
  readonly #folder: string | undefined;
  readonly #budget: number;
  readonly done = new Map<string, RunResult>();

  constructor(folder: string | undefined, budget: number) {
    this.#folder = folder;
    this.#budget = budget;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "runs.jsonl");
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n")) {
      let run: RunResult & { budget: number };
      try {
        run = JSON.parse(line) as typeof run;
      } catch {
        continue;
      } // the last line of a run that was killed
      if (run.solved || run.budget >= budget) this.done.set(keyText(run), run);
    }
  }

  add(run: RunResult): void {
    this.done.set(keyText(run), run);
    if (!this.#folder) return;
    appendFileSync(join(this.#folder, "runs.jsonl"), `${JSON.stringify({ ...run, budget: this.#budget })}\n`);
    for (const end of ["json", "safetensors"])
      rmSync(join(this.#folder, `${keyText(run)}.${end}`), { force: true });
  }

  interrupted(key: RunKey, state: RunState): void {
    if (!this.#folder) return;
    const base = join(this.#folder, keyText(key));
    writeFileSync(`${base}.safetensors`, state.model);
    writeFileSync(
      `${base}.json.part`,
      JSON.stringify({ sequences: state.sequences, seconds: state.seconds }),
    );
    renameSync(`${base}.json.part`, `${base}.json`); // the model is whole when this is there
  }

  resume(key: RunKey): RunState | undefined {
    const base = this.#folder && join(this.#folder, keyText(key));
    if (!base || !existsSync(`${base}.json`)) return undefined;
    return {
      ...(JSON.parse(readFileSync(`${base}.json`, "utf8")) as { sequences: number; seconds: number }),
      model: readFileSync(`${base}.safetensors`),
    };
  }
}

export const compare: Command = {
  name: "compare",
  words: "",
  most: 0,
  summary: "Train LSTM, Hessian-free, echo state network and momentum on the pathological tasks, and compare",
  details: [
    ...Object.values(ways).map((way) => `  ${way.name.padEnd(9)} ${way.words}`),
    "",
    "Solved: fewer than 1% of 10,000 fresh sequences wrong. Ctrl-C stops; with --out, the same " +
      "command goes on where it was.",
    "",
    "  unrolled compare --tasks order2,memory5 --lag 30 --seeds 1 --budget 60",
  ].join("\n"),
  options: {
    tasks: { value: "LIST", default: Object.keys(longLag).join(","), help: "tasks" },
    ways: { value: "LIST", default: Object.keys(ways).join(","), help: "ways" },
    lag: { value: "LIST", default: "30,50,100,200", help: "lags T" },
    seeds: { value: "N", default: "3", help: "runs of each" },
    seed: { value: "N", default: "1", help: "first seed" },
    budget: { value: "SECONDS", default: "60", help: "most seconds of learning a run" },
    out: { value: "DIR", help: "keep runs in DIR/runs.jsonl, figures in DIR/compare-*.svg" },
  },
  async run({ screen, signal, values }) {
    const tasks = list("tasks", values.needed("tasks", "task names"), Object.keys(longLag) as LongLagName[]);
    const names = list("ways", values.needed("ways", "ways"), Object.keys(ways));
    const lags = values
      .needed("lag", "lags")
      .split(",")
      .map((word) => {
        const lag = Number(word);
        if (!Number.isInteger(lag) || lag < 10 || lag > 100_000)
          throw new UsageError(`--lag names "${word}", want whole numbers from 10 to 100000`);
        return lag;
      });
    const seeds = values.whole("seeds", 1, 1000);
    const first = values.whole("seed", 0);
    const budget = values.number("budget", 0.1);
    const out = values.text("out");
    const record = new Record(out, budget);
    const keys: RunKey[] = [];
    for (const task of tasks)
      for (const lag of lags)
        for (const way of names)
          for (let seed = first; seed < first + seeds; ++seed) keys.push({ task, way, lag, seed });
    const finished = (): RunResult[] => keys.flatMap((key) => record.done.get(keyText(key)) ?? []);
    let number = 0;
    for (const key of keys) {
      ++number;
      if (record.done.has(keyText(key))) continue;
      const title = `${number}/${keys.length} ${key.task} T=${key.lag} ${key.way} seed ${key.seed}`;
      const result = await runWay(key, {
        budget,
        signal,
        clock: screen.clock,
        resume: record.resume(key),
        onProgress: (at) => {
          const text =
            `${title}  ${timeText(at.seconds)} of ${timeText(budget)}  ${countText(at.sequences)} ` +
            `sequences  loss ${figureText(at.loss)}  wrong ${(100 * at.error).toFixed(1)}%`;
          screen.progress({
            row: (columns) => text.slice(0, columns),
            plain: () => text,
            event: () => ({ event: "progress", ...key, ...at }),
          });
        },
      });
      if ("interrupted" in result) {
        if (result.interrupted) record.interrupted(key, result.interrupted);
        screen.line(comparisonTable(finished()));
        throw new Error(
          `stopped in run ${title}${out ? "; the same command goes on there" : "; with --out DIR it could go on there"}`,
        );
      }
      record.add(result);
      screen.event({ event: "run", ...result });
      screen.line(
        `${title}: ${result.solved ? "solved" : "not solved"}, ${(100 * result.error).toFixed(2)}% ` +
          `wrong, ${countText(result.sequences)} sequences, ${timeText(result.seconds)}`,
      );
    }
    const runs = finished();
    if (out)
      for (const { name, figure } of comparisonFigures(runs))
        writeFileSync(join(out, `${name}.svg`), svg(figure));
    screen.line(`\n${comparisonTable(runs)}`);
    if (out) screen.line(`\nFigures and runs are in ${out}.`);
    screen.event({
      event: "result",
      runs: runs.map(({ task, way, lag, seed, solved, error, wrong, sequences, seconds }) => ({
        task,
        way,
        lag,
        seed,
        solved,
        error,
        wrong,
        sequences,
        seconds: Number(seconds.toFixed(3)),
      })),
    });
  },
};
