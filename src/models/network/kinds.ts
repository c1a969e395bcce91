/**
 * Layers and losses that few nets use: their code is fetched when a spec first names one, so that pages whose
 * nets do without never load it.
 */
import type { Engine } from "../../wasm/instantiate.ts";
import { loadOptionalKernels } from "../../wasm/optional-kernels.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { NodeId } from "../../graph/graph.ts";
import type { Loss } from "../../losses/loss.ts";
import type { Builder } from "./build.ts";
import type { Layer } from "./layers.ts";
import type { Op } from "../../graph/op.ts";
import type { Cell } from "../../ops/recurrent/cell.ts";
import type { StateNoise } from "../../cells/optional/noisy.ts";
import type { Reading } from "./reading.ts";
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
  /** A cell whose states are noisy while it trains. */
  noisy(cell: Cell, noise: StateNoise): Cell;
  /** What nets with distributions of numbers draw: [length,D]. Throws OptionError. */
  sampleReals(who: string, net: Reading, length: number, options: SampleOptions): Floats;
}

let known: OptionalKinds | undefined;

/** The optional kinds, where a net has asked for them. */
export const optionalKinds = (): OptionalKinds | undefined => known;

const coreLosses = ["squared", "bernoulli", "softmax", "ctc"];
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
const isCoreLoss = (loss: unknown): boolean =>
  coreLosses.includes(loss as string) || (loss as { kind?: unknown } | null)?.kind === "ctc";

/** Whether a spec, checked or not, names what the core does not know. */
function asksForMore(spec: unknown): boolean {
  const { layers, loss } = (spec ?? {}) as { layers?: unknown; loss?: unknown };
  return !isCoreLoss(loss) || (Array.isArray(layers) && !layers.every(isCoreLayer));
}

/** Fetches the optional kinds where a spec, checked or not, asks for any. */
export async function loadKinds(spec: unknown): Promise<void> {
  if (!known && asksForMore(spec)) ({ optional: known } = await import("./optional/kinds.ts"));
}

/** The engine, with the optional kernels where a spec asks for them. */
export async function withKernels(spec: unknown, engine: Engine): Promise<Engine> {
  if (asksForMore(spec)) await loadOptionalKernels(engine);
  return engine;
}
