/** What an experiment of the lecture is: it makes one claim visible and tests it. */
import type { Check } from "./verdict.ts";

/** What an experiment is given. */
export interface LectureContext {
  readonly seed: number;
  readonly signal: AbortSignal;
  /** A text of one's own, where the experiment can take one. */
  readonly text?: string;
  /** A folder of real recordings, where the experiment can take one. */
  readonly data?: string;
  /** Whether it is one of all: the longest parts are left out or cut short, and it says so. */
  readonly quick?: boolean;
  /** A line of text while it runs: what is being done, a small table. */
  log(line: string): void;
  /** How far it is, 0 to 1, and what it is at. */
  progress(fraction: number, note?: string): void;
}

/** Its result. */
export interface Outcome {
  /** What was measured, in the order in which it should be read; units in the names. */
  readonly numbers: Readonly<Record<string, number | string>>;
  /** Whether the claim was seen. */
  readonly verdict: boolean;
  /** What the verdict asks, number by number. */
  readonly checks?: readonly Check[];
  /** The figure, a complete SVG document. */
  readonly figure?: string;
}

/** Runs an experiment: every file in this folder exports one as `run`. */
export type Run = (context: LectureContext) => Promise<Outcome>;

/** A claim of the lecture, and the experiment that shows it. */
export interface Experiment {
  readonly id: string;
  /** The claim in one line. */
  readonly claim: string;
  /** Loads the experiment when it is wanted. Absent: not there yet. */
  readonly load?: () => Promise<{ run: Run }>;
}
