/**
 * Files wherever they are: a folder of a disk, files a page was given, or bytes in memory. Readers of formats
 * see nothing else.
 */
import { DataError } from "../wasm/errors.ts";
import { decodeBytes, type TextOptions } from "./text.ts";

/** Named files under one root; names use "/". */
export interface Folder {
  /** What messages call it. */
  readonly name: string;
  /**
   * The bytes of a file, piece by piece; throws DataError where there is none, and for names that leave the
   * folder.
   */
  open(file: string): AsyncIterable<Uint8Array>;
  /** Names of all files below a folder, sorted; empty where there is no such folder. */
  list(below: string): Promise<string[]>;
}

/** The name of a file as it is; DataError where it would leave its folder: "/etc/passwd", "../x", "c:\x". */
export function insideFolder(folder: string, file: string): string {
  const outside = /^[/\\]|^[a-z]:|\\|\0/i.test(file) || file.split("/").includes("..");
  if (outside) throw new DataError(`${folder}: file "${file}" is outside of the folder, want a name inside`);
  return file;
}

/** A folder of bytes in memory: for tests, and for pages that were given files. */
export function memoryFolder(name: string, files: Readonly<Record<string, Uint8Array | string>>): Folder {
  return {
    name,
    async *open(file) {
      const bytes = Object.hasOwn(files, insideFolder(name, file)) ? files[file] : undefined;
      if (bytes === undefined)
        throw new DataError(
          `${name}/${file}: no such file, want one of ${Object.keys(files).join(", ") || "none"}`,
        );
      yield typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    },
    list: async (below) =>
      Object.keys(files)
        .filter((file) => below === "." || file.startsWith(`${below}/`))
        .sort(),
  };
}

/** All bytes of a file. Throws what `folder.open` throws. */
export async function readBytes(folder: Folder, file: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of folder.open(file)) pieces.push(piece);
  if (pieces.length === 1) return pieces[0];
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The text of a file, by `decodeBytes`. */
export async function readText(folder: Folder, file: string, options?: TextOptions): Promise<string> {
  return decodeBytes(await readBytes(folder, file), `${folder.name}/${file}`, options);
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
