/** `unrolled classify`, `label`, `regress`: a saved job answers to new sequences. */
import { UsageError, type Command, type Context } from "../command.ts";
import { readModelFile } from "../open-model.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { countText } from "../progress.ts";
import type { JobKind } from "./kinds.ts";
import { confusionText, figuresText } from "./report.ts";
import { listOf, readSet, sourceOf, sourceOptions } from "./sequences.ts";
import type { JobAbout } from "./train.ts";

/** A cell of a table between commas. */
const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Reads, answers, and compares with the truth where the data hold it. */
async function ask(kind: JobKind, { screen, values, words }: Context): Promise<void> {
  const [path] = words;
  if (path === undefined)
    throw new UsageError(`the model is missing: unrolled ${kind.verb} MODEL --data PATH`);
  const out = values.text("out");
  checkOutputFile("out", out);
  const { bytes, about } = readModelFile<JobAbout>(path);
  if (about.task !== kind.name)
    throw new UsageError(`${path}: a model of task "${about.task}", want a ${kind.name}`);
  const beside = listOf(values.text(kind.beside.option)) ?? [];
  const source = sourceOf(values, values.needed("data", "sequences to answer to"), beside);
  const set = await readSet({ ...source, columns: source.columns ?? about.columns });
  const job = await kind.load(bytes);
  try {
    const answers = job.answers(set);
    answers.forEach(({ line, event }, i) => {
      const { name } = set.sequences[i];
      screen.line(`${name}: ${line}`);
      screen.event({ event: "answer", name, ...event });
    });
    if (out) {
      const rows = answers.flatMap(({ rows: cells }, i) =>
        cells.map((row) => [set.sequences[i].name, ...row]),
      );
      const table = [["sequence", ...kind.header], ...rows];
      writeWhole(out, `${table.map((row) => row.map(cell).join(",")).join("\n")}\n`);
    }
    const { labels } = job;
    const known = set.sequences.every(
      ({ beside: cells }) =>
        cells.length > 0 && (!labels || cells[0].every((label) => labels.includes(label))),
    );
    const figures = known ? await job.evaluate(set) : undefined;
    if (figures) screen.line(`\n${countText(set.sequences.length)} sequences: ${figuresText(figures)}`);
    if (figures?.confusion && job.labels) screen.line(`\n${confusionText(job.labels, figures.confusion)}`);
    screen.event({
      event: "result",
      task: kind.name,
      sequences: set.sequences.length,
      ...(figures ? { figures } : {}),
    });
  } finally {
    job.dispose();
  }
}

/** The command that asks a kind of job. */
export const askJob = (kind: JobKind): Command => ({
  name: kind.verb,
  words: "MODEL",
  maxWords: 1,
  summary: {
    classify: "Tell the label of sequences by a saved classifier",
    label: "Tell the label of every step of sequences by a saved labeler",
    regress: "Tell the numbers of sequences by a saved regressor",
  }[kind.verb],
  details:
    "A line a sequence; where the data hold the truth too, how well the job does.\n\n" +
    `  unrolled ${kind.verb} job.safetensors --data new.csv --sequence id`,
  options: {
    ...sourceOptions,
    [kind.beside.option]: { value: "C", help: `${kind.beside.help}: to compare with` },
    out: { value: "FILE", help: "write the answers as a table of commas" },
  },
  run: (context) => ask(kind, context),
});
