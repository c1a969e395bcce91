/**
 * NumPy's file of one array (NEP 1, format versions 1 to 3): magic, version, length of the header, header (a
 * Python dict of descr, fortran_order and shape), elements. Numbers only: an array of objects holds a pickle,
 * which is code, and is refused.
 */
import { DataError, OptionError, ShapeError, knownOptions, oneOf, show } from "../../wasm/errors.ts";
import { bytesOf, concatBytes, textOf, type Bytes } from "../bytes.ts";
import { decode, dtypeOf, encode, kinds, type Dtype, type NumberArray, type TypedArray } from "./dtypes.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Dimensions that NumPy itself allows. */
const MAX_DIMENSIONS = 64;

const codes: Readonly<Record<string, Dtype>> = {
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  b1: "bool",
};
const codeOf = (dtype: Dtype): string => Object.keys(codes).find((code) => codes[code] === dtype)!;

interface Header {
  readonly dtype: Dtype;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: number[];
}

/** The parts of the header's dict. */
function parseHeader(who: string, text: string): Header {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dimensions = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  if (!/^\s*\{[\s\S]*\}\s*$/.test(text) || order === undefined || dimensions === undefined)
    throw new DataError(`${who}: the header is not a dict of descr, fortran_order and shape: broken file`);
  const [, endian, code] = /^([<>|=])(\w+)$/.exec(descr ?? "") ?? [];
  const dtype = new Map(Object.entries(codes)).get(code ?? "");
  if (!dtype)
    throw new DataError(
      `${who}: elements are ${descr === undefined ? "a record" : `"${descr}"`}, want numbers or bool ` +
        `(${Object.keys(codes).join(" ")}); convert with astype before saving`,
    );
  const shape = dimensions
    .split(",")
    .map((part) => part.trim().replace(/L$/, ""))
    .filter((part) => part !== "")
    .map(Number);
  if (shape.length > MAX_DIMENSIONS || !shape.every(Number.isSafeInteger))
    throw new DataError(`${who}: shape (${dimensions.slice(0, 80)}) is none`);
  return { dtype, little: endian !== ">", fortran: order === "True", shape };
}

/** The same numbers with the last index running fastest. */
function toRowOrder(shape: readonly number[], data: TypedArray): TypedArray {
  const out = data.slice() as TypedArray & { [i: number]: number | bigint };
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, d) => shape.slice(0, d).reduce((n, size) => n * size, 1));
  for (let i = 0; i < data.length; ++i) {
    out[i] = data[index.reduce((sum, n, d) => sum + n * strides[d], 0)];
    for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; --d) index[d] = 0;
  }
  return out;
}

/** Reads an array; `who` names the caller in errors. See readNpy. */
export function parseNpy(who: string, bytes: Bytes): Required<NumberArray> {
  const file = bytesOf(who, bytes);
  if (file.length < 10 || MAGIC.some((byte, i) => file[i] !== byte))
    throw new DataError(`${who}: the file does not begin as a .npy file does`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = file[6];
  if (version < 1 || version > 3)
    throw new DataError(`${who}: format version ${version}, this library reads 1 to 3`);
  const start = version === 1 ? 10 : 12;
  if (file.length < start) throw new DataError(`${who}: ${file.length} bytes: truncated file`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const from = start + length;
  if (from > file.length)
    throw new DataError(`${who}: header of ${length} bytes in a file of ${file.length}: truncated file`);
  const text = textOf(file.subarray(start, from).map((byte) => (version < 3 && byte > 127 ? 63 : byte)));
  const { dtype, little, fortran, shape } = parseHeader(who, text ?? "");
  const count = shape.reduce((n, size) => n * size, 1);
  const want = count * kinds[dtype].bytes;
  if (want !== file.length - from)
    throw new DataError(
      `${who}: ${file.length - from} bytes of elements, want ${want} for ${dtype} [${shape}]: ` +
        `${want > file.length - from ? "truncated file" : "more than one array"}`,
    );
  const data = decode(dtype, view, from, count, little);
  return { shape, dtype, data: fortran && shape.length > 1 ? toRowOrder(shape, data) : data };
}

/**
 * The array of a .npy file, whatever its byte order; Fortran order is turned into C order. Throws DataError
 * on files that are truncated or foreign, and on arrays of anything but numbers and bool.
 */
export function readNpy(bytes: Bytes): Required<NumberArray> {
  return parseNpy("readNpy", bytes);
}

/** Shape, type and data of what a user wants written. */
function checkArray(who: string, array: NumberArray | TypedArray): Required<NumberArray> {
  const given: NumberArray = dtypeOf(array)
    ? { data: array as TypedArray, shape: [(array as TypedArray).length] }
    : (array as NumberArray);
  const own = dtypeOf(given?.data);
  if (!own) {
    throw new OptionError(
      `${who}: got ${show(array)}, want a typed array, or { shape, data } with data a typed array`,
    );
  }
  knownOptions(who, given, ["shape", "data", "dtype"]);
  const { shape, data, dtype = own } = given;
  oneOf(who, "dtype", dtype, Object.keys(kinds) as Dtype[]);
  if (kinds[dtype].holds !== kinds[own].holds)
    throw new OptionError(`${who}: dtype is ${dtype}, but data is ${show(data)}; convert the data first`);
  const ok = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!ok || shape.length > MAX_DIMENSIONS || shape.reduce((n, size) => n * size, 1) !== data.length)
    throw new ShapeError(`${who}: shape is [${shape}], and data has ${data.length} values`);
  return { shape, data, dtype };
}

/** Writes an array; `who` names the caller in errors. */
export function formatNpy(who: string, array: NumberArray | TypedArray): Uint8Array<ArrayBuffer> {
  const { shape, data, dtype } = checkArray(who, array);
  const endian = kinds[dtype].bytes === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dict = `{'descr': '${endian}${codeOf(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // elements begin at a multiple of 64 bytes, as NumPy has it
  const header = dict + " ".repeat(63 - ((10 + dict.length) % 64)) + "\n";
  const head = new Uint8Array(10 + header.length);
  head.set([...MAGIC, 1, 0, header.length & 255, header.length >> 8]);
  head.set(
    Array.from(header, (c) => c.charCodeAt(0)),
    10,
  );
  return concatBytes([head, encode(dtype, data)]);
}

/**
 * The bytes of a .npy file (format version 1, little-endian, C order): a typed array, or `{ shape, data }`.
 * Throws OptionError, ShapeError.
 */
export function writeNpy(array: NumberArray | TypedArray): Uint8Array<ArrayBuffer> {
  return formatNpy("writeNpy", array);
}
