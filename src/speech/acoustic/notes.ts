/** What files of models that hear say beside their tensors: which model it is, and plain data of its own. */
import { isObject } from "../../formats/json.ts";
import { readTensors } from "../../formats/read-safetensors.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { DataError, show } from "../../wasm/errors.ts";

/** The file of a part of the model, with notes. */
export function withNotes(kind: string, bytes: Uint8Array, notes: object): Uint8Array<ArrayBuffer> {
  const { spec, tensors } = readTensors(bytes, kind);
  return writeTensors({ ...spec, hearing: { kind, ...notes } }, [...tensors.values()]);
}

/** The notes of a file. Throws DataError on those of another kind of model. */
export function readNotes(kind: string, bytes: Uint8Array | ArrayBuffer): Readonly<Record<string, unknown>> {
  const { spec } = readTensors(bytes, `${kind}.load`);
  const notes = isObject(spec.hearing) ? spec.hearing : {};
  if (notes.kind === kind) return notes;
  throw new DataError(`${kind}.load: the file holds ${show(notes.kind ?? spec.model)}, want a ${kind}`);
}
