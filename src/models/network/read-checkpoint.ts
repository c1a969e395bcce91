/** What a file of a net holds, checked: the spec, the parameters, and the state of its training. */
import { DataError, show } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { Parameter } from "../../graph/graph.ts";
import type { CutPosition } from "../../train/cuts.ts";
import { checkTrainingState, type TrainingState } from "../../train/training-state.ts";
import { isObject } from "../../formats/json.ts";
import { readTensors, type SavedTensors } from "../../formats/read-safetensors.ts";
import type { Tensor } from "../../formats/safetensors.ts";
import { prefixes } from "./checkpoint.ts";
import { checkFitState } from "./check-fit-state.ts";
import type { FitState } from "./fit-state.ts";
import type { NetworkSpec } from "./spec.ts";

/** A net and its training, as a file has them: the states are checked when the net is there. */
export interface Checkpoint {
  readonly spec: NetworkSpec;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** The training's state, checked against F free parameters. Throws DataError. */
  readonly training?: (size: number) => TrainingState;
  /** The state of a fit, checked against the parameters. Throws DataError. */
  readonly fit?: (parameters: readonly Parameter[]) => FitState;
}

/** A saved net: the bytes of its file, or what was read of one. */
export type SavedNetwork = Uint8Array | ArrayBuffer | SavedTensors;

const isRead = (saved: SavedNetwork): saved is SavedTensors =>
  (saved as Partial<SavedTensors> | null)?.tensors instanceof Map;

/**
 * What a checkpoint holds; `who` names the caller in errors. Throws DataError on files that are no
 * checkpoints of a net.
 */
export function readCheckpoint(saved: SavedNetwork, who: string): Checkpoint {
  const { spec: header, tensors } = isRead(saved) ? saved : readTensors(saved, who);
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
            const best = parameters.map(({ name }) => reals(who, tensors, prefixes.best + name));
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
    if (name.startsWith(prefixes.training))
      vectors[name.slice(prefixes.training.length)] = reals(who, tensors, name)!;
    if (name.startsWith(prefixes.carried))
      carried[Number(name.slice(prefixes.carried.length))] = reals(who, tensors, name)!;
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

/** What stands for ∞ and NaN, of which JSON has none. */
const words: Record<string, number> = { "#Infinity": Infinity, "#-Infinity": -Infinity, "#NaN": NaN };
const decode = (state: unknown): unknown =>
  JSON.parse(JSON.stringify(state), (_, x: unknown) => (typeof x === "string" ? (words[x] ?? x) : x));
