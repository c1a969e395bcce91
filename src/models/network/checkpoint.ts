/** A net in a file: safetensors with the spec, every parameter, and the state of its training. */
import { DataError, show } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { Parameter } from "../../graph/graph.ts";
import type { CutPosition } from "../../train/cuts.ts";
import { checkTrainingState, type TrainingState } from "../../train/training-state.ts";
import { isObject } from "../../formats/json.ts";
import { readTensors, writeTensors, type Tensor } from "../../formats/safetensors.ts";
import { checkFitState, type FitState } from "./fit-state.ts";
import type { NetworkSpec } from "./spec.ts";

const TRAINING = "training.";
const CARRIED = "carried.";
const BEST = "best.";

/** A net and its training, as a file has them: the states are checked when the net is there. */
export interface Checkpoint {
  readonly spec: NetworkSpec;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** The training's state, checked against F free parameters. Throws DataError. */
  readonly training?: (size: number) => TrainingState;
  /** The state of a fit, checked against the parameters. Throws DataError. */
  readonly fit?: (parameters: readonly Parameter[]) => FitState;
}

/** The bytes of a checkpoint. */
export function writeCheckpoint(
  spec: NetworkSpec,
  parameters: readonly Tensor[],
  training?: TrainingState,
  fit?: FitState,
): Uint8Array<ArrayBuffer> {
  const vector = (name: string, data: Floats): Tensor => ({ name, shape: [data.length], data });
  const { vectors = {}, position, ...state } = training ?? {};
  const { carried = [], ...place } = position ?? {};
  const { bestWeights, ...progress } = fit ?? {};
  const header = {
    model: "network",
    spec,
    training: training && { ...state, ...(position ? { position: place } : {}) },
    fit: fit && encode(progress),
  };
  return writeTensors(header, [
    ...parameters,
    ...Object.entries(vectors).map(([name, data]) => vector(TRAINING + name, data)),
    ...carried.map((data, i) => vector(CARRIED + i, data)),
    ...(bestWeights ?? []).map((data, i) => vector(BEST + parameters[i].name, data)),
  ]);
}

/**
 * What a checkpoint holds; `who` names the caller in errors. Throws DataError on files that are no
 * checkpoints of a net.
 */
export function readCheckpoint(bytes: Uint8Array | ArrayBuffer, who: string): Checkpoint {
  const { spec: header, tensors } = readTensors(bytes, who);
  if (header.model !== "network")
    throw new DataError(
      `${who}: the file holds a model of kind ${JSON.stringify(header.model)}, want "network"`,
    );
  if (!isObject(header.spec)) throw new DataError(`${who}: the file holds no spec of the net`);
  const { training, fit } = header;
  return {
    spec: header.spec as unknown as NetworkSpec,
    parameters: tensors,
    training: training === undefined ? undefined : (size) => readTraining(who, training, tensors, size),
    fit:
      fit === undefined
        ? undefined
        : (parameters) => {
            const best = parameters.map(({ name }) => reals(who, tensors, BEST + name));
            const all = best.every((weights) => weights !== undefined) ? best : undefined;
            return checkFitState(who, decode(fit), parameters, all);
          },
  };
}

function readTraining(
  who: string,
  training: unknown,
  tensors: ReadonlyMap<string, Tensor>,
  size: number,
): TrainingState {
  if (!isObject(training))
    throw new DataError(`${who}: the file's training state is ${show(training)}, want an object`);
  const { position, ...state } = training as { position?: Omit<CutPosition, "carried"> };
  const vectors: Record<string, Floats> = {};
  const carried: Floats[] = [];
  for (const name of tensors.keys()) {
    if (name.startsWith(TRAINING)) vectors[name.slice(TRAINING.length)] = reals(who, tensors, name)!;
    if (name.startsWith(CARRIED)) carried[Number(name.slice(CARRIED.length))] = reals(who, tensors, name)!;
  }
  return checkTrainingState(
    who,
    { ...state, vectors, ...(position ? { position: { ...position, carried } } : {}) },
    size,
  );
}

function reals(who: string, tensors: ReadonlyMap<string, Tensor>, name: string): Floats | undefined {
  const data = tensors.get(name)?.data;
  if (data instanceof Int32Array) throw new DataError(`${who}: "${name}" holds integers, want reals`);
  return data as Floats | undefined;
}

/** JSON has no ∞ and no NaN: they are written as words. */
const words: Record<string, number> = { "#Infinity": Infinity, "#-Infinity": -Infinity, "#NaN": NaN };
const encode = (state: object): unknown =>
  JSON.parse(
    JSON.stringify(state, (_, x: unknown) => (typeof x === "number" && !Number.isFinite(x) ? `#${x}` : x)),
  );
const decode = (state: unknown): unknown =>
  JSON.parse(JSON.stringify(state), (_, x: unknown) => (typeof x === "string" ? (words[x] ?? x) : x));
