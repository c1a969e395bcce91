/** Draws the parameters of a built graph as its layers ask. */
import { OptionError } from "../../wasm/errors.ts";
import type { Random } from "../../wasm/random.ts";
import type { Weights } from "../../graph/weights.ts";
import { realValues } from "../../data/item.ts";
import type { BuiltGraph } from "./build.ts";
import { drawMatrix, type Radius } from "./initializers.ts";

/**
 * Overwrites all of θ. radius: for initializers that need eigenvalues. Throws OptionError on
 * initial values that the net's precision does not hold.
 */
export function initialize(
  built: BuiltGraph,
  weights: Weights,
  random: Random,
  radius: Radius | undefined,
): void {
  const { memory, precision } = weights.engine;
  const held = realValues(precision);
  for (const { parameter, from, to, init } of built.initialBlocks) {
    const { name, rows, columns, offset } = built.graph.parameters[parameter];
    const drawn = new Float64Array(rows * (to - from));
    drawMatrix(init, { rows, columns: to - from, out: drawn }, random, radius);
    const bad = drawn.find((x) => !held.test(x));
    if (bad !== undefined)
      throw new OptionError(`network: ${name}: an initial value is ${bad}, want ${held.want}`);
    const view = memory.reals(memory.at(weights.theta, offset), rows * columns);
    for (let r = 0; r < rows; ++r)
      for (let c = from; c < to; ++c) view[r * columns + c] = drawn[r * (to - from) + c - from]!;
  }
  weights.changed();
}
