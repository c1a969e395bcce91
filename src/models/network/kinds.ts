/**
 * What a net asks for at times only: layers and losses that few nets use, a look at other data, a saved net.
 * The code of all is one file, fetched when it is first asked for, so that pages that train a usual net never
 * load it.
 */
import type { Engine } from "../../wasm/instantiate.ts";
import { loadOptionalKernels } from "../../wasm/optional-kernels.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { ConstraintMap } from "../../graph/constraint-map.ts";
import type { Graph, NodeId } from "../../graph/graph.ts";
import type { Loss } from "../../losses/loss.ts";
import type { Builder } from "./build.ts";
import type { NetworkConstraint } from "./constraints.ts";
import type { evaluate, validationOf } from "./evaluate.ts";
import type { Radius } from "./initializers.ts";
import type { Layer } from "./layers.ts";
import type { Op } from "../../graph/op.ts";
import type { Cell } from "../../ops/recurrent/cell.ts";
import type { StateNoise } from "../../cells/optional/noisy.ts";
import type { OptionalPasses } from "../../train/net-loss.ts";
import type { learn } from "../../train/learn.ts";
import type { Reading } from "./reading.ts";
import type { readSavedGraph } from "./saved-graph.ts";
import type { SampleOptions } from "./sample.ts";

/** A type of layer: how its description is read, and how it becomes nodes of a graph. */
export interface LayerKind {
  /** The layer with its defaults. Throws OptionError. */
  read(layer: object): Layer;
  /** The node it ends in, from node x. */
  build(builder: Builder, layer: Layer, name: string, x: NodeId): NodeId;
}

/** All of them, by type of layer and kind of loss. */
export interface OptionalKinds {
  readonly layers: Readonly<Record<string, LayerKind>>;
  /** The loss of a description. Throws OptionError. */
  readonly losses: Readonly<Record<string, (description: object) => Loss>>;
  /** Cells, by type of layer. */
  readonly cells: Readonly<Record<string, (options: object) => Cell>>;
  /** ln(1 + e^x), of the layered nets of some of these cells. */
  readonly softplus: Op;
  /** Throws OptionError unless a constraint has the form of one; `who` names it. */
  checkConstraint(who: string, constraint: unknown): void;
  /** The map of constraints between the parameters of a graph. Throws OptionError or NumericError. */
  constrained(engine: Engine, graph: Graph, constraints: readonly NetworkConstraint[]): ConstraintMap;
  /** A cell whose states are noisy while it trains. */
  noisy(cell: Cell, noise: StateNoise): Cell;
  /** What nets with distributions of numbers draw: [length,D]. Throws OptionError. */
  sampleReals(who: string, net: Reading, length: number, options: SampleOptions): Floats;
  /** What gives the spectral radius of a matrix, with the double-precision kernels that it needs. */
  spectralRadius(): Promise<Radius>;
  /** Loss and figures of a net on data. */
  readonly evaluate: typeof evaluate;
  /** What a fit learns from, and how it looks at the rest. */
  readonly validationOf: typeof validationOf;
  /** Learns from a stream. */
  readonly learn: typeof learn;
  /** Gradients that few trainings ask for. */
  readonly passes: OptionalPasses;
  /** The net in a file. */
  readonly readSavedGraph: typeof readSavedGraph;
}

let known: OptionalKinds | undefined;

/** The optional kinds, where a net has asked for them. */
export const optionalKinds = (): OptionalKinds | undefined => known;

const coreLosses = ["squared", "bernoulli", "softmax"];
const coreLayers = [
  "rnn",
  "lstm",
  "gru",
  "dense",
  "embedding",
  "delayTaps",
  "subsample",
  "dropout",
  "bidirectional",
  "skip",
];

function isCoreLayer(layer: unknown): boolean {
  const { type, layer: inner, recurrentDropout, zoneout } = (layer ?? {}) as Record<string, unknown>;
  return (
    coreLayers.includes(type as string) &&
    !recurrentDropout &&
    !zoneout &&
    (inner === undefined || isCoreLayer(inner))
  );
}

/** Whether a spec, checked or not, names layers or losses that the core's kernels do not compute. */
function asksForKernels(spec: unknown): boolean {
  const { layers, loss } = (spec ?? {}) as { layers?: unknown; loss?: unknown };
  return !coreLosses.includes(loss as string) || (Array.isArray(layers) && !layers.every(isCoreLayer));
}

/** Whether a spec, checked or not, has constraints. */
function hasConstraints(spec: unknown): boolean {
  const { constraints } = (spec ?? {}) as { constraints?: unknown };
  return Array.isArray(constraints) && constraints.length > 0;
}

/** The optional kinds, fetched where they are not here yet. */
export const fetchKinds = async (): Promise<OptionalKinds> =>
  (known ??= (await import("./optional/kinds.ts")).optional);

/** Fetches the optional kinds where a spec, checked or not, asks for any. */
export async function loadKinds(spec: unknown): Promise<void> {
  if (asksForKernels(spec) || hasConstraints(spec)) await fetchKinds();
}

/** The engine, with the optional kernels where a spec asks for them. */
export async function withKernels(spec: unknown, engine: Engine): Promise<Engine> {
  if (asksForKernels(spec)) await loadOptionalKernels(engine);
  return engine;
}
