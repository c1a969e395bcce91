/** The parts of a net from its spec and graph: θ drawn or 0, constraints, loss, and what it wants of its data. */
import type { Engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { ConstraintMap } from "../../graph/constraint-map.ts";
import { Weights } from "../../graph/weights.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { TrainerParts } from "../../train/trainer.ts";
import type { BuiltGraph } from "./build.ts";
import { resolveConstraints } from "./constraints.ts";
import { initialize } from "./initialize.ts";
import { lossOf, type NetworkSpec } from "./spec.ts";

/** How parameters start: drawn, with eigenvalues where an initializer needs them; or 0, to be filled from a file. */
export interface StartValues {
  readonly draw: boolean;
  readonly spectrum?: InferenceEngine;
}

/** What trains and reads the net. */
export function assemble(
  engine: Engine,
  spec: Required<NetworkSpec>,
  built: BuiltGraph,
  start: StartValues,
): TrainerParts {
  const { graph, input, initial, output } = built;
  const weights = new Weights(engine, graph);
  if (start.draw)
    initialize(built, weights, new Random(engine, spec.seed, streams.parameters), start.spectrum);
  const indices = resolveConstraints(spec.constraints, graph.parameters);
  const first = graph.node(0);
  const loss = lossOf(spec.loss);
  return {
    weights,
    output,
    loss,
    constraints: indices.length > 0 ? new ConstraintMap(engine, graph.size, indices) : undefined,
    spec: {
      precision: engine.precision,
      input: first.columns,
      symbols: first.data!.symbols,
      output: graph.node(output).columns,
      target: loss.target,
      initial: built.initialColumns,
    },
    nodes: { input, initial },
    seed: spec.seed,
    model: spec,
  };
}
