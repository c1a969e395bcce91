/** The program as its own process, out of the sources as they are now: for signals, disks and exit codes. */
import { spawn, type ChildProcess } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface Program {
  /** Starts the program; `ended` resolves when it has ended. */
  start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> };
  run(args: readonly string[]): Promise<Ended>;
  remove(): void;
}

/** The sources in JavaScript, types stripped, in a folder of their own. */
export function compileProgram(): Program {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-program-"));
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
  };
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const name of readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const target = join(folder, "dist", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    const source = readFileSync(join(root, "src", name), "utf8");
    writeFileSync(target, ts.transpileModule(source, { compilerOptions }).outputText);
  }
  const start: Program["start"] = (args) => {
    const child = spawn(process.execPath, [join(folder, "dist", "cli", "main.js"), ...args]);
    let out = "";
    let err = "";
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
    const ended = new Promise<Ended>((resolve) =>
      child.on("close", (code, signal) => resolve({ code, signal, out, err })),
    );
    return { child, ended };
  };
  return {
    start,
    run: (args) => start(args).ended,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
