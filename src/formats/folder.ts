/**
 * Files wherever they are: a folder of a disk, files a page was given, or bytes in memory. Readers of formats
 * see nothing else.
 */
import { DataError } from "../wasm/errors.ts";

/** Named files under one root; names use "/". */
export interface Folder {
  /** What messages call it. */
  readonly name: string;
  /** The bytes of a file, piece by piece; throws DataError where there is none. */
  open(file: string): AsyncIterable<Uint8Array>;
  /** Names of all files below a folder, sorted; empty where there is no such folder. */
  list(below: string): Promise<string[]>;
}

/** A folder of bytes in memory. */
export function memoryFolder(name: string, files: Readonly<Record<string, Uint8Array | string>>): Folder {
  return {
    name,
    async *open(file) {
      const bytes = files[file];
      if (bytes === undefined)
        throw new DataError(
          `${name}/${file}: no such file, want one of ${Object.keys(files).join(", ") || "none"}`,
        );
      yield typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    },
    list: async (below) =>
      Object.keys(files)
        .filter((file) => file.startsWith(`${below}/`))
        .sort(),
  };
}

/** The text of a file, UTF-8, or Latin-1 where it is not. */
export async function readText(folder: Folder, file: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of folder.open(file)) {
    pieces.push(piece);
    size += piece.length;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/** A DataError that names file and line. */
export const broken = (folder: Folder, file: string, line: number, what: string): DataError =>
  new DataError(`${folder.name}/${file}:${line}: ${what}`);

/** The line, from 1, of a place in a text. */
export function lineAt(text: string, place: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < place; i = text.indexOf("\n", i + 1)) ++line;
  return line;
}
