/** Matrices in a byte a weight: whole numbers of 8 bits with a scale for each column. */

/** A matrix [rows, columns], row by row. */
interface ByteMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>;
}

/** A matrix in 8 bits: w ≈ values·scale of its column, |error| ≤ scale/2. */
export interface Quantized {
  /** [rows, columns] from -127 to 127. */
  readonly values: Int8Array;
  /** [columns]. */
  readonly scale: Float32Array;
  /** The weights that come back. */
  readonly restored: Float32Array;
  /** Largest |w - restored|, and its root mean square beside that of the weights. */
  readonly error: { readonly largest: number; readonly relative: number };
}

/** The nearest multiples of a 127th of each column's largest weight. */
export function quantize({ rows, columns, data }: ByteMatrix): Quantized {
  const values = new Int8Array(rows * columns);
  const scale = new Float32Array(columns);
  const restored = new Float32Array(rows * columns);
  let largest = 0;
  let squares = 0;
  let weights = 0;
  for (let c = 0; c < columns; ++c) {
    let columnMax = 0;
    for (let r = 0; r < rows; ++r) columnMax = Math.max(columnMax, Math.abs(data[r * columns + c]));
    scale[c] = columnMax / 127;
    for (let r = 0; r < rows; ++r) {
      const i = r * columns + c;
      values[i] = scale[c] > 0 ? Math.max(-127, Math.min(127, Math.round(data[i] / scale[c]))) : 0;
      restored[i] = Math.fround(values[i] * scale[c]);
      const off = Math.abs(data[i] - restored[i]);
      largest = Math.max(largest, off);
      squares += off * off;
      weights += data[i] * data[i];
    }
  }
  return {
    values,
    scale,
    restored,
    error: { largest, relative: weights > 0 ? Math.sqrt(squares / weights) : 0 },
  };
}
