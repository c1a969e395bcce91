/** What a command of the `unrolled` program is, and how its words become typed values. */
import { parseArgs } from "node:util";
import { meant } from "../wasm/edits.ts";
import type { Screen } from "./screen.ts";

/** The command was called in a way it does not understand: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** An option as the help shows it. */
export interface OptionSpec {
  readonly help: string;
  /** What stands for the value in the help, as in `--seed N`. Absent: a switch without value. */
  readonly value?: string;
  readonly short?: string;
  readonly default?: string;
  /** What it is called elsewhere: who writes that, or nearly, is told the name here. */
  readonly elsewhere?: readonly string[];
}

/** What a command is given. */
export interface Context {
  readonly screen: Screen;
  /** Aborted by Ctrl-C: stop after the current step and leave what was asked for. */
  readonly signal: AbortSignal;
  readonly values: Values;
  /** Words that are not options. */
  readonly words: readonly string[];
}

export interface Command {
  readonly name: string;
  /** The words after the name, as in `<task>`. */
  readonly words: string;
  readonly summary: string;
  /** Sentences and examples below the usage line. */
  readonly details?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** The largest number of words after the name. */
  readonly maxWords: number;
  /**
   * Does the work. Rejects with UsageError for exit code 2, with anything else for 1; false: done, and the
   * answer is no (exit code 1).
   */
  run(context: Context): Promise<boolean | void>;
}

/** Options of every command. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { help: "print JSON lines only, the last one the result" },
  help: { help: "show this help", short: "h" },
};

/** Option values with their types checked. Every refusal names the option, the value and what was wanted. */
export class Values {
  readonly #given: Readonly<Record<string, string | boolean | undefined>>;
  constructor(given: Readonly<Record<string, string | boolean | undefined>>) {
    this.#given = given;
  }

  /** Whether a switch is on. */
  on(name: string): boolean {
    return this.#given[name] === true;
  }

  /** Text, if the option was given or has a default. */
  text(name: string): string | undefined {
    return this.#given[name] as string | undefined;
  }

  /** Text that must be there. */
  needed(name: string, what: string): string {
    const text = this.text(name);
    if (text === undefined || text === "") throw new UsageError(`--${name} is missing, want ${what}`);
    return text;
  }

  /** A number from least to most. */
  number(name: string, min: number, max = Infinity): number {
    const text = this.text(name);
    const value = Number(text);
    if (text !== undefined && text.trim() !== "" && Number.isFinite(value) && value >= min && value <= max)
      return value;
    throw new UsageError(
      `--${name} is "${text ?? ""}", want a ` +
        `number ${max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`}`,
    );
  }

  /** A whole number from least to most. */
  whole(name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.number(name, min, max);
    if (!Number.isInteger(value))
      throw new UsageError(`--${name} is ${this.text(name)}, want a whole number`);
    return value;
  }
}

/** ", did you mean --seed?" of an option's own name, or of one that it has elsewhere. */
function nearOption(option: string, options: Readonly<Record<string, OptionSpec>>): string {
  const own = Object.keys(options).map((name) => [`--${name}`, `--${name}`] as const);
  const others = Object.entries(options).flatMap(([name, { elsewhere = [] }]) =>
    elsewhere.map((word) => [`--${word}`, `--${name}`] as const),
  );
  const known = new Map<string, string>([...others, ...own]);
  const name = meant(option, [...known.keys()]);
  return name === undefined ? "" : `, did you mean ${known.get(name)}?`;
}

/** What is wrong with the words of a call, as this program says it. */
function refusal(
  { code, message }: NodeJS.ErrnoException,
  options: Readonly<Record<string, OptionSpec>>,
): string {
  const option = /'.*?(--?[^'\s]+)/.exec(message)?.[1] ?? "";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    return `there is no option ${option}${nearOption(option, options)}`;
  }
  if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE")
    return /does not take/.test(message)
      ? `${option} takes no value`
      : `${option} needs a value; one that begins with a dash is written as ${option}=-1`;
  return message;
}

/** The words after a command's name, checked against its options. */
export function parse(
  command: Pick<Command, "options" | "maxWords">,
  args: readonly string[],
): { values: Values; words: string[] } {
  const known = { ...command.options, ...commonOptions };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, spec]) => [
      name,
      {
        type: spec.value === undefined ? ("boolean" as const) : ("string" as const),
        ...(spec.short ? { short: spec.short } : {}),
        ...(spec.default === undefined ? {} : { default: spec.default }),
      },
    ]),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(refusal(error as NodeJS.ErrnoException, known));
  }
  if (parsed.positionals.length > command.maxWords)
    throw new UsageError(`"${parsed.positionals[command.maxWords]}" is one word too many`);
  return { values: new Values(parsed.values), words: parsed.positionals };
}

/** Columns of a help screen. */
const COLUMNS = 110;

/** Words in lines that fit between `from` and the last column; all but the first begin at `from`. */
function wrapped(words: string, from: number): string {
  const lines = [""];
  for (const word of words.split(" ")) {
    const line = lines[lines.length - 1];
    if (line && from + line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join(`\n${" ".repeat(from)}`);
}

/** Details with prose filled, and lines that are indented wrapped below where their words begin. */
const wrappedDetails = (details: string): string =>
  details
    .replace(/(?<=^\S.*)\n(?=\S)/gm, " ")
    .split("\n")
    .map((line) => {
      const [lead = ""] = /^ *(?:\S.*? {2,}(?=\S))?/.exec(line) ?? [];
      return lead + wrapped(line.slice(lead.length), lead.length);
    })
    .join("\n");

/** The help of a command: usage, details, options. */
export function helpText(command: Command): string {
  const rows = Object.entries({ ...command.options, ...commonOptions }).map(
    ([name, spec]) =>
      [
        `${spec.short ? `-${spec.short}, ` : "    "}--${name}${spec.value ? ` ${spec.value}` : ""}`,
        spec.help + (spec.default === undefined ? "" : ` (${spec.default})`),
      ] as const,
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `unrolled ${command.name} ${command.words}`.trimEnd() + " [options]",
    "",
    `${command.summary}.`,
    ...(command.details ? ["", wrappedDetails(command.details)] : []),
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${wrapped(right, width + 4)}`),
  ].join("\n");
}
