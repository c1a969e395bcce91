/** Weights as constants of C: float32, or whole numbers of 8 bits with a scale for each column. */
import type { Matrix } from "../nets/matrix.ts";
import { constant } from "./kernels.ts";

/** How weights are kept in the file. */
export type WeightKind = "float32" | "int8";

/** A matrix in 8 bits: w ≈ values·scale of its column, |error| ≤ scale/2. */
export interface Quantized {
  /** [rows, columns] from -127 to 127. */
  readonly values: Int8Array;
  /** [columns]. */
  readonly scale: Float32Array;
  /** What the C code computes with. */
  readonly restored: Float32Array;
  /** Largest |w - restored|, and its root mean square beside that of the weights. */
  readonly error: { readonly largest: number; readonly relative: number };
}

/** The nearest multiples of a 127th of each column's largest weight. */
export function quantize({ rows, columns, data }: Matrix): Quantized {
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

/** Values in lines of at most 110 columns. */
function listed(words: readonly string[]): string {
  const lines: string[] = [];
  let line = " ";
  for (const word of words) {
    if (line.length + word.length + 2 > 110) {
      lines.push(line);
      line = " ";
    }
    line += ` ${word},`;
  }
  return [...lines, line].join("\n");
}

/** A constant array of reals. */
export const realArray = (name: string, data: ArrayLike<number>): string =>
  `static const float ${name}[${data.length}] = {\n${listed(Array.from(data, constant))}\n};`;

/** A constant array of bytes. */
export const byteArray = (name: string, data: Int8Array): string =>
  `static const int8_t ${name}[${data.length}] = {\n${listed(Array.from(data, String))}\n};`;
