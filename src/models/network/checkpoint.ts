/** A net in a file: safetensors with the spec, every parameter, and the state of its training. */
import { DataError } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { TrainingState } from "../../train/trainer.ts";
import type { NetworkSpec } from "./spec.ts";
import { isObject } from "../../formats/json.ts";
import { readTensors, writeTensors, type Tensor } from "../../formats/safetensors.ts";

const PREFIX = "training.";

/** The bytes of a checkpoint. */
export function writeCheckpoint(
  spec: NetworkSpec,
  parameters: readonly Tensor[],
  training?: TrainingState,
): Uint8Array<ArrayBuffer> {
  const { vectors = {}, ...rest } = training ?? {};
  const saved = Object.entries(vectors).map(([name, data]) => ({
    name: PREFIX + name,
    shape: [data.length],
    data: data as Floats,
  }));
  return writeTensors({ model: "network", spec, training: training && rest }, [...parameters, ...saved]);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The state of a training; refuses what is none. */
function readTraining(state: unknown, vectors: TrainingState["vectors"], who: string): TrainingState {
  const { optimizer, step, batches, scalars } = isObject(state) ? state : {};
  const isState =
    typeof optimizer === "string" &&
    isCount(step) &&
    isCount(batches) &&
    isObject(scalars) &&
    Object.values(scalars).every((value) => Number.isFinite(value));
  if (!isState)
    throw new DataError(`${who}: the file's state of training has no optimizer, steps or scalars`);
  return { ...(state as Omit<TrainingState, "vectors">), vectors };
}

/**
 * What a checkpoint holds; `who` names the caller in errors. Throws DataError on files that are no
 * checkpoints of a net.
 */
export function readCheckpoint(
  bytes: Uint8Array | ArrayBuffer,
  who: string,
): { spec: NetworkSpec; parameters: Map<string, Tensor>; training?: TrainingState } {
  const { spec: header, tensors } = readTensors(bytes, who);
  if (header.model !== "network")
    throw new DataError(
      `${who}: the file holds a model of kind ${JSON.stringify(header.model)}, want "network"`,
    );
  if (!isObject(header.spec)) throw new DataError(`${who}: the file holds no spec of the net`);
  const vectors: TrainingState["vectors"] = {};
  for (const [name, { data }] of tensors)
    if (name.startsWith(PREFIX)) vectors[name.slice(PREFIX.length)] = data as Floats;
  return {
    spec: header.spec as unknown as NetworkSpec,
    parameters: tensors,
    training: header.training === undefined ? undefined : readTraining(header.training, vectors, who),
  };
}
