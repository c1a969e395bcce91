/**
 * Sequences in a table: a row a step, columns of numbers; rows with the same cell in one column are one
 * sequence, in the order of the table.
 */
import { DataError } from "../wasm/errors.ts";
import { readCsv } from "./csv.ts";

/** Which columns are what. */
export interface SequenceTableOptions {
  /** Column that says which sequence a row is of. Default: the table is one sequence. */
  readonly sequence?: string;
  /** Columns of the input. Default: all that hold numbers and are nothing else. */
  readonly columns?: readonly string[];
  /** Columns that are no input and whose cells are kept: labels, targets. Default: none. */
  readonly beside?: readonly string[];
}

/** One sequence of a table. */
export interface TableSequence {
  /** The cell that its rows share; the table's name where it is the only sequence. */
  readonly name: string;
  /** [T,I]. */
  readonly input: Float64Array;
  /** [T] of each column beside the input. */
  readonly beside: readonly (readonly string[])[];
}

/** A table as sequences. */
export interface SequenceTable {
  /** [I] names of the input's columns. */
  readonly columns: readonly string[];
  /** In the order in which they begin. */
  readonly sequences: readonly TableSequence[];
}

/**
 * Reads sequences of a table in text; `name` begins messages. Throws DataError on broken tables, unknown
 * columns, cells that are no numbers or missing, and tables without a column of numbers.
 */
export function readSequences(
  text: string,
  options: SequenceTableOptions = {},
  name = "table",
): SequenceTable {
  const table = readCsv(text, name);
  const { sequence, beside = [] } = options;
  const apart = new Set([...(sequence === undefined ? [] : [sequence]), ...beside]);
  const columns = options.columns ?? table.numeric().filter((column) => !apart.has(column));
  if (columns.length === 0)
    throw new DataError(`${name}: no column of numbers is left for the input, want one`);
  const numbers = columns.map((column) => table.column(column));
  numbers.forEach((values, i) => {
    const gap = values.findIndex((value) => Number.isNaN(value));
    if (gap >= 0)
      throw new DataError(`${name}: column "${columns[i]}": row ${gap + 1} is missing, want a number`);
  });
  const kept = beside.map((column) => table.cells(column));
  const rows = new Map<string, number[]>();
  const names = sequence === undefined ? undefined : table.cells(sequence);
  for (let row = 0; row < table.rows; ++row) {
    const key = names?.[row] ?? name;
    const list = rows.get(key);
    if (list) list.push(row);
    else rows.set(key, [row]);
  }
  const sequences = [...rows].map(([key, list]): TableSequence => {
    const input = new Float64Array(list.length * columns.length);
    list.forEach((row, t) => numbers.forEach((values, i) => (input[t * columns.length + i] = values[row])));
    return { name: key, input, beside: kept.map((cells) => list.map((row) => cells[row])) };
  });
  return { columns, sequences };
}
