/** Reading a saved model of a known kind. */
import { DataError, ShapeError } from "../wasm/errors.ts";
import { isObject } from "./json.ts";
import { checkFinite, readTensors } from "./read-safetensors.ts";

/** What a file of a model holds. */
export interface ModelFile {
  readonly header: Record<string, unknown>;
  /** The spec that the model was made with: an object, its members unchecked. */
  readonly spec: Record<string, unknown>;
  readonly names: readonly string[];
  /** A tensor by name and size, as float64; its numbers are finite. */
  tensor(name: string, size?: number): Float64Array;
}

/**
 * Opens a file. Throws DataError on files of another kind; `tensor` throws ShapeError on missing or misshapen
 * tensors, and DataError where one holds NaN or an infinity.
 */
export function readModel(bytes: Uint8Array | ArrayBuffer, kind: string): ModelFile {
  const who = `${kind}.load`;
  const { spec: header, tensors } = readTensors(bytes, who);
  if (header.model !== kind)
    throw new DataError(
      `${who}: the file holds a model of kind ${JSON.stringify(header.model ?? null)}, want "${kind}"`,
    );
  if (!isObject(header.spec)) throw new DataError(`${who}: the file holds no spec of the model`);
  return {
    header,
    spec: header.spec,
    names: [...tensors.keys()],
    tensor(name, size) {
      const found = tensors.get(name);
      if (!found || (size !== undefined && found.data.length !== size))
        throw new ShapeError(
          `${who}: tensor "${name}" ${found ? `has ${found.data.length} numbers` : "is missing"}, ` +
            `want ${size ?? "it"}`,
        );
      checkFinite(who, found);
      return Float64Array.from(found.data);
    },
  };
}
