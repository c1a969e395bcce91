/**
 * A net in a byte a weight, as it is shipped. Every column of a matrix has a scale of its own, the largest
 * size in it over 127; rows alone (biases, initial states) stay float32:
 *
 *   "unrollednet1" | u32 length of the header | header, JSON { spec, tensors: [{ name, shape }] } | tensors
 *
 * A tensor of one row is float32; of more rows it is the float32 scales of its columns and then int8, row by
 * row. Little-endian.
 */
import { quantize } from "../../formats/int8.ts";
import { isObject, parseObject } from "../../formats/json.ts";
import { readTensors, type SavedTensors } from "../../formats/read-safetensors.ts";
import type { Tensor } from "../../formats/safetensors.ts";
import { DataError, show } from "../../wasm/errors.ts";

const MAGIC = "unrollednet1";
/** Most weights of a packed net: far beyond any reader. */
const MAX_WEIGHTS = 1 << 26;

interface PackedTensor {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
}

/** Whether bytes begin as a packed net does. */
export const isPacked = (bytes: Uint8Array): boolean =>
  bytes.length >= MAGIC.length + 4 && [...MAGIC].every((c, i) => bytes[i] === c.charCodeAt(0));

const bytesOf = ({ shape: [rows, columns] }: PackedTensor): number =>
  rows === 1 ? 4 * columns : 4 * columns + rows * columns;

function packTensor(data: Tensor["data"], rows: number, columns: number, out: DataView, at: number): void {
  if (rows === 1) {
    for (let c = 0; c < columns; ++c) out.setFloat32(at + 4 * c, data[c], true);
    return;
  }
  const { scale, values } = quantize({ rows, columns, data });
  scale.forEach((x, c) => out.setFloat32(at + 4 * c, x, true));
  values.forEach((x, i) => out.setInt8(at + 4 * columns + i, x));
}

/** The packed form of a saved net without training state. */
export function packNet(saved: Uint8Array): Uint8Array<ArrayBuffer> {
  const { spec, tensors } = readTensors(saved, "packNet");
  const list = [...tensors.values()].map(({ name, shape, data }) => ({
    name,
    shape: [shape.length > 1 ? shape[0] : 1, shape.at(-1) ?? 1] as const,
    data,
  }));
  const header = new TextEncoder().encode(
    JSON.stringify({ spec, tensors: list.map(({ name, shape }) => ({ name, shape })) }),
  );
  const start = MAGIC.length + 4 + header.length;
  const out = new Uint8Array(start + list.reduce((sum, tensor) => sum + bytesOf(tensor), 0));
  out.set([...MAGIC].map((c) => c.charCodeAt(0)));
  const view = new DataView(out.buffer);
  view.setUint32(MAGIC.length, header.length, true);
  out.set(header, MAGIC.length + 4);
  let at = start;
  for (const tensor of list) {
    packTensor(tensor.data, ...tensor.shape, view, at);
    at += bytesOf(tensor);
  }
  return out;
}

function readList(who: string, list: unknown): PackedTensor[] {
  if (!Array.isArray(list)) throw new DataError(`${who}: no list of tensors, want a packed net`);
  let weights = 0;
  return list.map((tensor: unknown, i): PackedTensor => {
    const { name, shape } = isObject(tensor) ? tensor : {};
    const sizes = Array.isArray(shape) ? (shape as unknown[]) : [];
    const good = sizes.length === 2 && sizes.every((n) => Number.isSafeInteger(n) && (n as number) >= 1);
    if (typeof name !== "string" || !good)
      throw new DataError(`${who}: tensor ${i} is ${show(tensor)}, want a name and a shape of two sizes`);
    weights += (sizes[0] as number) * (sizes[1] as number);
    if (!(weights <= MAX_WEIGHTS))
      throw new DataError(`${who}: more than ${MAX_WEIGHTS} weights, want a net for reading`);
    return { name, shape: sizes as [number, number] };
  });
}

/** x ⊙= scale. */
function scaleRow(scale: Float32Array, x: Float32Array): void {
  for (let c = 0; c < scale.length; ++c) x[c] *= scale[c];
}

function unpackTensor({ shape: [rows, columns] }: PackedTensor, view: DataView, at: number): Float32Array {
  const scale = Float32Array.from({ length: columns }, (_, c) => view.getFloat32(at + 4 * c, true));
  if (rows === 1) return scale;
  const values = new Int8Array(view.buffer, view.byteOffset + at + 4 * columns, rows * columns);
  const data = new Float32Array(values);
  for (let i = 0; i < data.length; i += columns) scaleRow(scale, data.subarray(i, i + columns));
  return data;
}

/** The saved net of a packed one. Throws DataError on other bytes. */
export function unpackNet(who: string, bytes: Uint8Array): SavedTensors {
  if (!isPacked(bytes))
    throw new DataError(`${who}: ${bytes.length} bytes of another kind, want a packed net`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(MAGIC.length, true);
  const start = MAGIC.length + 4 + length;
  if (start > bytes.length)
    throw new DataError(
      `${who}: a header of ${length} bytes in a file of ${bytes.length}, want a whole file`,
    );
  const text = new TextDecoder().decode(bytes.subarray(MAGIC.length + 4, start));
  const header = parseObject(text, (fault) => new DataError(`${who}: header: ${fault}`));
  const list = readList(who, header.tensors);
  const want = list.reduce((sum, tensor) => sum + bytesOf(tensor), start);
  if (want !== bytes.length)
    throw new DataError(
      `${who}: ${bytes.length} bytes, want ${want}: the file is cut off, or not a packed net`,
    );
  if (!isObject(header.spec)) throw new DataError(`${who}: no spec, want a packed net`);
  let at = start;
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of list) {
    if (tensors.has(name)) throw new DataError(`${who}: two tensors "${name}", want a packed net`);
    tensors.set(name, { name, shape, data: unpackTensor({ name, shape }, view, at) });
    at += bytesOf({ name, shape });
  }
  return { spec: header.spec, tensors };
}
