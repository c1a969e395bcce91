/**
 * The ink that is still to come, as a picture that fades where the pen goes: all pieces of a line in square
 * cells, each piece spread over the four nearest, and taken out again once it is written. A round field
 * around the pen sees the dots and bars that a hand adds when the word is done.
 */
import { DataError } from "../wasm/errors.ts";
import { CellImage, MAX_CELLS } from "./image.ts";
import { MOMENTS, seeRound, type RoundField } from "./round-field.ts";

/** Pieces of ink in the order of writing, lengths in heights. */
export interface Pieces {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly ink: Float64Array;
  /** Ink up to the middle of the piece. */
  readonly along: Float64Array;
  /** [points] pieces up to each point, and one number more in front: 0. */
  readonly until: Int32Array;
}

/** Side of a cell, in heights. */
const CELL = 0.25;
/** Less ink than this is what rounding leaves. */
const TRACE = 1e-5;
const field: RoundField = { radius: 1.5, order: 2 };

/** Values of the field. */
export const INK_TO_COME = MOMENTS[field.order];

const least = (values: Float64Array): number => values.reduce((a, b) => (b < a ? b : a), Infinity);
const most = (values: Float64Array): number => values.reduce((a, b) => (b > a ? b : a), -Infinity);

/** What is left of a line's ink. */
export class InkToCome {
  readonly #pieces: Pieces;
  readonly #image: CellImage;
  readonly #left: number;
  readonly #top: number;
  #written = 0;

  /** Throws DataError for ink that reaches too far for its cells. */
  constructor(pieces: Pieces) {
    const { x, y, ink } = pieces;
    this.#pieces = pieces;
    this.#left = least(x);
    this.#top = least(y);
    const columns = Math.floor((most(x) - this.#left) / CELL) + 2;
    const rows = Math.floor((most(y) - this.#top) / CELL) + 2;
    if (!(columns * rows <= MAX_CELLS))
      throw new DataError(
        `handwriting: ink of ${columns} × ${rows} cells of ${CELL} heights, want at most ${MAX_CELLS}; ` +
          "give lines one by one",
      );
    this.#image = new CellImage(columns, rows);
    for (let k = 0; k < x.length; ++k) this.#drop(k, ink[k]);
  }

  #drop(k: number, ink: number): void {
    const { x, y } = this.#pieces;
    this.#image.drop((x[k] - this.#left) / CELL, (y[k] - this.#top) / CELL, ink);
  }

  /** Takes out the pieces before `until`. */
  write(until: number): void {
    for (; this.#written < until; ++this.#written)
      this.#drop(this.#written, -this.#pieces.ink[this.#written]);
  }

  /** Adds what the field around the pen sees to the values from `at` on: at most some 170 cells. */
  see(out: Float64Array, at: number, pen: { readonly x: number; readonly y: number }): void {
    const { rows, columns, input } = this.#image;
    const reach = field.radius;
    const cells = (from: number, count: number): readonly [number, number] => [
      Math.max(Math.ceil((from - reach) / CELL), 0),
      Math.min(Math.floor((from + reach) / CELL), count - 1),
    ];
    const [first, last] = cells(pen.x - this.#left, columns);
    const [top, bottom] = cells(pen.y - this.#top, rows);
    for (let c = first; c <= last; ++c)
      for (let r = top; r <= bottom; ++r) {
        const dark = input[c * rows + r];
        if (dark < TRACE) continue;
        const place = [this.#left + c * CELL - pen.x, this.#top + r * CELL - pen.y] as const;
        seeRound(out, at, field, place, dark);
      }
  }
}
