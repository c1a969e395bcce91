/**
 * The `.ts` files of the UCR and UEA archives of time series: lines that begin with @ or # describe, and
 * behind `@data` a line a case: its dimensions between colons, each numbers between commas, and last the
 * label or the number that belongs to it.
 */
import { DataError } from "../wasm/errors.ts";
import { lines } from "./text.ts";

/** A case. */
export interface ArchiveCase {
  /** [T,I]. */
  readonly input: Float64Array;
  /** The label, or the target as it stands. */
  readonly label: string;
}

/** What such a file holds. */
export interface TimeSeriesFile {
  /** Dimensions, values a step. */
  readonly width: number;
  /** In the order of the file. */
  readonly cases: readonly ArchiveCase[];
}

/** The lines that say something: neither blank nor a comment. */
function* statements(
  text: string,
): Generator<{ readonly line: string; readonly number: number }, void, void> {
  for (const { from, to, number } of lines(text)) {
    const line = text.slice(from, to).trim();
    if (line !== "" && !line.startsWith("#")) yield { line, number };
  }
}

/** Whether a text is such a file. */
export function isTimeSeriesFile(text: string): boolean {
  for (const { line } of statements(text)) return line.startsWith("@");
  return false;
}

/** Reads the cases. Throws DataError that names the line of what is broken; of time stamps and of gaps. */
export function readTimeSeriesFile(text: string, name = "file"): TimeSeriesFile {
  const cases: ArchiveCase[] = [];
  let width: number | undefined;
  let isData = false;
  for (const { line, number } of statements(text)) {
    const where = `${name}: line ${number}`;
    if (line.startsWith("@")) {
      isData ||= /^@data\b/i.test(line);
      checkHeader(where, line);
      continue;
    }
    if (!isData) throw new DataError(`${where} stands above @data and begins with neither @ nor #`);
    width ??= line.split(":").length - 1;
    cases.push(readCase(where, line, width));
  }
  if (width === undefined) throw new DataError(`${name}: there is no case behind @data, want at least one`);
  return { width, cases };
}

function checkHeader(where: string, line: string): void {
  if (/^@timestamps\s+true/i.test(line))
    throw new DataError(`${where}: cases with time stamps are not read; want values alone`);
  if (/^@(classLabel|targetLabel)\s+false/i.test(line))
    throw new DataError(`${where}: the cases have no labels, want them last in each line`);
}

function readCase(where: string, line: string, width: number): ArchiveCase {
  const parts = line.split(":");
  const label = parts.pop()!.trim();
  if (parts.length === 0) throw new DataError(`${where} has no label behind a colon`);
  if (parts.length !== width)
    throw new DataError(`${where} has ${parts.length} dimensions, want ${width} as in the case before`);
  const columns = parts.map((part) => part.split(","));
  const T = columns[0].length;
  const ragged = columns.findIndex((column) => column.length !== T);
  if (ragged >= 0)
    throw new DataError(
      `${where}: dimension ${ragged + 1} has ${columns[ragged].length} values, want ${T} as dimension 1`,
    );
  const input = new Float64Array(T * width);
  columns.forEach((column, d) =>
    column.forEach((cell, t) => {
      const value = cell.trim() === "" ? NaN : Number(cell);
      if (!Number.isFinite(value))
        throw new DataError(
          `${where}: dimension ${d + 1}, value ${t + 1} is ` +
            `${JSON.stringify(cell.slice(0, 40))}, want a number`,
        );
      input[t * width + d] = value;
    }),
  );
  return { input, label };
}
