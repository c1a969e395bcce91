/** What every format of a folder of handwriting says of itself. */
import { DataError } from "../../wasm/errors.ts";
import { broken, type Folder } from "../../formats/folder.ts";
import type { Ink } from "../ink.ts";

/** A format in which a folder may hold handwriting. */
export interface InkFormat {
  /** What such a folder holds, in the words of messages. */
  readonly holds: string;
  /** Whether a folder is in this format. */
  recognizes(folder: Folder): Promise<boolean>;
  /** All its pieces of handwriting. Throws DataError that names file and line where one is broken. */
  read(folder: Folder): AsyncGenerator<Ink, void, void>;
}

/** Makes an error of what is wrong in a line, from 1. */
export type Fault = (line: number, what: string) => DataError;

/** Faults of one file. */
export const faultIn =
  (folder: Folder, file: string): Fault =>
  (line, what) =>
    broken(folder, file, line, what);

/** Faults of a file that was given without a folder. */
export const lineFault =
  (who: string): Fault =>
  (line, what) =>
    new DataError(`${who}: line ${line}: ${what}`);

/** Whether a folder has a file. */
export async function hasFile(folder: Folder, file: string): Promise<boolean> {
  try {
    for await (const _ of folder.open(file)) return true;
    return true;
  } catch {
    return false;
  }
}
