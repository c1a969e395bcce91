/** What a command of the `unrolled` program is, and how its words become typed values. */
import { parseArgs } from "node:util";
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

/** The words after a command's name, checked against its options. */
export function parse(
  command: Pick<Command, "options" | "maxWords">,
  args: readonly string[],
): { values: Values; words: string[] } {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...commonOptions }).map(([name, spec]) => [
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
    throw new UsageError((error as Error).message.split(". To specify")[0]);
  }
  if (parsed.positionals.length > command.maxWords)
    throw new UsageError(`"${parsed.positionals[command.maxWords]}" is one word too many`);
  return { values: new Values(parsed.values), words: parsed.positionals };
}

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
    ...(command.details ? ["", command.details] : []),
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join("\n");
}
