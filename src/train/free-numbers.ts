/**
 * The free numbers of a constrained training in a file: the full parameters, which they give, do not tell
 * their last bits, nor the turns of an orthogonal matrix beyond a half.
 */
import type { Ptr } from "../wasm/kernels.ts";
import type { Floats } from "../wasm/memory.ts";
import type { NetworkObjective } from "./objective.ts";

/**
 * `free` [F] for a file; nothing where there are no constraints, or somebody else wrote the full parameters.
 * held: θ [F] before a step that is under way.
 */
export function freeNumbers(objective: NetworkObjective, held: Ptr | undefined): { free?: Floats } {
  const { engine, parts, size, theta } = objective;
  if (!parts.constraints || (!held && !objective.isCurrent)) return {};
  return { free: engine.memory.reals(held ?? theta, size).slice() };
}

/** Takes `free` out of the vectors of a file: θ is what it says. Returns the others. */
export function takeFreeNumbers(
  objective: NetworkObjective,
  { free, ...others }: Record<string, Floats>,
): Record<string, Floats> {
  if (!free || !objective.parts.constraints) return others;
  objective.readWeights(); // the sign of an orthogonal matrix is that of the full parameters
  objective.engine.memory.reals(objective.theta, objective.size).set(free);
  objective.changed();
  return others;
}
