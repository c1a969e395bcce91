/**
 * Files that a command was asked to write: looked at before any work, and put in place whole or not at all. A
 * device, a pipe or a folder is never replaced.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "./command.ts";

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** What stands at a path without following a link; undefined where nothing does. */
const found = (path: string): ReturnType<typeof lstatSync> => lstatSync(path, { throwIfNoEntry: false });

/** The file behind links: a link goes on to lead to what is written. */
function targetOf(path: string): string {
  if (!found(path)?.isSymbolicLink()) return path;
  if (!existsSync(path)) throw new UsageError(`${path} is a link to nothing, want a file`);
  return realpathSync(path);
}

/** The path of the file to write, or UsageError where something else than a file stands there. */
function regularFile(path: string): string {
  const target = targetOf(path);
  const status = found(target);
  if (status?.isDirectory()) throw new UsageError(`${path} is a folder, want a file`);
  if (status && !status.isFile())
    throw new UsageError(`${path} is no regular file but a device, pipe or socket, want a file`);
  return target;
}

const partialOf = (target: string): string => `${target}.partial`;

/** Removes a file, if there is one. */
function removeFile(path: string): void {
  if (!found(path)?.isDirectory()) rmSync(path, { force: true });
}

/** Writes, syncs and closes a new file that replaces whatever is called so. */
function writeNew(path: string, content: string | Uint8Array, mode: number): void {
  removeFile(path);
  const file = openSync(path, "wx", mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a file all or nothing: the new one takes the old one's place when it is complete. On failure, as on
 * a full disk, the old one is as it was and nothing else is left. Throws Error that names path and cause,
 * UsageError where no file may stand.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const target = regularFile(path);
  const partial = partialOf(target);
  const before = statSync(target, { throwIfNoEntry: false });
  try {
    mkdirSync(dirname(resolve(target)), { recursive: true });
    writeNew(partial, content, before ? before.mode & 0o777 : 0o666);
    renameSync(partial, target);
  } catch (error) {
    removeFile(partial);
    const old = before ? "; the file that was there is as it was" : "";
    throw new Error(`${path}: cannot be written (${codeOf(error)})${old}`, { cause: error });
  }
}

/** Tries whether a file can be made in a folder, which is made where it is missing. */
function tryFolder(name: string, folder: string, file: string): void {
  const missing = !existsSync(folder);
  try {
    mkdirSync(folder, { recursive: true });
    writeNew(file, "", 0o666);
  } catch (error) {
    const why = missing ? "its folder cannot be made" : "nothing can be written there";
    throw new Error(`${name}: ${why} (${codeOf(error)})`, { cause: error });
  } finally {
    removeFile(file);
  }
}

/**
 * Makes sure, before the work whose result it will hold, that a file can be written: makes its folder, and a
 * file beside it for a moment. Throws what `writeWhole` would throw later; `undefined` asks for nothing.
 */
export function checkOutputFile(option: string, path: string | undefined): void {
  if (path === undefined) return;
  if (path === "") throw new UsageError(`--${option} is empty, want a file`);
  let target;
  try {
    target = regularFile(path);
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(`--${option}: ${error.message}`)
      : new Error(`--${option}: ${path}: cannot be written (${codeOf(error)})`, { cause: error });
  }
  tryFolder(`--${option}: ${path}`, dirname(resolve(target)), partialOf(target));
  try {
    if (existsSync(target)) closeSync(openSync(target, "r+"));
  } catch (error) {
    throw new Error(`--${option}: ${path}: cannot be written (${codeOf(error)})`, { cause: error });
  }
}

/** Makes a folder for files, or says before any work why it cannot be. */
export function checkOutputFolder(option: string, path: string | undefined): void {
  if (path === undefined) return;
  if (path === "") throw new UsageError(`--${option} is empty, want a folder`);
  if (existsSync(path) && !statSync(path).isDirectory())
    throw new UsageError(`--${option}: ${path} is a file, want a folder`);
  tryFolder(`--${option}: ${path}`, path, join(path, ".partial"));
}
