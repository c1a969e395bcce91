/** Files within files: the bytes of a saved model as a tensor of another file. */
import type { Tensor } from "../formats/safetensors.ts";
import { DataError } from "../wasm/errors.ts";

/** The bytes of a file of this library, whose length divides by 4. */
export function nestedFile(name: string, bytes: Uint8Array): Tensor {
  const data = new Int32Array(bytes.slice().buffer);
  return { name, shape: [data.length], data };
}

/** The bytes again. Throws DataError where there are none. */
export function openNested(who: string, tensors: ReadonlyMap<string, Tensor>, name: string): Uint8Array {
  const found = tensors.get(name);
  if (!found) throw new DataError(`${who}: "${name}" is missing, want the bytes of a model`);
  const { buffer, byteOffset, byteLength } = found.data;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
