/** Weights as constants of C: float32, or whole numbers of 8 bits with a scale for each column. */
import { constant } from "./kernels.ts";

/** How weights are kept in the file. */
export type WeightKind = "float32" | "int8";

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
