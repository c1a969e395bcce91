/** The jobs of the command line: what each makes of sequences, and how it tells its answers. */
import { DataError } from "../../wasm/errors.ts";
import type { Sequence } from "../../data/sequence.ts";
import type { Pool } from "../../jobs/answering.ts";
import { sequenceClassifier } from "../../jobs/classifier.ts";
import type { SequenceJob } from "../../jobs/job.ts";
import type { JobFitOptions } from "../../jobs/job-net.ts";
import { sequenceLabeler } from "../../jobs/labeler.ts";
import { sequenceRegressor } from "../../jobs/regressor.ts";
import type { FitReport } from "../../models/network/fit.ts";
import type { Layer } from "../../models/network/layers.ts";
import { figureText, percentText } from "../progress.ts";
import type { NamedSequence, SequenceSet } from "./sequences.ts";

/** How well a job does, as its own `evaluate` says. */
export interface JobFigures {
  readonly loss: number;
  readonly accuracy?: number;
  readonly f1?: number;
  readonly confusion?: readonly (readonly number[])[];
  readonly rmse?: number;
  readonly mae?: number;
  readonly r2?: number;
}

/** One answer: a line for a person, cells of a table, and what JSON says. */
export interface SequenceAnswer {
  readonly line: string;
  /** Rows of a table behind the sequence's name. */
  readonly rows: readonly (readonly string[])[];
  readonly event: Readonly<Record<string, unknown>>;
}

/** A job at work, whatever its kind. */
export interface OpenJob {
  /** Names of the classes, where there are such. */
  readonly labels?: readonly string[];
  /** Learns from a set; `validation`: the share that is set apart. */
  fit(
    set: SequenceSet,
    options: Omit<JobFitOptions<never>, "validation"> & { validation?: number },
  ): Promise<FitReport>;
  evaluate(set: SequenceSet): Promise<JobFigures>;
  answers(set: SequenceSet): SequenceAnswer[];
  summary(): string;
  save(options?: { training?: boolean }): Uint8Array<ArrayBuffer>;
  dispose(): void;
}

/** What a job is made from. */
export interface JobShape {
  readonly layers: readonly Layer[];
  readonly pool: Pool;
  readonly seed: number;
}

/** A kind of job. */
export interface JobKind {
  readonly name: "classifier" | "labeler" | "regressor";
  /** The command that answers. */
  readonly verb: "classify" | "label" | "regress";
  /** The option that names the columns beside the input, and its help. */
  readonly beside: { readonly option: "label" | "target"; readonly help: string };
  /** Header of a table of answers, behind the sequence's name. */
  readonly header: readonly string[];
  make(set: SequenceSet, shape: JobShape): Promise<OpenJob>;
  load(bytes: Uint8Array): Promise<OpenJob>;
}

/** A job of one kind as a job of any. */
function opened<Item extends { readonly input: Sequence }, Answer, Figures extends JobFigures>(
  job: SequenceJob<Item, Answer, Figures, unknown> & { readonly labels?: readonly string[] },
  item: (sequence: NamedSequence) => Item,
  tell: (answer: Answer) => SequenceAnswer,
): OpenJob {
  return {
    labels: job.labels,
    fit: (set, options) => job.fit(set.sequences.map(item), options),
    evaluate: (set) => job.evaluate(set.sequences.map(item)),
    answers: (set) => job.predict(set.sequences.map(({ input }) => input)).map(tell),
    summary: () => String(job.summary()),
    save: (options) => job.save(options),
    dispose: () => job.dispose(),
  };
}

/** The cell that all rows of a sequence share in column i beside the input. */
function constant({ name, beside }: NamedSequence, i: number, what: string): string {
  const cells = beside[i];
  if (cells === undefined)
    throw new DataError(`sequence "${name}" has no ${what}; name its column, or give a folder a ${what}`);
  const other = cells.find((cell) => cell !== cells[0]);
  if (other !== undefined)
    throw new DataError(`sequence "${name}" has the ${what}s "${cells[0]}" and "${other}", want one`);
  return cells[0];
}

