/**
 * The safetensors format (huggingface.co/docs/safetensors): u64 header length, JSON header with dtype, shape
 * and offsets of every tensor, then the bytes. The model's spec stands in `__metadata__`, beside a format
 * name and version of our own.
 */
import { DataError } from "../wasm/errors.ts";

/** A named array. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
}

const FORMAT = "unrolled";
const VERSION = 1;
const dtypes = { F32: Float32Array, F64: Float64Array, I32: Int32Array } as const;
type Dtype = keyof typeof dtypes;
const dtypeOf = (data: Tensor["data"]): Dtype =>
  data instanceof Float32Array ? "F32" : data instanceof Float64Array ? "F64" : "I32";

/** The file: spec (anything JSON) and tensors. */
export function writeTensors(spec: object, tensors: readonly Tensor[]): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {
    __metadata__: { format: FORMAT, version: String(VERSION), spec: JSON.stringify(spec) },
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

/**
 * Reads what writeTensors wrote; `who` names the caller in errors. Throws DataError on truncated, foreign or
 * newer files.
 */
export function readTensors(
  bytes: Uint8Array | ArrayBuffer,
  who: string,
): { spec: Record<string, unknown>; tensors: Map<string, Tensor> } {
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  const fail = (what: string): never => {
    throw new DataError(`${who}: ${what}`);
  };
  if (!(file instanceof Uint8Array)) fail(`got ${typeof bytes}, want the bytes of a saved model`);
  if (file.length < 8) fail(`${file.length} bytes, want a safetensors file`);
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > file.length - 8)
    fail(`header of ${length} bytes in a file of ${file.length}: truncated, or not a safetensors file`);
  let header: Record<string, { dtype: Dtype; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + length)));
  } catch {
    return fail("header is not JSON: not a safetensors file");
  }
  const meta = header.__metadata__ as unknown as Record<string, string> | undefined;
  if (meta?.format !== FORMAT)
    fail(
      `safetensors of format ${JSON.stringify(meta?.format ?? null)}, want "${FORMAT}": not saved by ` +
        "this library",
    );
  if (Number(meta!.version) > VERSION)
    fail(`format version ${meta!.version}, this library reads up to ${VERSION}; update it`);
  const tensors = new Map<string, Tensor>();
  // plain: Buffer.slice copies nothing
  const data = new Uint8Array(file.buffer, file.byteOffset + 8 + length, file.length - 8 - length);
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const {
      dtype,
      shape,
      data_offsets: [from, to],
    } = entry;
    const type = dtypes[dtype];
    if (!type) fail(`tensor "${name}" is ${dtype}, want F32, F64 or I32`);
    const count = shape.reduce((n, d) => n * d, 1);
    if (to - from !== count * type.BYTES_PER_ELEMENT)
      fail(`tensor "${name}" has ${to - from} bytes, want ${count * type.BYTES_PER_ELEMENT} for [${shape}]`);
    if (to > data.length) fail(`tensor "${name}" ends at byte ${to} of ${data.length}: truncated file`);
    tensors.set(name, { name, shape, data: new type(data.slice(from, to).buffer) });
  }
  let spec: Record<string, unknown>;
  try {
    spec = JSON.parse(meta!.spec);
  } catch {
    return fail("the spec in the header is not JSON");
  }
  return { spec, tensors };
}
