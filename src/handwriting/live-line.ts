/**
 * A line read by a net that reads forwards: each step of the pen is computed once, and each character is said
 * once, `ahead` steps behind its last point. What comes later changes nothing that was said.
 */
import { DISPOSE } from "../models/lifetime.ts";
import type { Network } from "../models/network/network.ts";
import type { Stream } from "../models/network/stream.ts";
import { Commitment, type Said } from "./commit.ts";
import { runningThin } from "./input.ts";
import { RunningPen } from "./running.ts";
import { scriptOf, type Script } from "./script.ts";

/** A line in progress. */
export class LiveLine {
  readonly #script: Script;
  readonly #stream: Stream;
  readonly #pen: RunningPen;
  readonly #commitment: Commitment;
  /** Rows that wait until they are a step. */
  #rows: number[] = [];
  /** The height of the last row: that of a pen at rest. */
  #height = 0;
  #started = false;

  /** `net`: of the input "running" and the loss softmax. Throws DataError on other nets. */
  constructor(net: Network) {
    this.#script = scriptOf(net);
    this.#stream = net.stream();
    this.#pen = new RunningPen(runningThin(this.#script.input));
    this.#commitment = new Commitment([...this.#script.alphabet].length + 1);
  }

  /** One more place of the pen, and what is said with it. */
  step(x: number, y: number, up: number): Said[] {
    const row = this.#pen.add(x, y, up);
    return row ? this.#row(row) : [];
  }

  /** The line is over: a pen at rest, until all is said. */
  finish(): Said[] {
    if (!this.#started) return [];
    const { join = 1, ahead = 0 } = this.#script.input;
    const rest = [0, 0, 1, this.#height];
    const missing = (join - this.#rows.length / rest.length) % join;
    return Array.from({ length: missing + ahead * join }, () => this.#row(rest)).flat();
  }

  #row(row: readonly number[]): Said[] {
    const { join = 1 } = this.#script.input;
    this.#started = true;
    this.#rows.push(...row);
    this.#height = row[row.length - 1];
    if (this.#rows.length < join * row.length) return [];
    const y = this.#stream.step(this.#rows);
    this.#rows = [];
    const said = this.#commitment.step(y);
    return said ? [said] : [];
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#stream.dispose();
  }

  /** `using line = new LiveLine(net)`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
