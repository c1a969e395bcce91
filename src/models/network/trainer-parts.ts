/** The parts of a net that trains: those that read it, its constraints, what a worker makes it from. */
import type { Engine } from "../../wasm/engine.ts";
import type { TrainerParts } from "../../train/trainer.ts";
import { assemble } from "./assemble.ts";
import type { BuiltGraph } from "./build.ts";
import { keepOrthogonal } from "./constraints.ts";
import { fetchKinds, optionalKinds } from "./kinds.ts";
import { lossOf, type NetworkSpec } from "./spec.ts";

/**
 * θ is 0; the constraints are those of the spec and of its layers. Throws OptionError on constraints that do
 * not fit.
 */
export function trainerParts(engine: Engine, spec: Required<NetworkSpec>, built: BuiltGraph): TrainerParts {
  const all = [...spec.constraints, ...built.orthogonal.map(keepOrthogonal)];
  const constraints = all.length > 0 ? optionalKinds()!.constrained(engine, built.graph, all) : undefined;
  return {
    ...assemble(engine, built, lossOf(spec.loss)),
    constraints,
    passes: () => optionalKinds()!.passes,
    fetchPasses: fetchKinds,
    seed: spec.seed,
    model: spec,
  };
}
