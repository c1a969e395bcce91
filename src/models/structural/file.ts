/** Structural and ARIMA models in files: spec and, once fitted, estimates, as safetensors. */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { DataError, OptionError, ShapeError } from "../../wasm/errors.ts";
import type { Estimates } from "./answers.ts";
import type { ParameterErrors } from "./information.ts";
import type { Family } from "./parametric.ts";

/** The bytes of a model. */
export function saveEstimates(kind: string, spec: object, estimates?: Estimates): Uint8Array<ArrayBuffer> {
  if (!estimates) return writeTensors({ model: kind, spec }, []);
  const { natural } = estimates;
  const errors = estimates.errors();
  const tensors = [{ name: "parameters", shape: [natural.length], data: natural }];
  if (typeof errors === "string")
    return writeTensors({ model: kind, spec, fitted: true, why: errors }, tensors);
  // NaN is no number of a file: the reason tells what has none
  const data = errors.errors.map((x) => (Number.isNaN(x) ? 0 : x));
  tensors.push({ name: "errors", shape: [data.length], data });
  return writeTensors({ model: kind, spec, fitted: true, reasons: errors.reasons }, tensors);
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
    const errors = names.includes("errors")
      ? readErrors(kind, tensor("errors", P), header.reasons)
      : String(header.why);
    return { spec: spec as Spec, family, estimates: { natural, errors: () => errors } };
  } catch (error) {
    const ofTheFile = [OptionError, ShapeError].some((type) => error instanceof type);
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}

/** Errors, none where there is a reason; files of before have no reasons. Throws DataError. */
function readErrors(
  kind: string,
  errors: Float64Array,
  reasons: unknown = new Array<string>(errors.length).fill(""),
): ParameterErrors {
  if (
    !Array.isArray(reasons) ||
    reasons.length !== errors.length ||
    reasons.some((x) => typeof x !== "string")
  )
    throw new DataError(`${kind}.load: reasons is no list of ${errors.length} texts`);
  const texts = reasons as string[];
  return { errors: errors.map((x, i) => (texts[i] ? NaN : x)), reasons: texts };
}
