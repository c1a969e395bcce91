/** Making state-space models. */
import { inferenceEngine } from "../inference/inference-engine.ts";
import { Kalman } from "../inference/kalman.ts";
import { StateSpace } from "./model.ts";
import { readSpec, type StateSpaceSpec } from "./spec.ts";

/**
 * Builds a linear state-space model whose matrices are functions of named parameters:
 * `const m = await stateSpace({ state: 1, output: 1, parameters: { q: "variance", r: "variance" },
 * system: ({ q, r }) => ({ A: 1, C: 1, Q: q, R: r }) })`. Throws OptionError. It has no file, as functions
 * have none: keep `parameters`, and give them back as starts.
 */
export async function stateSpace(spec: StateSpaceSpec): Promise<StateSpace> {
  const read = readSpec("stateSpace", spec);
  return new StateSpace(new Kalman(await inferenceEngine()), read);
}
