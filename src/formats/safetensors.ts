/**
 * Writes the safetensors format (huggingface.co/docs/safetensors): u64 header length, JSON header with dtype,
 * shape and offsets of every tensor, then the bytes. The model's spec stands in `__metadata__`, beside a
 * format name and version of our own.
 */
/** A named array. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

/** The format's name in the metadata. */
export const FORMAT = "unrolled";
/** The newest version of it. */
export const VERSION = 1;
/** The entry of the header that is no tensor. */
export const METADATA = "__metadata__";
/** The arrays that a file may hold, by the format's names of their numbers. */
export const dtypes = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;
/** A kind of numbers. */
export type Dtype = keyof typeof dtypes;

function dtypeOf(data: Tensor["data"]): Dtype {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Float64Array ? "F64" : "I32";
}

/** The file: spec (anything JSON) and tensors. */
export function writeTensors(spec: object, tensors: readonly Tensor[]): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {
    [METADATA]: { format: FORMAT, version: String(VERSION), spec: JSON.stringify(spec) },
  };
  let at = 0;
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [at, (at += data.byteLength)] };
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const head = new TextEncoder().encode(text);
  const out = new Uint8Array(8 + head.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  at = 8 + head.length;
  for (const { data } of tensors) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}
