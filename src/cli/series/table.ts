/** The tables that commands on series read: cells between separators, JSON lines and arrays, NumPy arrays. */
import { readCsv } from "../../formats/csv.ts";
import { isJsonTable, readJsonTable } from "../../formats/json-table.ts";
import type { NumberTable } from "../../formats/number-table.ts";
import { readFileBytes, textOf } from "../disk.ts";
import { isNpy, readNpyTable } from "./npy-table.ts";

/** Reads a table of whichever kind its bytes are. Throws UsageError and DataError that name the file. */
export function readTable(path: string): NumberTable {
  const bytes = readFileBytes(path);
  if (isNpy(bytes)) return readNpyTable(bytes, path);
  const text = textOf(bytes, path);
  return isJsonTable(text) ? readJsonTable(text, path) : readCsv(text, path);
}
