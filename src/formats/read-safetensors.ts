/**
 * Reads the safetensors format, of any program or saved by this library. Apart from the writer, since pages
 * that train and save a net need not load one.
 */
import { DataError } from "../wasm/errors.ts";
import { isObject, parseObject } from "./json.ts";
import { dtypes, FORMAT, METADATA, VERSION, type Dtype, type Tensor } from "./safetensors.ts";

/** What a file holds: the model's spec, and its arrays by name. */
export interface SavedTensors {
  /** As the file has it, unchecked. */
  readonly spec: Record<string, unknown>;
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** An error that names the caller. */
export type Fail = (what: string) => DataError;

/** The JSON header of a file of any program, and the bytes behind it. */
export function readHeader(
  file: Uint8Array,
  fail: Fail,
): { header: Record<string, unknown>; data: Uint8Array } {
  if (file.length < 8) throw fail(`${file.length} bytes, want a safetensors file`);
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > file.length - 8)
    throw fail(`header of ${length} bytes in a file of ${file.length}: truncated, or not a safetensors file`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + length));
  } catch {
    throw fail("header is not UTF-8: not a safetensors file");
  }
  const header = parseObject(text, (fault) => fail(`header is not JSON (${fault}): not a safetensors file`));
  return { header, data: file.subarray(8 + length) };
}

/** The spec in the metadata of a header. Refuses files of other programs and of newer versions. */
function readSpec(header: Record<string, unknown>, fail: Fail): Record<string, unknown> {
  const metadata = isObject(header[METADATA]) ? header[METADATA] : {};
  const { format = null, version, spec } = metadata;
  if (format !== FORMAT)
    throw fail(
      `safetensors of format ${JSON.stringify(format)}, want "${FORMAT}": not saved by this library`,
    );
  if (!(Number(version) >= 1)) throw fail(`format version ${JSON.stringify(version)}, want ${VERSION}`);
  if (Number(version) > VERSION)
    throw fail(`format version ${Number(version)}, this library reads up to ${VERSION}; update it`);
  if (typeof spec !== "string") throw fail("there is no spec in the header");
  return parseObject(spec, (fault) => fail(`the spec in the header is not JSON: ${fault}`));
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Where a tensor stands in the file. */
interface Entry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** One entry of the header, checked: its bytes are those that its shape needs, and lie in the file. */
function readEntry(name: string, entry: unknown, size: number, fail: Fail): Entry {
  if (!isObject(entry)) throw fail(`tensor "${name}" is not an object of dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(dtypes, dtype))
    throw fail(`tensor "${name}" is ${JSON.stringify(dtype ?? null)}, want F32, F64 or I32`);
  if (!Array.isArray(shape) || shape.length > 8 || !shape.every(isWhole))
    throw fail(`tensor "${name}" has no shape of whole numbers`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole))
    throw fail(`tensor "${name}" has no data_offsets [from, to]`);
  const [from, to] = offsets as [number, number];
  const need = shape.reduce((n, d) => n * d, 1) * dtypes[dtype as Dtype].BYTES_PER_ELEMENT;
  if (to - from !== need) throw fail(`tensor "${name}" has ${to - from} bytes, want ${need} for [${shape}]`);
  if (to > size) throw fail(`tensor "${name}" ends at byte ${to} of ${size}: truncated file`);
  return { name, dtype: dtype as Dtype, shape, from, to };
}

/** Checks that tensors follow each other from the first byte to the last: no hole, no byte in two of them. */
function checkTiling(entries: readonly Entry[], size: number, fail: Fail): void {
  let end = 0;
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw fail(`tensor "${name}" begins at byte ${from}, want ${end}, the end of the last`);
    end = to;
  }
  if (end !== size) throw fail(`the tensors end at byte ${end} of ${size}, want no bytes behind them`);
}

/**
 * Reads what writeTensors wrote; `who` names the caller in errors. Takes as much memory again as the file.
 * Throws DataError on truncated, foreign or newer files, and where tensors overlap or leave bytes over.
 */
export function readTensors(bytes: Uint8Array | ArrayBuffer, who: string): SavedTensors {
  const fail: Fail = (what) => new DataError(`${who}: ${what}`);
  const file = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(file instanceof Uint8Array)) throw fail(`got ${typeof bytes}, want the bytes of a saved model`);
  const { header, data } = readHeader(file, fail);
  const spec = readSpec(header, fail);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => readEntry(name, entry, data.length, fail));
  checkTiling(entries, data.length, fail);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, from, to } of entries) {
    // a plain copy: a Buffer's slice copies nothing, and data may begin anywhere
    const { buffer } = Uint8Array.prototype.slice.call(data, from, to);
    tensors.set(name, { name, shape, data: new dtypes[dtype](buffer) });
  }
  return { spec, tensors };
}

/**
 * Checks that every number of a tensor is finite; `who` names the caller. Throws DataError that names the
 * place.
 */
export function checkFinite(who: string, { name, data }: Pick<Tensor, "name" | "data">): void {
  if (![NaN, Infinity, -Infinity].some((value) => data.includes(value))) return;
  const at = data.findIndex((value: number) => !Number.isFinite(value));
  throw new DataError(`${who}: tensor "${name}" is ${data[at]} at place ${at}, want numbers`);
}
