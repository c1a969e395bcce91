/**
 * The data of `unrolled train classifier` and its kin: a table with a column that tells sequences apart, a
 * folder of tables (one a sequence; a folder a label), or a `.ts` file of the UCR and UEA archives.
 */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { DataError } from "../../wasm/errors.ts";
import { readSequences } from "../../formats/sequence-table.ts";
import { isTimeSeriesFile, readTimeSeriesFile } from "../../formats/time-series-file.ts";
import { UsageError, type OptionSpec, type Values } from "../command.ts";
import { diskFolder, readTextFile } from "../disk.ts";

/** A sequence as its file has it. */
export interface NamedSequence {
  readonly name: string;
  /** [T,I]. */
  readonly input: Float64Array;
  /** [T] cells of each column beside the input; one value for all steps where it is of the whole sequence. */
  readonly beside: readonly (readonly string[])[];
}

/** Sequences of one width. */
export interface SequenceSet {
  readonly width: number;
  /** Names of the input's columns; absent where the file has none. */
  readonly columns?: readonly string[];
  readonly sequences: readonly NamedSequence[];
}

/** Where data are, and which columns are what. */
export interface SequenceSource {
  readonly path: string;
  readonly sequence?: string;
  readonly columns?: readonly string[];
  readonly beside: readonly string[];
}

/** Options that tell where data are. */
export const sourceOptions: Readonly<Record<string, OptionSpec>> = {
  data: {
    value: "PATH",
    help: "a table, a folder of tables (a folder a label), or a .ts file of UCR or UEA",
  },
  sequence: { value: "C", help: "column of a table that says which sequence a row is of; else it is one" },
  columns: { value: "LIST", help: "columns of the input; else all of numbers" },
};

/** Names in a list between commas. */
export const listOf = (text: string | undefined): string[] | undefined =>
  text?.split(",").map((name) => name.trim());

/** The source that options name; `beside`: columns of labels or targets. */
export const sourceOf = (values: Values, path: string, beside: readonly string[]): SequenceSource => ({
  path,
  sequence: values.text("sequence"),
  columns: listOf(values.text("columns")),
  beside,
});

/** Reads all sequences. Throws UsageError or DataError that name the file. */
export async function readSet(source: SequenceSource): Promise<SequenceSet> {
  const status = statSync(source.path, { throwIfNoEntry: false });
  if (!status) throw new UsageError(`${source.path}: no such file or folder`);
  if (status.isDirectory()) return readFolder(source);
  return readFile(source, basename(source.path));
}

function readFile({ path, sequence, columns, beside }: SequenceSource, name: string): SequenceSet {
  const text = readTextFile(path);
  if (isTimeSeriesFile(text)) return readArchive(path, text);
  const table = readSequences(text, { sequence, columns, beside }, path);
  const sequences =
    sequence === undefined ? table.sequences.map((one) => ({ ...one, name })) : table.sequences;
  return { width: table.columns.length, columns: table.columns, sequences };
}

function readArchive(path: string, text: string): SequenceSet {
  const { width, cases } = readTimeSeriesFile(text, path);
  return {
    width,
    sequences: cases.map(({ input, label }, i) => ({ name: String(i + 1), input, beside: [[label]] })),
  };
}

/** Tables of a folder; where no column is asked for beside the input, the folder of a table is its label. */
async function readFolder(source: SequenceSource): Promise<SequenceSet> {
  const { path, beside } = source;
  const names = (await diskFolder(path).list("")).filter((name) => /\.(csv|tsv|txt)$/i.test(name));
  if (names.length === 0) throw new UsageError(`${path}: no .csv, .tsv or .txt in this folder`);
  let columns = source.columns;
  const sequences: NamedSequence[] = [];
  for (const name of names) {
    const one = readFile({ ...source, path: join(path, name), columns }, name);
    if (columns && one.width !== columns.length)
      throw new DataError(`${join(path, name)}: ${one.width} columns, want ${columns.length}`);
    columns ??= one.columns;
    const label = name.includes("/") ? [[name.split("/")[0]]] : [];
    for (const part of one.sequences)
      sequences.push({ ...part, beside: beside.length === 0 ? label : part.beside });
  }
  return { width: columns!.length, columns, sequences };
}
