/**
 * safetensors files of any program (huggingface.co/docs/safetensors): u64 length of a JSON header, the header
 * with dtype, shape and byte range of every tensor and a map of strings, then the bytes.
 */
import { DataError } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import { readHeader } from "../formats/read-safetensors.ts";
import { METADATA } from "../formats/safetensors.ts";
import { bytesOf, concatBytes, utf8, type Bytes } from "./bytes.ts";
import { decode, encode, kinds, type Dtype, type NumberArray, type TypedArray } from "./arrays/dtypes.ts";

const names: Readonly<Record<string, Dtype>> = {
  F16: "float16",
  F32: "float32",
  F64: "float64",
  I8: "int8",
  I16: "int16",
  I32: "int32",
  I64: "int64",
  U8: "uint8",
  U16: "uint16",
  U32: "uint32",
  U64: "uint64",
  BOOL: "bool",
};
const nameOf = (dtype: Dtype): string => Object.keys(names).find((name) => names[name] === dtype)!;

/** A tensor of a file: its numbers, its shape, and whether the file keeps them as bfloat16. */
export type FileTensor = Required<NumberArray>;

/** The numbers of a tensor of reals; undefined for whole numbers. */
export const realsOf = ({ data }: FileTensor): Floats | undefined =>
  data instanceof Float32Array || data instanceof Float64Array ? (data as Floats) : undefined;

/** Tensors in the order of the file's header, and its strings. */
export interface TensorFile {
  /** By name. */
  readonly tensors: Map<string, FileTensor>;
  /** The strings that stand beside them. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** bfloat16: the upper half of a float32; exact. */
export function fromBfloat(view: DataView, at: number, count: number): Float32Array {
  const out = new Float32Array(count);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < count; ++i) bits[i] = view.getUint16(at + 2 * i, true) << 16;
  return out;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(who: string, name: string, entry: unknown, data: DataView): FileTensor {
  const { dtype, shape, data_offsets: range } = (entry ?? {}) as Record<string, unknown>;
  const own = new Map(Object.entries(names)).get(dtype as string);
  if (!own && dtype !== "BF16")
    throw new DataError(
      `${who}: tensor "${name}" is ${String(dtype)}, want ${Object.keys(names).join(" ")} BF16`,
    );
  const ok = Array.isArray(shape) && shape.every(isCount) && Array.isArray(range) && range.every(isCount);
  if (!ok) throw new DataError(`${who}: tensor "${name}" has no shape or no place: broken file`);
  const count = shape.reduce((n, size) => n * size, 1);
  const width = own ? kinds[own].bytes : 2;
  const [from, to] = range;
  if (to - from !== count * width)
    throw new DataError(
      `${who}: tensor "${name}" has ${to - from} bytes, want ${count * width} for [${shape}]`,
    );
  if (to > data.byteLength)
    throw new DataError(`${who}: tensor "${name}" ends at byte ${to} of ${data.byteLength}: truncated file`);
  return {
    shape: shape,
    dtype: own ?? "float32",
    data: own ? decode(own, data, from, count) : fromBfloat(data, from, count),
  };
}

/** Reads a file; `who` names the caller in errors. Throws DataError on files that are broken or foreign. */
export function readTensorFile(who: string, bytes: Bytes): TensorFile {
  const file = bytesOf(who, bytes);
  const { header, data } = readHeader(file, (what) => new DataError(`${who}: ${what}`));
  const body = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const tensors = new Map<string, FileTensor>();
  for (const [name, entry] of Object.entries(header))
    if (name !== METADATA) tensors.set(name, readEntry(who, name, entry, body));
  const metadata = Object.entries(header[METADATA] ?? {}).filter(([, s]) => typeof s === "string");
  return { tensors, metadata: Object.fromEntries(metadata) };
}

/** The bytes of a file of these tensors. */
export function writeTensorFile(
  tensors: ReadonlyMap<string, { shape: readonly number[]; dtype: Dtype; data: TypedArray }>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { shape, dtype, data }] of tensors) {
    const bytes = encode(dtype, data);
    header[name] = { dtype: nameOf(dtype), shape, data_offsets: [at, (at += bytes.length)] };
    parts.push(bytes);
  }
  const text = utf8(JSON.stringify(header));
  const head = concatBytes([new Uint8Array(8), text, new Uint8Array((8 - (text.length % 8)) % 8).fill(32)]);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  return concatBytes([head, ...parts]);
}
