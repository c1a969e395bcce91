/**
 * From the bytes of `save` to a graph and its parameters. All is checked before memory is taken for a net:
 * a file asks for no more than it holds.
 */
import type { Weights } from "../../graph/weights.ts";
import { buildGraph, type BuiltGraph } from "./build.ts";
import { checkSavedParameters, checkSavedSpec } from "./checkpoint-bounds.ts";
import { readCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { checkSpec, inputOf, type NetworkSpec } from "./spec.ts";

/** A net in a file. */
export interface SavedGraph extends Checkpoint {
  /** Defaults filled in. */
  readonly spec: Required<NetworkSpec>;
  readonly built: BuiltGraph;
}

/**
 * The net in a file; `who` names the caller in errors, `load` fetches what the spec asks for. Throws
 * DataError, ShapeError or OptionError.
 */
export async function readSavedGraph(
  bytes: Uint8Array | ArrayBuffer,
  who: string,
  load?: (spec: unknown) => Promise<void>,
): Promise<SavedGraph> {
  const checkpoint = readCheckpoint(bytes, who);
  checkSavedSpec(who, checkpoint.spec);
  await load?.(checkpoint.spec);
  const spec = checkSpec(checkpoint.spec);
  const built = buildGraph(inputOf(spec), spec.layers);
  checkSavedParameters(who, built.graph, checkpoint.parameters, spec.precision);
  return { ...checkpoint, spec, built };
}

/** Fills θ [P] with the parameters of a file. */
export function fillParameters(weights: Weights, parameters: Checkpoint["parameters"]): void {
  const { engine, graph, theta } = weights;
  const { memory } = engine;
  for (const { name, offset, rows, columns } of graph.parameters)
    memory.reals(memory.at(theta, offset), rows * columns).set(parameters.get(name)!.data);
  weights.changed();
}
