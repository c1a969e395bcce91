/** The zip that torch.save writes (since PyTorch 1.6): a pickle about tensors, and their storages. */
import { DataError } from "../../wasm/errors.ts";
import { textOf } from "../bytes.ts";
import { decode, kinds, type Dtype, type TypedArray } from "../arrays/dtypes.ts";
import { fromBfloat, type FileTensor } from "../tensor-file.ts";
import { openZip, type Zip } from "../zip.ts";
import { readPickle, type StorageRef, type TensorRef, type Value } from "./pickle.ts";

const storages: Readonly<Record<string, Dtype>> = {
  HalfStorage: "float16",
  FloatStorage: "float32",
  DoubleStorage: "float64",
  CharStorage: "int8",
  ShortStorage: "int16",
  IntStorage: "int32",
  LongStorage: "int64",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

/** Numbers of all tensors for each byte of the file: tensors may share storages, but not without end. */
const MAX_SHARED = 8;

/** Is this a zip, as .pt files are? */
export const isArchive = (file: Uint8Array): boolean =>
  file.length > 4 && file[0] === 0x50 && file[1] === 0x4b && file[2] === 3 && file[3] === 4;

/** Reads storages once each, whatever number of tensors lies in them. */
class Storages {
  readonly #who: string;
  readonly #zip: Zip;
  readonly #root: string;
  readonly #read = new Map<string, { dtype: Dtype; data: TypedArray }>();

  constructor(who: string, zip: Zip, root: string) {
    this.#who = who;
    this.#zip = zip;
    this.#root = root;
  }

  async get({ type, key, count }: StorageRef): Promise<{ dtype: Dtype; data: TypedArray }> {
    const before = this.#read.get(`${type} ${key}`);
    if (before) return before;
    const dtype = new Map(Object.entries(storages)).get(type);
    if (!dtype && type !== "BFloat16Storage")
      throw new DataError(`${this.#who}: a tensor is kept as ${type}, want reals or whole numbers`);
    const bytes = await this.#zip.read(`${this.#root}data/${key}`);
    if (bytes.length !== count * (dtype ? kinds[dtype].bytes : 2))
      throw new DataError(`${this.#who}: storage ${key} has ${bytes.length} bytes, want ${count} numbers`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const storage = {
      dtype: dtype ?? ("float32" as const),
      data: dtype ? decode(dtype, view, 0, count) : fromBfloat(view, 0, count),
    };
    this.#read.set(`${type} ${key}`, storage);
    return storage;
  }
}

/** The numbers of a view, in row order. */
function gather(
  who: string,
  name: string,
  { shape, strides, offset }: TensorRef,
  from: TypedArray,
): TypedArray {
  const count = shape.reduce((n, size) => n * size, 1);
  const last = shape.reduce((sum, size, d) => sum + (size - 1) * strides[d], offset);
  if (count > 0 && (last >= from.length || count > from.length))
    throw new DataError(
      `${who}: tensor "${name}" [${shape}] lies outside its storage of ${from.length} numbers`,
    );
  const out = from.slice(0, count) as TypedArray & Record<number, number | bigint>;
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = offset; i < count; ++i) {
    out[i] = from[at];
    for (let d = shape.length - 1; d >= 0; --d) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= shape[d] * strides[d];
      index[d] = 0;
    }
  }
  return out;
}

/** The tensors of a dict, those of dicts in it with names joined by points. */
function* tensorsIn(value: Value, prefix: string, seen = new Set<Value>()): Generator<[string, TensorRef]> {
  if (!(value instanceof Map) || seen.has(value)) return;
  seen.add(value);
  for (const [key, entry] of value) {
    const name = prefix + String(key);
    if (entry instanceof Map) yield* tensorsIn(entry, `${name}.`, seen);
    else if (typeof entry === "object" && entry !== null && "kind" in entry && entry.kind === "tensor")
      yield [name, entry];
  }
}

/** The tensors of a .pt file by name; `who` names the caller in errors. Throws DataError. */
export async function readArchive(
  who: string,
  file: Uint8Array<ArrayBuffer>,
): Promise<Map<string, FileTensor>> {
  const zip = openZip(who, file);
  const pickle = zip.names.find((name) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (pickle === undefined) throw new DataError(`${who}: a zip without data.pkl, want a file of torch.save`);
  const root = pickle.slice(0, -"data.pkl".length);
  if (zip.names.includes(`${root}byteorder`) && textOf(await zip.read(`${root}byteorder`)) === "big")
    throw new DataError(`${who}: the file was saved on a big-endian machine; save it as safetensors`);
  const value = readPickle(who, await zip.read(pickle));
  const storage = new Storages(who, zip, root);
  const tensors = new Map<string, FileTensor>();
  let numbers = 0;
  for (const [name, ref] of tensorsIn(value, "")) {
    const { dtype, data } = await storage.get(ref.storage);
    numbers += ref.shape.reduce((n, size) => n * size, 1);
    if (!(numbers <= MAX_SHARED * file.length))
      throw new DataError(
        `${who}: the tensors up to "${name}" have ${numbers} numbers, more than the file holds`,
      );
    tensors.set(name, { shape: ref.shape, dtype, data: gather(who, name, ref, data) });
  }
  if (tensors.size === 0)
    throw new DataError(`${who}: no tensors by name in the file; want torch.save(model.state_dict(), …)`);
  return tensors;
}
