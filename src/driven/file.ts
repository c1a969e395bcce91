/** Driven hidden Markov models in files: parameters and spec as safetensors. */
import { DataError, NumericError, OptionError, ShapeError } from "../wasm/errors.ts";
import { readModel } from "../formats/model-file.ts";
import { writeTensors } from "../formats/safetensors.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import { Algebra } from "../inference/matrix.ts";
import { distribution } from "../models/hmm/read-parameters.ts";
import { emissionOf, parameterNames, readIohmmSpec, type IohmmSpec, type IohmmStart } from "./spec.ts";

const KIND = "iohmm";

/** The bytes of a model. */
export function saveIohmm(
  { spec, sizes, emission, given, parameters }: IohmmStart,
  { fitted }: { readonly fitted: boolean },
): Uint8Array<ArrayBuffer> {
  const { K, D, C, R } = sizes;
  const { startprob, transitions, coefficients, covariances } = parameters;
  return writeTensors({ model: KIND, spec, given: [...given], fitted }, [
    { name: "startprob", shape: [K], data: startprob },
    { name: "transitions", shape: [K, K, R], data: transitions },
    { name: "coefficients", shape: [K, C, R], data: coefficients },
    ...(emission.spread ? [{ name: "covariances", shape: [K, D, D], data: covariances }] : []),
  ]);
}

/** K blocks of a tensor. */
const blocks = (x: Float64Array, K: number): Float64Array[] =>
  Array.from({ length: K }, (_, k) => x.slice((k * x.length) / K, ((k + 1) * x.length) / K));

/** A model from the bytes of `saveIohmm`, in memory of its own algebra. Throws DataError on other bytes. */
export function loadIohmm(
  bytes: Uint8Array | ArrayBuffer,
  engine: InferenceEngine,
): { algebra: Algebra; model: IohmmStart; fitted: boolean } {
  const who = `${KIND}.load`;
  const algebra = new Algebra(engine);
  try {
    const { header, spec, tensor } = readModel(bytes, KIND);
    const { states: K, input, output: D } = spec as unknown as Required<IohmmSpec>;
    if (![K, input, D].every((x) => Number.isInteger(x) && x >= 1 && x <= 1000))
      throw new DataError(`${who}: the file has no numbers of states, inputs and outputs`);
    const R = 1 + input;
    const { spread, classes = D } = emissionOf(who, spec);
    const parameters = {
      startprob: tensor("startprob", K),
      transitions: tensor("transitions", K * K * R),
      coefficients: tensor("coefficients", K * classes * R),
      covariances: spread ? tensor("covariances", K * D * D) : new Float64Array(0),
    };
    const { transitions, coefficients, covariances } = parameters;
    distribution(who, "startprob", parameters.startprob.slice(), K);
    const model = readIohmmSpec(
      who,
      {
        ...(spec as unknown as IohmmSpec),
        transitions: blocks(transitions, K),
        coefficients: blocks(coefficients, K),
        ...(spread ? { covariances: blocks(covariances, K) } : {}),
      },
      algebra,
    );
    const { given } = header;
    if (!Array.isArray(given) || !given.every((name) => parameterNames.some((known) => known === name)))
      throw new DataError(`${who}: the file does not say which parameters were given`);
    // as saved, to the bit
    return {
      algebra,
      model: { ...model, given: new Set(given as string[]), parameters },
      fitted: header.fitted === true,
    };
  } catch (error) {
    algebra.dispose();
    const ofTheFile = [OptionError, ShapeError, NumericError].some((kind) => error instanceof kind);
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}
