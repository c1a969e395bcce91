/** The parts of a net from its spec and graph: θ, which is 0, loss, and what it wants of its data. */
import type { Engine } from "../../wasm/engine.ts";
import { Weights } from "../../graph/weights.ts";
import type { LossAnswers } from "../../losses/loss.ts";
import type { NetParts } from "../../train/net-loss.ts";
import type { BuiltGraph } from "./build.ts";

/** What reads the net. */
export function assemble<L extends LossAnswers>(
  engine: Engine,
  built: BuiltGraph,
  loss: L,
): NetParts & { readonly loss: L } {
  const { graph, input, initial, output } = built;
  const weights = new Weights(engine, graph);
  const first = graph.node(0);
  const outputs = graph.node(output).columns;
  return {
    weights,
    output,
    loss,
    spec: {
      precision: engine.precision,
      input: first.columns,
      symbols: first.data!.symbols,
      output: outputs,
      target: loss.target,
      targets: loss.targets,
      targetColumns: loss.targetColumns?.(outputs),
      joint: loss.joint,
      outputSteps: built.outputSteps,
      initial: built.initialColumns,
    },
    nodes: { input, initial },
  };
}
