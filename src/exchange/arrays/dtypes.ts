/** Element types of arrays in files: names, widths, and the typed arrays that hold them. */

/** Arrays of numbers of one type. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Element types by the names of NumPy. */
export type Dtype =
  | "float16"
  | "float32"
  | "float64"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool";

/** An array of numbers with its shape, in C order (the last index runs fastest). */
export interface NumberArray {
  /** Sizes of its dimensions; empty for a single number. */
  readonly shape: readonly number[];
  /**
   * float16 comes as Float32Array, bool as Uint8Array of 0 and 1, int64 and uint64 as BigInt64Array and
   * BigUint64Array: no value is rounded.
   */
  readonly data: TypedArray;
  /** What the elements are in the file. Default when writing: the type of `data`. */
  readonly dtype?: Dtype;
}

interface Kind {
  /** Bytes an element in a file. */
  readonly bytes: number;
  readonly holds: new (length: number) => TypedArray;
  /** Element at byte `at`. */
  readonly get: (view: DataView, at: number, little: boolean) => number | bigint;
  readonly set: (view: DataView, at: number, value: never) => void;
}

/** The real that 16 bits stand for (IEEE 754 binary16); exact. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest of the 16-bit reals, ties to even, as bits. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const x = Math.abs(value);
  if (!(x === x)) return 0x7e00;
  if (x >= 65520) return sign | 0x7c00;
  let exponent = -14;
  while (exponent < 15 && x >= 2 ** (exponent + 1)) ++exponent;
  // units of the last place at this exponent; a carry runs into the exponent's bits as it should
  const units = x * 2 ** (10 - exponent);
  const floor = Math.floor(units);
  const rest = units - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return sign | (x < 2 ** -14 ? rounded : ((exponent + 14) << 10) + rounded);
}

/** How each element type is read and written. */
export const kinds: Readonly<Record<Dtype, Kind>> = {
  float16: {
    bytes: 2,
    holds: Float32Array,
    get: (v, at, little) => fromHalf(v.getUint16(at, little)),
    set: (v, at, x: number) => v.setUint16(at, toHalf(x), true),
  },
  float32: {
    bytes: 4,
    holds: Float32Array,
    get: (v, at, little) => v.getFloat32(at, little),
    set: (v, at, x: number) => v.setFloat32(at, x, true),
  },
  float64: {
    bytes: 8,
    holds: Float64Array,
    get: (v, at, little) => v.getFloat64(at, little),
    set: (v, at, x: number) => v.setFloat64(at, x, true),
  },
  int8: {
    bytes: 1,
    holds: Int8Array,
    get: (v, at) => v.getInt8(at),
    set: (v, at, x: number) => v.setInt8(at, x),
  },
  int16: {
    bytes: 2,
    holds: Int16Array,
    get: (v, at, little) => v.getInt16(at, little),
    set: (v, at, x: number) => v.setInt16(at, x, true),
  },
  int32: {
    bytes: 4,
    holds: Int32Array,
    get: (v, at, little) => v.getInt32(at, little),
    set: (v, at, x: number) => v.setInt32(at, x, true),
  },
  int64: {
    bytes: 8,
    holds: BigInt64Array,
    get: (v, at, little) => v.getBigInt64(at, little),
    set: (v, at, x: bigint) => v.setBigInt64(at, x, true),
  },
  uint8: {
    bytes: 1,
    holds: Uint8Array,
    get: (v, at) => v.getUint8(at),
    set: (v, at, x: number) => v.setUint8(at, x),
  },
  uint16: {
    bytes: 2,
    holds: Uint16Array,
    get: (v, at, little) => v.getUint16(at, little),
    set: (v, at, x: number) => v.setUint16(at, x, true),
  },
  uint32: {
    bytes: 4,
    holds: Uint32Array,
    get: (v, at, little) => v.getUint32(at, little),
    set: (v, at, x: number) => v.setUint32(at, x, true),
  },
  uint64: {
    bytes: 8,
    holds: BigUint64Array,
    get: (v, at, little) => v.getBigUint64(at, little),
    set: (v, at, x: bigint) => v.setBigUint64(at, x, true),
  },
  bool: {
    bytes: 1,
    holds: Uint8Array,
    get: (v, at) => (v.getUint8(at) ? 1 : 0),
    set: (v, at, x: number) => v.setUint8(at, x ? 1 : 0),
  },
};

const natural: readonly (readonly [new (length: number) => TypedArray, Dtype])[] = [
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int8Array, "int8"],
  [Int16Array, "int16"],
  [Int32Array, "int32"],
  [BigInt64Array, "int64"],
  [Uint8Array, "uint8"],
  [Uint16Array, "uint16"],
  [Uint32Array, "uint32"],
  [BigUint64Array, "uint64"],
];

/** The element type that a typed array has by itself; undefined for anything else. */
export const dtypeOf = (data: unknown): Dtype | undefined =>
  natural.find(([type]) => data instanceof type)?.[1];

/** `count` elements from byte `at` on. The caller has checked that they are there. */
export function decode(dtype: Dtype, view: DataView, at: number, count: number, little = true): TypedArray {
  const { bytes, holds, get } = kinds[dtype];
  const out = new holds(count);
  for (let i = 0; i < count; ++i) out[i] = get(view, at + i * bytes, little);
  return out;
}

/** The elements as bytes, little-endian. */
export function encode(dtype: Dtype, data: TypedArray): Uint8Array<ArrayBuffer> {
  const { bytes, set } = kinds[dtype];
  const out = new Uint8Array(data.length * bytes);
  const view = new DataView(out.buffer);
  for (let i = 0; i < data.length; ++i) set(view, i * bytes, data[i] as never);
  return out;
}
