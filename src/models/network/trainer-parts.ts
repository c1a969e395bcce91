/** The parts of a net that trains: those that read it, its constraints, what a worker makes it from. */
import type { Engine } from "../../wasm/engine.ts";
import { ConstraintMap } from "../../graph/constraint-map.ts";
import type { TrainerParts } from "../../train/trainer.ts";
import { assemble } from "./assemble.ts";
import type { BuiltGraph } from "./build.ts";
import { resolveConstraints } from "./constraints.ts";
import type { NetworkSpec } from "./spec.ts";

/** θ is 0; the constraints are those of the spec. Throws OptionError on constraints that do not fit. */
export function trainerParts(engine: Engine, spec: Required<NetworkSpec>, built: BuiltGraph): TrainerParts {
  const { graph } = built;
  const parts = assemble(engine, spec, built);
  const indices = resolveConstraints(spec.constraints, graph.parameters);
  const constraints = indices.length > 0 ? new ConstraintMap(engine, graph.size, indices) : undefined;
  return { ...parts, constraints, seed: spec.seed, model: spec };
}
