/**
 * Differences of features over time, by regression over 2N+1 frames (Furui 1986; the ends repeat the first
 * and the last frame):
 *
 *   d_t = Σ_{n=1..N} n·(c_{t+n} - c_{t-n}) / (2·Σ n²)
 */

/** Frames on either side. */
const N = 2;
const NORM = 10; // 2·(1² + 2²)

/** Appends to each row the differences of some of its columns; a row comes out N frames after it went in. */
export class Deltas {
  readonly #width: number;
  readonly #from: number;
  readonly #count: number;
  /** The last 2N+1 rows, oldest first. */
  #rows: Float64Array[] = [];
  #seen = 0;

  /** Rows of `width` columns, of which `count` from `from` on are differenced. */
  constructor(width: number, from: number, count: number) {
    this.#width = width;
    this.#from = from;
    this.#count = count;
  }

  /** The rows [width + count] that are complete with one more row. */
  push(row: Float64Array): Float64Array[] {
    // before the first row stand copies of it
    if (this.#seen === 0) this.#rows = Array.from({ length: N }, () => row);
    ++this.#seen;
    this.#rows.push(row);
    if (this.#rows.length < 2 * N + 1) return [];
    const out = this.#row();
    this.#rows.shift();
    return [out];
  }

  /** The rows still owed: behind the last row stand copies of it. */
  end(): Float64Array[] {
    const last = this.#rows.at(-1);
    if (this.#seen === 0 || !last) return [];
    const out: Float64Array[] = [];
    for (let i = 0; i < N; ++i) {
      this.#rows.push(last);
      if (this.#rows.length < 2 * N + 1) continue;
      out.push(this.#row());
      this.#rows.shift();
    }
    this.#seen = 0;
    return out;
  }

  #row(): Float64Array {
    const out = new Float64Array(this.#width + this.#count);
    out.set(this.#rows[N]);
    for (let j = 0; j < this.#count; ++j) {
      let sum = 0;
      for (let n = 1; n <= N; ++n)
        sum += n * (this.#rows[N + n][this.#from + j] - this.#rows[N - n][this.#from + j]);
      out[this.#width + j] = sum / NORM;
    }
    return out;
  }
}