const namesOf = (names: readonly string[]): string[] => [...new Set(names)].sort();

const labelOf = (sequence: NamedSequence): string => constant(sequence, 0, "label");
const openClassifier = (job: Awaited<ReturnType<typeof sequenceClassifier>>): OpenJob =>
  opened(
    job,
    (sequence) => ({ input: sequence.input, label: labelOf(sequence) }),
    ({ label, probabilities }) => ({
      line: `${label}  ${percentText(probabilities[label])}`,
      rows: [[label, String(probabilities[label])]],
      event: { label, probabilities },
    }),
  );

const labelsOf = ({ name, beside, input }: NamedSequence): readonly string[] => {
  if (beside[0]) return beside[0];
  throw new DataError(
    `sequence "${name}" of ${input.length} numbers has no labels; name their column by --label`,
  );
};
/** Labels in runs: "still ×12, wave ×30". */
function runs(labels: readonly string[]): string {
  const found: { label: string; steps: number }[] = [];
  for (const label of labels) {
    const last = found[found.length - 1];
    if (last?.label === label) ++last.steps;
    else found.push({ label, steps: 1 });
  }
  return found.map(({ label, steps }) => `${label} ×${steps}`).join(", ");
}
const openLabeler = (job: Awaited<ReturnType<typeof sequenceLabeler>>): OpenJob =>
  opened(
    job,
    (sequence) => ({ input: sequence.input, labels: labelsOf(sequence) }),
    ({ labels }) => ({
      line: runs(labels),
      rows: labels.map((label, t) => [String(t + 1), label]),
      event: { labels },
    }),
  );

function targetOf(sequence: NamedSequence): number[] {
  return sequence.beside.map((_, i) => {
    const cell = constant(sequence, i, "target");
    const value = cell.trim() === "" ? NaN : Number(cell);
    if (Number.isFinite(value)) return value;
    throw new DataError(`sequence "${sequence.name}": target is ${JSON.stringify(cell)}, want a number`);
  });
}
const openRegressor = (job: Awaited<ReturnType<typeof sequenceRegressor>>): OpenJob =>
  opened(
    job,
    (sequence) => ({ input: sequence.input, target: targetOf(sequence) }),
    (y) => ({
      line: Array.from(y, figureText).join("  "),
      rows: [Array.from(y, String)],
      event: { values: [...y] },
    }),
  );

/** All kinds. */
export const jobKinds: Readonly<Record<JobKind["name"], JobKind>> = {
  classifier: {
    name: "classifier",
    verb: "classify",
    beside: {
      option: "label",
      help: "column of the label; else the folder of a table, or the end of a case",
    },
    header: ["label", "probability"],
    make: async ({ width, sequences }, shape) =>
      openClassifier(
        await sequenceClassifier({ ...shape, input: width, labels: namesOf(sequences.map(labelOf)) }),
      ),
    load: async (bytes) => openClassifier(await sequenceClassifier.load(bytes)),
  },
  labeler: {
    name: "labeler",
    verb: "label",
    beside: { option: "label", help: "column of the labels, one a step" },
    header: ["step", "label"],
    make: async ({ width, sequences }, { layers, seed }) =>
      openLabeler(
        await sequenceLabeler({ layers, seed, input: width, labels: namesOf(sequences.flatMap(labelsOf)) }),
      ),
    load: async (bytes) => openLabeler(await sequenceLabeler.load(bytes)),
  },
  regressor: {
    name: "regressor",
    verb: "regress",
    beside: {
      option: "target",
      help: "columns of the numbers to tell, between commas; else the end of a case",
    },
    header: ["value"],
    make: async ({ width, sequences }, shape) =>
      openRegressor(
        await sequenceRegressor({ ...shape, input: width, output: targetOf(sequences[0]).length }),
      ),
    load: async (bytes) => openRegressor(await sequenceRegressor.load(bytes)),
  },
};
