/** Linear dynamical systems in files: parameters and spec as safetensors. */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import type { Kalman } from "../../inference/kalman.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { DataError, NumericError, OptionError, ShapeError, show } from "../../wasm/errors.ts";
import { ldsNames, type LdsName } from "./fixed.ts";
import { readSpec, type LdsSpec, type LdsStart } from "./spec.ts";

/** A model as a file holds it. */
export interface SavedLds {
  readonly start: LdsStart;
  readonly fitted: boolean;
}

/** The bytes of a model whose parameters are now `model`. */
export function saveLds({ start, fitted }: SavedLds, model: LinearGaussian): Uint8Array<ArrayBuffer> {
  const { state, output, input, initial } = model;
  const { fixed, diagonal, seed, given } = start;
  const tensor = (name: string, { rows, columns, data }: LinearGaussian["A"]) => ({
    name,
    shape: [rows, columns],
    data,
  });
  const matrices = (["A", "B", "C", "D", "Q", "R"] as const).map((name) => tensor(name, model[name]));
  return writeTensors(
    {
      model: "lds",
      spec: { state, output, input, fixed: fixed.list, diagonal, seed },
      initial: initial === "diffuse" ? initial : "gaussian",
      given: [...given],
      fitted,
    },
    initial === "diffuse"
      ? matrices
      : [
          ...matrices,
          { name: "initial.mean", shape: [state], data: initial.mean.data },
          tensor("initial.covariance", initial.covariance),
        ],
  );
}

/**
 * A spec with the parameters of a file; nothing is allocated that the file does not hold. Throws DataError.
 */
export function readLds(bytes: Uint8Array | ArrayBuffer): (kalman: Kalman) => SavedLds {
  const who = "lds.load";
  const { header, spec: saved, tensor } = readModel(bytes, "lds");
  const { given, fitted } = header;
  if (!Array.isArray(given) || !given.every((name) => ldsNames.includes(name as LdsName)))
    throw new DataError(`${who}: given is ${show(given)}, want names out of ${ldsNames.join(", ")}`);
  if (typeof fitted !== "boolean")
    throw new DataError(`${who}: fitted is ${show(fitted)}, want true or false`);
  const spec = asData(() => withParameters(saved as unknown as LdsSpec, header.initial, tensor));
  return (kalman) => ({
    start: { ...asData(() => readSpec(who, spec, kalman.algebra)), given: new Set(given as LdsName[]) },
    fitted,
  });
}

function withParameters(
  spec: LdsSpec,
  initial: unknown,
  tensor: (name: string, size: number) => Float64Array,
): LdsSpec {
  const { state: n, output: p, input: m = 0 } = spec;
  return {
    ...spec,
    A: tensor("A", n * n),
    C: tensor("C", p * n),
    Q: tensor("Q", n * n),
    R: tensor("R", p * p),
    ...(m > 0 ? { B: tensor("B", n * m), D: tensor("D", p * m) } : {}),
    initial:
      initial === "diffuse"
        ? initial
        : { mean: tensor("initial.mean", n), covariance: tensor("initial.covariance", n * n) },
  };
}

/** What `read` gives; whatever it finds wrong is a fault of the file. */
function asData<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const ofTheFile = [OptionError, ShapeError, NumericError].some((kind) => error instanceof kind);
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}
