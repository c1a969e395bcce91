/** Folders of a disk for the readers of formats. */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { DataError } from "../wasm/errors.ts";
import type { Folder } from "../formats/folder.ts";

/** A folder of a disk. */
export function diskFolder(path: string): Folder {
  return {
    name: path,
    async *open(file) {
      try {
        for await (const piece of createReadStream(join(path, file), { highWaterMark: 1 << 20 }))
          yield piece as Uint8Array;
      } catch (error) {
        throw new DataError(
          `${join(path, file)}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message}`,
          { cause: error },
        );
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
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
    },
  };
}
