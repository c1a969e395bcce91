/** Making hidden Markov models: from a spec, from a file, or the best of several numbers of states. */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Algebra } from "../../inference/matrix.ts";
import { loadHmm } from "./file.ts";
import { Hmm } from "./model.ts";
import { select } from "./select.ts";
import { readHmmSpec, type HmmSpec } from "./spec.ts";

/** Makes a model. Throws OptionError, ShapeError or NumericError. */
async function create(spec: HmmSpec): Promise<Hmm> {
  const algebra = new Algebra(await inferenceEngine());
  try {
    return new Hmm(algebra, readHmmSpec("hmm", spec, algebra), { fitted: false });
  } catch (error) {
    algebra.dispose();
    throw error;
  }
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<Hmm> {
  const { algebra, model, fitted } = loadHmm(bytes, await inferenceEngine());
  return new Hmm(algebra, model, { fitted });
}

/** Builds a hidden Markov model: `const h = await hmm({ states: 3, emission: "poisson" })`. */
export const hmm = Object.assign(create, {
  /** The model in the bytes of `save`. Throws DataError. */
  load,
  /** The number of states chosen by a criterion: a fit for each, the best kept. Throws as `fit` does. */
  select: select(create),
});
