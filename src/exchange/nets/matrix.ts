/** Matrices in row order, taken apart into blocks and put together: weights move between programs so. */
import type { Floats } from "../../wasm/memory.ts";

/** A matrix [rows, columns]; a vector is one row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Floats;
}

/** An array of the same precision. */
function floatsLike(like: Floats, length: number): Floats {
  return like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

/** Mᵀ. */
export function transpose({ rows, columns, data }: Matrix): Matrix {
  const out = floatsLike(data, data.length);
  for (let r = 0; r < rows; ++r) for (let c = 0; c < columns; ++c) out[c * rows + r] = data[r * columns + c];
  return { rows: columns, columns: rows, data: out };
}

/** Columns [from, to). */
export function columnsOf({ rows, columns, data }: Matrix, from: number, to: number): Matrix {
  const out = floatsLike(data, rows * (to - from));
  for (let r = 0; r < rows; ++r)
    out.set(data.subarray(r * columns + from, r * columns + to), r * (to - from));
  return { rows, columns: to - from, data: out };
}

/** Rows [from, to). */
export const rowsOf = ({ columns, data }: Matrix, from: number, to: number): Matrix => ({
  rows: to - from,
  columns,
  data: data.slice(from * columns, to * columns),
});

/** Matrices of equal height side by side. */
export function beside(parts: readonly Matrix[]): Matrix {
  const { rows, data: like } = parts[0];
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const data = floatsLike(like, rows * columns);
  let from = 0;
  for (const part of parts) {
    for (let r = 0; r < rows; ++r)
      data.set(part.data.subarray(r * part.columns, (r + 1) * part.columns), r * columns + from);
    from += part.columns;
  }
  return { rows, columns, data };
}

/** Matrices of equal width one below the other. */
export function stacked(parts: readonly Matrix[]): Matrix {
  const { columns, data: like } = parts[0];
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const data = floatsLike(like, rows * columns);
  let from = 0;
  for (const part of parts) {
    data.set(part.data, from);
    from += part.data.length;
  }
  return { rows, columns, data };
}

/** A matrix of zeros, of the precision of `like`. */
export const zeros = (like: Floats, rows: number, columns: number): Matrix => ({
  rows,
  columns,
  data: floatsLike(like, rows * columns),
});

/** a + b. */
export const plus = (a: Matrix, b: Matrix): Matrix => ({ ...a, data: a.data.map((x, i) => x + b.data[i]) });

/** Is every number 0? */
export const isZero = ({ data }: Matrix): boolean => data.every((x) => x === 0);
