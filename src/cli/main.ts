#!/usr/bin/env node
/**
 * The `unrolled` command. Exit code 0: done; 1: failed, stopped, or the answer is no; 2: called in a wrong
 * way.
 */
import { createRequire } from "node:module";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, commonOptions, helpText, parse, UsageError } from "./command.ts";
import { commands } from "./commands.ts";
import { Screen, type Sink } from "./screen.ts";

/** The program's own version. */
export const version = (): string =>
  (createRequire(import.meta.url)("../../package.json") as { version: string }).version;

const overview = (): string => {
  const width = Math.max(...commands.map((c) => `${c.name} ${c.words}`.length));
  return [
    `unrolled ${version()}: sequence models that train where they run`,
    "",
    "unrolled <command> [options]",
    "",
    ...commands.map((c) => `  ${`${c.name} ${c.words}`.padEnd(width)}  ${c.summary}`),
    "",
    `unrolled help <command> tells more. Options of every command: ${Object.keys(commonOptions)
      .map((name) => `--${name}`)
      .join(", ")}; --version.`,
  ].join("\n");
};

/** The command that the first word, or the first two, name; and the words after it. */
function find(args: readonly string[]): { command: Command; rest: readonly string[] } {
  const [first = "", second = ""] = args;
  const kin = commands.filter((c) => c.name === first || c.name.startsWith(`${first} `));
  if (!kin.length)
    throw new UsageError(
      `there is no command "${first}", want one ` +
        `of ${[...new Set(commands.map((c) => c.name.split(" ")[0]))].join(", ")}`,
    );
  const command = kin.find((c) => c.name === first || c.name === `${first} ${second}`);
  if (!command)
    throw new UsageError(
      `${first}: ${second === "" || second.startsWith("-") ? "a word is missing" : `there is no "${second}"`}, want one of ${kin.map((c) => c.name.slice(first.length + 1)).join(", ")}`,
    );
  return { command, rest: args.slice(command.name.split(" ").length) };
}

/** Runs one command line and resolves to the exit code. */
export async function main(
  args: readonly string[],
  out: Sink,
  err: Sink,
  signal: AbortSignal,
): Promise<number> {
  const [name] = args;
  const screen = new Screen({ out, err, json: args.includes("--json") });
  try {
    if (name === undefined || name === "--help" || name === "-h" || (name === "help" && args.length === 1))
      out.write(`${overview()}\n`);
    else if (name === "--version" || name === "-v") out.write(`${version()}\n`);
    else if (name === "help") out.write(`${helpText(find(args.slice(1)).command)}\n`);
    else {
      const { command, rest } = find(args);
      if (rest.includes("--help") || rest.includes("-h")) out.write(`${helpText(command)}\n`);
      else {
        const { values, words } = parse(command, rest);
        return (await command.run({ screen, signal, values, words })) === false ? 1 : 0;
      }
    }
    return 0;
  } catch (error) {
    const usage = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    screen.event({ event: "error", message });
    screen.complain(`unrolled: ${message}`);
    if (usage) screen.complain("unrolled help tells what there is, unrolled help <command> how to call it");
    return usage ? 2 : 1;
  } finally {
    screen.close();
  }
}

const called =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (called) {
  const controller = new AbortController();
  process.on("SIGINT", () => {
    if (controller.signal.aborted) process.exit(130); // a second Ctrl-C does not wait
    controller.abort(new Error("stopped by Ctrl-C"));
  });
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1)); // `| head` closed the pipe
  process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr, controller.signal);
}
