/** A NumPy array as a table: [T] is one column, [T,C] are C; NaN is missing. */
import { parseNpy } from "../../exchange/arrays/npy.ts";
import { placeNames, placeOfColumn, type NumberTable } from "../../formats/number-table.ts";
import { DataError } from "../../wasm/errors.ts";

/** How each such file begins. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether bytes begin as such a file does. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** Reads the array. `name` begins messages. Throws DataError: broken files, more than two dimensions, ±∞. */
export function readNpyTable(bytes: Uint8Array, name: string): NumberTable {
  const { shape, data } = parseNpy(name, bytes);
  const [T = 1, C = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || T * C === 0)
    throw new DataError(`${name}: an array of shape [${shape}], want [T] or [T,C] with at least one value`);
  const names = placeNames(C);
  const column = (wanted: string): Float64Array => {
    const at = placeOfColumn(name, names, wanted);
    return Float64Array.from({ length: T }, (_, t) => {
      const value = Number(data[t * C + at]);
      if (Number.isFinite(value) || Number.isNaN(value)) return value;
      throw new DataError(`${name}: row ${t + 1}, column ${at + 1} is ${value}, want a number, or NaN`);
    });
  };
  const cells = (wanted: string): string[] => Array.from(column(wanted), String);
  return {
    names,
    rows: T,
    column,
    place: (row) => `row ${row + 1}`,
    cells,
    texts: (at) => cells(names[at]),
    numeric: () => [...names],
    lastNumeric: () => names[C - 1],
  };
}
