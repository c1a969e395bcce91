/** Autoregressive models in files: spec and, once fitted, parameters, as safetensors. */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { DataError, NumericError, OptionError, ShapeError, whole } from "../../wasm/errors.ts";
import { covarianceOption } from "../../data/matrix.ts";
import type { AutoregressiveFit } from "./regression.ts";
import { readAutoregressiveSpec, type AutoregressiveRules } from "./spec.ts";

/** A model as a file holds it. */
export interface SavedAutoregressive {
  readonly rules: AutoregressiveRules;
  readonly fit: AutoregressiveFit | undefined;
}

/** The bytes of a model. */
export function saveAutoregressive({ rules, fit }: SavedAutoregressive): Uint8Array<ArrayBuffer> {
  const { output: D } = rules;
  if (!fit) return writeTensors({ model: "autoregressive", spec: rules }, []);
  const { order, steps, exact, intercept, coefficients, noise } = fit;
  const A = Float64Array.from(coefficients.flatMap(({ data }) => [...data]));
  return writeTensors({ model: "autoregressive", spec: rules, fit: { order, steps, exact } }, [
    { name: "coefficients", shape: [order, D, D], data: A },
    { name: "intercept", shape: [D], data: intercept },
    { name: "noise", shape: [D, D], data: noise.data },
  ]);
}

/** A model from the bytes of `saveAutoregressive`. Throws DataError on others. */
export function readAutoregressive(
  bytes: Uint8Array | ArrayBuffer,
): (algebra: Algebra) => SavedAutoregressive {
  const who = "autoregressive.load";
  const { header, spec, tensor } = readModel(bytes, "autoregressive");
  return asData((): ((algebra: Algebra) => SavedAutoregressive) => {
    const rules = readAutoregressiveSpec(who, spec);
    if (header.fit === undefined) return () => ({ rules, fit: undefined });
    const { order, steps, exact } = header.fit as Record<string, unknown>;
    const D = rules.output;
    const p = whole(who, "order", order, 0, rules.order ?? rules.maxOrder);
    const A = tensor("coefficients", p * D * D);
    const intercept = tensor("intercept", D);
    const S = tensor("noise", D * D);
    const read = (algebra: Algebra): AutoregressiveFit => ({
      order: p,
      steps: whole(who, "steps", steps, 1),
      exact: exact === true,
      intercept,
      coefficients: Array.from(
        { length: p },
        (_, i) => new Matrix(algebra, D, D, A.slice(i * D * D, (i + 1) * D * D)),
      ),
      noise: new Matrix(algebra, D, D, covarianceOption(who, "noise", S, D, algebra)),
    });
    return (algebra) => ({ rules, fit: asData(() => read(algebra)) });
  });
}

/** What `read` gives; whatever it finds wrong is a fault of the file. */
function asData<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const ofTheFile =
      [OptionError, ShapeError, NumericError].some((kind) => error instanceof kind) ||
      error instanceof TypeError;
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}
