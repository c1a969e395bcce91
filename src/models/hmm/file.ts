/** Hidden Markov models in files: parameters and spec as safetensors. */
import { DataError, NumericError, OptionError, ShapeError } from "../../wasm/errors.ts";
import { Algebra } from "../../inference/matrix.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import { readModel, type ModelFile } from "../../formats/model-file.ts";
import { writeTensors, type Tensor } from "../../formats/safetensors.ts";
import { emissionFactory } from "./emissions/make.ts";
import type { NamedArrays } from "./emissions/parameters.ts";
import type { EmissionParameters } from "./read-parameters.ts";
import { readHmmSpec, type HmmSpec, type HmmStart } from "./spec.ts";

/** What a file says besides a chain and an emission. */
export interface HmmFileParts {
  readonly fitted: boolean;
  /** The kind of model. Default "hmm". */
  readonly kind?: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly tensors?: readonly Tensor[];
}

/** The bytes of a model. */
export function saveHmm(
  model: HmmStart,
  { fitted, kind = "hmm", header = {}, tensors = [] }: HmmFileParts,
): Uint8Array<ArrayBuffer> {
  const { K, startprob, transmat, emission, seed, given } = model;
  const { startprob: _, transmat: __, emissionParameters: ___, ...spec } = model.spec;
  return writeTensors({ model: kind, spec: { ...spec, seed }, given: [...given], fitted, ...header }, [
    { name: "startprob", shape: [K], data: startprob },
    { name: "transmat", shape: [K, K], data: transmat },
    ...emission.tensors(),
    ...tensors,
  ]);
}

/** A model of a file, and the file. */
export interface LoadedHmm {
  readonly algebra: Algebra;
  readonly model: HmmStart;
  readonly fitted: boolean;
  readonly file: ModelFile;
}

/**
 * A model from the bytes of `saveHmm`, in memory of its own algebra. Throws DataError on other bytes, and on
 * models of another kind.
 */
export function loadHmm(bytes: Uint8Array | ArrayBuffer, engine: InferenceEngine, kind = "hmm"): LoadedHmm {
  const algebra = new Algebra(engine);
  try {
    return { algebra, ...read(readModel(bytes, kind), algebra, `${kind}.load`) };
  } catch (error) {
    algebra.dispose();
    const ofTheFile = [OptionError, ShapeError, NumericError].some((kind) => error instanceof kind);
    throw ofTheFile ? new DataError((error as Error).message, { cause: error }) : error;
  }
}

function read(file: ModelFile, algebra: Algebra, who: string): Omit<LoadedHmm, "algebra"> {
  const { header, tensor, names } = file;
  const spec = readHeader(who, header.spec);
  const K = spec.states;
  const { numbers } = emissionFactory(who, K, spec);
  const startprob = tensor("startprob", K);
  const transmat = tensor("transmat", K * K);
  const prefix = "emission.";
  const arrays: NamedArrays = Object.fromEntries(
    names.filter((name) => name.startsWith(prefix)).map((name) => [name.slice(prefix.length), tensor(name)]),
  );
  const found = Object.values(arrays).reduce((sum, { length }) => sum + length, 0);
  if (found !== numbers)
    throw new DataError(`${who}: the emission has ${found} numbers, want ${numbers} as its spec says`);
  const emissionParameters = numbers > 0 ? (arrays as EmissionParameters) : undefined;
  const model = readHmmSpec(who, { ...spec, startprob, transmat, emissionParameters }, algebra);
  model.startprob = startprob; // as saved, to the bit
  model.transmat = transmat;
  model.emission.restore(arrays);
  const given = readGiven(who, header.given, ["startprob", "transmat", ...Object.keys(arrays)]);
  return { model: { ...model, spec, given }, fitted: header.fitted === true, file };
}

function readHeader(who: string, spec: unknown): HmmSpec {
  if (spec === null || typeof spec !== "object" || Array.isArray(spec))
    throw new DataError(`${who}: the file has no spec`);
  const { states } = spec as HmmSpec;
  if (!Number.isInteger(states) || states < 1 || states > 10_000)
    throw new DataError(`${who}: states is ${String(states)}, want a whole number from 1 to 10000`);
  return spec as HmmSpec;
}

function readGiven(who: string, given: unknown, names: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(given) || !given.every((name) => names.includes(name as string)))
    throw new DataError(`${who}: given is ${JSON.stringify(given)}, want names out of ${names.join(", ")}`);
  return new Set(given as string[]);
}
