/** Strokes that a reader of a drawing finds: bounded in number, coordinates checked. */
import type { DataError } from "../../wasm/errors.ts";
import { isCoordinate } from "../ink.ts";

/** A stroke as drawings have it: x, y pairs, y downwards. */
export type DrawnStroke = [x: number, y: number][];

/** Strokes and what they say. */
export interface WrittenStrokes {
  /** Stroke by stroke. */
  readonly strokes: DrawnStroke[];
  /** What is written; "" where the file does not say. */
  readonly text: string;
}

/** Most points of a drawing: hours of writing. */
const MAX_POINTS = 1_000_000;

/** Refuses more points than a reader of one file gives: as lists they take many times their numbers. */
export function checkPoints(count: number, fail: (what: string) => Error): void {
  if (count > MAX_POINTS) throw fail(`more than ${MAX_POINTS} points`);
}

/** Strokes so far. */
export class DrawnStrokes {
  readonly #fail: (what: string) => DataError;
  readonly #strokes: DrawnStroke[] = [];
  #open: DrawnStroke = [];
  #points = 0;

  constructor(fail: (what: string) => DataError) {
    this.#fail = fail;
  }

  /** One more point of the stroke at work. Throws DataError where it is none, or there are too many. */
  add(x: unknown, y: unknown): void {
    if (typeof x !== "number" || typeof y !== "number" || !isCoordinate(x) || !isCoordinate(y))
      throw this.#fail(`a point (${String(x).slice(0, 40)}, ${String(y).slice(0, 40)}), want two numbers`);
    checkPoints(++this.#points, this.#fail);
    this.#open.push([x, y]);
  }

  /** Lifts the pen. */
  lift(): void {
    if (this.#open.length > 0) this.#strokes.push(this.#open);
    this.#open = [];
  }

  /** All strokes. Throws DataError where there is none. */
  all(): DrawnStroke[] {
    this.lift();
    if (this.#strokes.length === 0) throw this.#fail("no strokes of a pen");
    return this.#strokes;
  }
}
