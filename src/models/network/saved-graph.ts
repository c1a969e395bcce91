/**
 * From the bytes of `save` to a graph and its parameters. All is checked before memory is taken for a net:
 * a file asks for no more than it holds.
 */
import type { LossAnswers } from "../../losses/loss.ts";
import type { Weights } from "../../graph/weights.ts";
import { buildGraph, type BuiltGraph } from "./build.ts";
import { checkSavedConstraints, checkSavedParameters, checkSavedSpec } from "./checkpoint-bounds.ts";
import { readCheckpoint, type Checkpoint, type SavedNetwork } from "./read-checkpoint.ts";
import { checkSpec, inputOf, type LossSpec, type NetworkSpec } from "./spec.ts";

/** A net in a file. */
export interface SavedGraph extends Checkpoint {
  /** Defaults filled in. */
  readonly spec: Required<NetworkSpec>;
  readonly built: BuiltGraph;
  /** Fills θ [P] with the parameters of the file. */
  fill(weights: Weights): void;
}

/** How a spec is read. */
export interface SpecReaders {
  /** Fetches what it asks for. */
  readonly load?: (spec: unknown) => Promise<void>;
  /** What its loss says of answers. Default: the loss itself. */
  readonly answersOf?: (loss: LossSpec) => LossAnswers;
}

/**
 * The net in a file; `who` names the caller in errors. Throws DataError, ShapeError or OptionError.
 */
export async function readSavedGraph(
  saved: SavedNetwork,
  who: string,
  { load, answersOf }: SpecReaders,
): Promise<SavedGraph> {
  const checkpoint = readCheckpoint(saved, who);
  checkSavedSpec(who, checkpoint.spec);
  await load?.(checkpoint.spec);
  const spec = checkSpec(checkpoint.spec, answersOf);
  const built = buildGraph(inputOf(spec), spec.layers);
  checkSavedParameters(who, built.graph, checkpoint.parameters, spec.precision);
  // a net that only answers has no use for constraints, and does not look at them
  if (load) checkSavedConstraints(who, spec.constraints, checkpoint.parameters);
  return { ...checkpoint, spec, built, fill: (weights) => fillParameters(weights, checkpoint.parameters) };
}

function fillParameters(weights: Weights, parameters: Checkpoint["parameters"]): void {
  const { engine, graph, theta } = weights;
  const { memory } = engine;
  for (const { name, offset, rows, columns } of graph.parameters)
    memory.reals(memory.at(theta, offset), rows * columns).set(parameters.get(name)!.data);
  weights.changed();
}
