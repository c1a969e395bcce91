/** Files and folders of a disk for the readers of formats. */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { decodeBytes } from "../formats/text.ts";
import { DataError } from "../wasm/errors.ts";
import { UsageError } from "./command.ts";
import { insideFolder, type Folder } from "../formats/folder.ts";

/** A folder of a disk. */
export function diskFolder(path: string): Folder {
  return {
    name: path,
    async *open(file) {
      insideFolder(path, file);
      try {
        for await (const piece of createReadStream(join(path, file), { highWaterMark: 1 << 20 }))
          yield piece as Uint8Array;
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const why = code === "ENOENT" ? "no such file" : message;
        throw new DataError(`${join(path, file)}: ${why}`, { cause: error });
      }
    },
    async list(below) {
      try {
        const entries = await readdir(join(path, below), { recursive: true, withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile())
          .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join("/"))
          .sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        if (existsSync(path)) return [];
        throw new DataError(`${path}: no such folder`, { cause: error });
      }
    },
  };
}

/** Why a file cannot be read, by the system's code. */
const whys: Readonly<Record<string, string>> = {
  ENOENT: ": there is no such file",
  EISDIR: ": it is a folder",
  EACCES: ": this user may not",
};

/** The bytes of a file. Throws UsageError that names what cannot be read. */
export function readFileBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: cannot be read (${code})${whys[code] ?? ""}`);
  }
}

/** The text of the bytes of a file with \n at the ends of its lines, by `decodeBytes`. */
export const textOf = (bytes: Uint8Array, path: string): string =>
  decodeBytes(bytes, path).replace(/\r\n?/g, "\n");

/** `textOf` a file; refuses by name what cannot be read. */
export const readTextFile = (path: string): string => textOf(readFileBytes(path), path);
