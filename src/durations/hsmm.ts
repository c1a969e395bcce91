/** Making hidden semi-Markov models: from a spec, or from a file. */
import { inferenceEngine } from "../inference/inference-engine.ts";
import { Algebra } from "../inference/matrix.ts";
import { loadHsmm } from "./file.ts";
import { Hsmm } from "./model.ts";
import { readHsmmSpec, type HsmmSpec } from "./spec.ts";

/** Makes a model. Throws OptionError, ShapeError or NumericError. */
async function create(spec: HsmmSpec): Promise<Hsmm> {
  const algebra = new Algebra(await inferenceEngine());
  try {
    return new Hsmm(algebra, readHsmmSpec("hsmm", spec, algebra), { fitted: false });
  } catch (error) {
    algebra.dispose();
    throw error;
  }
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<Hsmm> {
  const { algebra, model, fitted } = loadHsmm(bytes, await inferenceEngine());
  return new Hsmm(algebra, model, { fitted });
}

/**
 * Builds a hidden semi-Markov model, whose states last as long as a table says:
 * `const h = await hsmm({ states: 3, durations: { max: 20 }, emission: "poisson" })`.
 */
export const hsmm = Object.assign(create, {
  /** The model in the bytes of `save`. Throws DataError. */
  load,
});
