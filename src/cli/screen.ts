/** What a command says and where: lines and a live status row for people, or JSON lines for programs. */

/** A stream of text, as much of it as is used here. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}
export interface ScreenOptions {
  out: Sink;
  err: Sink;
  json?: boolean;
  /** Milliseconds of a steady clock. Default performance.now. */
  clock?: () => number;
}

/** A row of a report in JSON. */
export type Event = { event: string } & Record<string, unknown>;

const REFRESH = { terminal: 80, plain: 2000, json: 500 } as const; // ms between two status rows

/**
 * The output of one command. With `json`, `line` says nothing and stdout holds JSON lines alone; otherwise
 * events are not printed.
 */
export class Screen {
  readonly json: boolean;
  readonly clock: () => number;
  readonly #out: Sink;
  readonly #err: Sink;
  #shown = -Infinity;
  #status = false;

  constructor(options: ScreenOptions) {
    this.json = options.json ?? false;
    this.clock = options.clock ?? (() => performance.now());
    this.#out = options.out;
    this.#err = options.err;
  }

  /** Columns of the terminal, 80 where there is none. */
  get columns(): number {
    return this.#err.columns ?? 80;
  }

  /** A line, or several, for people. */
  line(text = ""): void {
    if (this.json) return;
    this.#clear();
    this.#out.write(`${text}\n`);
  }

  /** Text without an end of line, for people. */
  write(text: string): void {
    if (!this.json) this.#out.write(text);
  }

  /** A line for programs. Numbers that JSON does not know become null. */
  event(event: Event): void {
    if (this.json) this.#out.write(`${JSON.stringify(event)}\n`);
  }

  /** A complaint or a hint, on stderr. */
  complain(text: string): void {
    this.#clear();
    this.#err.write(`${text}\n`);
  }

  /**
   * Shows how far the work is: one row rewritten in place on a terminal, a line every two seconds elsewhere,
   * an event twice a second with `json`. The texts are made only when they will be shown; `last` shows them
   * in any case.
   */
  progress(
    make: { row: (columns: number) => string; plain: () => string; event: () => Event },
    last = false,
  ): void {
    const live = this.#err.isTTY === true && !this.json;
    const now = this.clock();
    const plain = this.json ? REFRESH.json : REFRESH.plain;
    if (!last && now - this.#shown < (live ? REFRESH.terminal : plain)) return;
    this.#shown = now;
    if (this.json) this.event(make.event());
    else if (live) {
      this.#err.write(`\r${make.row(this.columns - 1)}\u001b[K${last ? "\n" : ""}`);
      this.#status = !last;
    } else this.#out.write(`${make.plain()}\n`);
  }

  /** Takes the status row away, so that what follows starts on a clean line. */
  #clear(): void {
    if (!this.#status) return;
    this.#err.write("\r\u001b[K");
    this.#status = false;
  }

  /** Leaves the terminal as it was found. */
  close(): void {
    this.#clear();
  }
}
