/** Draws the parameters of a built graph as its layers ask. */
import type { Random } from "../../wasm/random.ts";
import type { Weights } from "../../graph/weights.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { BuiltGraph } from "./build.ts";
import { drawMatrix } from "./initializers.ts";

/** Overwrites all of θ. spectrum: the engine of initializers that need eigenvalues. */
export function initialize(
  built: BuiltGraph,
  weights: Weights,
  random: Random,
  spectrum: InferenceEngine | undefined,
): void {
  const { memory } = weights.engine;
  for (const { parameter, from, to, init } of built.initialBlocks) {
    const { rows, columns, offset } = built.graph.parameters[parameter];
    const drawn = new Float64Array(rows * (to - from));
    drawMatrix(init, { rows, columns: to - from, out: drawn }, random, spectrum);
    const view = memory.reals(memory.at(weights.theta, offset), rows * columns);
    for (let r = 0; r < rows; ++r)
      for (let c = from; c < to; ++c) view[r * columns + c] = drawn[r * (to - from) + c - from]!;
  }
  weights.changed();
}
