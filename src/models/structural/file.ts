/** Structural and ARIMA models in files: spec and, once fitted, estimates, as safetensors. */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { DataError, OptionError, ShapeError } from "../../wasm/errors.ts";
import type { Estimates } from "./answers.ts";
import type { Family } from "./parametric.ts";

/** The bytes of a model. */
export function saveEstimates(kind: string, spec: object, estimates?: Estimates): Uint8Array<ArrayBuffer> {
  if (!estimates) return writeTensors({ model: kind, spec }, []);
  const { natural, errors } = estimates;
  const tensors = [{ name: "parameters", shape: [natural.length], data: natural }];
  if (typeof errors !== "string") tensors.push({ name: "errors", shape: [errors.length], data: errors });
  const why = typeof errors === "string" ? errors : "";
  return writeTensors({ model: kind, spec, fitted: true, why }, tensors);
}

/** A family and estimates from the bytes of `saveEstimates`. Throws DataError on others. */
export function readEstimates<Spec, F extends Family>(
  bytes: Uint8Array | ArrayBuffer,
  kind: string,
  familyOf: (who: string, spec: Spec) => F,
): { spec: Spec; family: F; estimates: Estimates | undefined } {
  const { header, spec, tensor, names } = readModel(bytes, kind);
  try {
    const family = familyOf(kind, spec as Spec);
    if (header.fitted !== true) return { spec: spec as Spec, family, estimates: undefined };
    const P = family.parameters.length;
    const natural = tensor("parameters", P);
    const bad = family.parameters.findIndex((p, i) => p.kind === "variance" && natural[i] < 0);
    if (bad >= 0)
      throw new DataError(`${kind}.load: ${family.parameters[bad].name} is ${natural[bad]}, want at least 0`);
    const errors = names.includes("errors") ? tensor("errors", P) : String(header.why);
    return { spec: spec as Spec, family, estimates: { natural, errors } };
  } catch (error) {
    const ofTheFile = [OptionError, ShapeError].some((type) => error instanceof type);
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}
