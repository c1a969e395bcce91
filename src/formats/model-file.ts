/** Reading a saved model of a known kind. */
import { DataError, ShapeError } from "../wasm/errors.ts";
import { readTensors } from "./safetensors.ts";

/**
 * The header, and tensors by name and size. Throws DataError on files of another kind, ShapeError on missing
 * or misshapen tensors.
 */
export function readModel(
  bytes: Uint8Array | ArrayBuffer,
  kind: string,
): { header: Record<string, unknown>; names: string[]; tensor(name: string, size?: number): Float64Array } {
  const who = `${kind}.load`;
  const { spec: header, tensors } = readTensors(bytes, who);
  if (header.model !== kind)
    throw new DataError(
      `${who}: the file holds a model of kind ${JSON.stringify(header.model ?? null)}, want "${kind}"`,
    );
  return {
    header,
    names: [...tensors.keys()],
    tensor(name, size) {
      const found = tensors.get(name);
      if (!found || (size !== undefined && found.data.length !== size))
        throw new ShapeError(
          `${who}: tensor "${name}" ${found ? `has ${found.data.length} numbers` : "is missing"}, ` +
            `want ${size ?? "it"}`,
        );
      return Float64Array.from(found.data);
    },
  };
}
