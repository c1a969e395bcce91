/** Runs the program inside the test: its words in, its screen and exit code out. */
import { main } from "../../src/cli/main.ts";
import type { Sink } from "../../src/cli/screen.ts";

export interface Finished {
  code: number;
  out: string;
  err: string;
  /** stdout as JSON lines; throws where a line is none. */
  events(): Record<string, unknown>[];
}

/** `tty`: stderr is a terminal of 80 columns. `hear` gets what is written as it is written. */
export async function unrolled(
  args: readonly string[],
  { tty = false, signal = new AbortController().signal, hear = (_: string): void => {} } = {},
): Promise<Finished> {
  const text = { out: "", err: "" };
  const sink = (name: "out" | "err"): Sink => ({
    write: (s) => {
      text[name] += s;
      hear(s);
    },
    isTTY: tty,
    columns: 80,
  });
  const code = await main(args, sink("out"), sink("err"), signal);
  return {
    code,
    ...text,
    events: () =>
      text.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
