#!/usr/bin/env node
/**
 * The `unrolled` command. Exit code 0: done; 1: failed, stopped, or the answer is no; 2: called in a wrong
 * way.
 */
import { createRequire } from "node:module";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import "../wasm/built-in.ts";
import { type Command, commonOptions, helpText, parse, UsageError } from "./command.ts";
import { didYouMean } from "./closest.ts";
import { commands } from "./commands.ts";
import { Screen, type Sink } from "./screen.ts";

/** The program's own version. */
const version = (): string =>
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

/** Commands whose first word this is: "train" has several. */
const kinOf = (first: string): readonly Command[] =>
  commands.filter((c) => c.name === first || c.name.startsWith(`${first} `));

/** The help of a word that several commands begin with. */
function groupText(first: string, kin: readonly Command[]): string {
  const width = Math.max(...kin.map((c) => c.name.length));
  return [
    `unrolled ${first} <${kin.map((c) => c.name.slice(first.length + 1)).join("|")}> [options]`,
    "",
    ...kin.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`),
    "",
    `unrolled help ${first} <word> tells more.`,
  ].join("\n");
}

/** The command that the first word, or the first two, name; and the words after it. */
function find(args: readonly string[]): { command: Command; rest: readonly string[] } {
  const [first = "", second = ""] = args;
  const kin = kinOf(first);
  if (!kin.length) {
    const names = [...new Set(commands.map((c) => c.name.split(" ")[0]))];
    throw new UsageError(
      `there is no command "${first}"${didYouMean(first, names) || `, want one of ${names.join(", ")}`}`,
    );
  }
  const command = kin.find((c) => c.name === first || c.name === `${first} ${second}`);
  if (!command) {
    const missing = second === "" || second.startsWith("-");
    const words = kin.map((c) => c.name.slice(first.length + 1));
    throw new UsageError(
      `${first}: ${missing ? "a word is missing" : `there is no "${second}"`}` +
        (didYouMean(second, words) || `, want one of ${words.join(", ")}`),
    );
  }
  return { command, rest: args.slice(command.name.split(" ").length) };
}

const asksHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";

/** The text that `help WORDS` or `WORDS --help` shows, or undefined where no help is asked for. */
function helpOf(args: readonly string[]): string | undefined {
  const [name, ...rest] = args;
  if (name === undefined || asksHelp(name)) return overview();
  const words = name === "help" ? rest.filter((word) => !asksHelp(word)) : args;
  if (name !== "help" && !args.some(asksHelp)) return undefined;
  if (words.length === 0) return overview();
  const [first, second] = words;
  const kin = kinOf(first);
  const whole = second === undefined || second.startsWith("-");
  if (whole && kin.length > 0 && kin.every((c) => c.name !== first)) return groupText(first, kin);
  return helpText(find(words).command);
}

/** Runs one command line and resolves to the exit code. */
export async function main(
  args: readonly string[],
  out: Sink,
  err: Sink,
  signal: AbortSignal,
): Promise<number> {
  const screen = new Screen({ out, err, json: args.includes("--json") });
  let called: Command | undefined;
  try {
    const [name] = args;
    const help = name === "--version" || name === "-v" ? version() : helpOf(args);
    if (help !== undefined) {
      out.write(`${help}\n`);
      return 0;
    }
    const { command, rest } = find(args);
    called = command;
    const { values, words } = parse(command, rest);
    return (await command.run({ screen, signal, values, words })) === false ? 1 : 0;
  } catch (error) {
    const usage = error instanceof UsageError;
    const message = error instanceof Error ? error.message : String(error);
    screen.event({ event: "error", message });
    screen.complain(`unrolled: ${message}`);
    if (usage)
      screen.complain(
        called
          ? `unrolled help ${called.name} tells how to call it`
          : "unrolled help tells what there is, unrolled help <command> how to call it",
      );
    return usage ? 2 : 1;
  } finally {
    screen.close();
  }
}

/** Runs the words of this process: Ctrl-C and a polite kill stop the command after its current step. */
async function runProcess(): Promise<void> {
  const controller = new AbortController();
  const stop = (code: number, reason: string) => (): void => {
    if (controller.signal.aborted) process.exit(code); // a second one does not wait
    controller.abort(new Error(reason));
  };
  process.on("SIGINT", stop(130, "stopped by Ctrl-C"));
  process.on("SIGTERM", stop(143, "stopped by a signal to end"));
  // `| head` closed the pipe
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr, controller.signal);
}

const called =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (called) await runProcess();
